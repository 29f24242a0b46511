"""Surprisal of every word of a sentence under a language model, in bits: -log2 P(word | what stands before it).

Shannon 1951, Prediction and Entropy of Printed English; as a measure of reading effort: Hale 2001,
https://aclanthology.org/N01-1021/, and Levy 2008, https://doi.org/10.1016/j.cognition.2007.05.006.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.model_text import LINE_END, pieces, reads_forward, why_not
from embedlab.base import END, BadInput, LanguageModel


@dataclass(frozen=True, eq=False)
class Surprisal:
    """What a model says of a sentence's words as they were written, between spaces.

    A written word may be several tokens ("king's" is king and 's; all letters for a model of characters), whose bits
    are added up. A model of characters also has to guess that the word is over: the space after it, or the line end
    after the last one, is part of the word's bits.

    Attributes:
        words: N words; the last is ``END`` where a word model was asked for the end of the sentence.
        bits: (N,) infinite where a model without smoothing holds a word for impossible.
        tokens: (N,) how many of the model's tokens each was; 0 for a dash that the model does not see.
        unknown: (N,) how many of them the model lacks; it reads each as the unknown word.
        unit: what the tokens are.
    """

    words: tuple[str, ...]
    bits: NDArray[np.float64]
    tokens: NDArray[np.int64]
    unknown: NDArray[np.int64]
    unit: Literal["word", "char", "wordpiece"]

    @property
    def total(self) -> float:
        """Bits of the whole sentence."""
        return float(self.bits.sum())


def surprisal(model: LanguageModel, text: str, *, end: bool = True) -> Surprisal:
    """The surprisal of a sentence's words.

    Args:
        model: any language model that reads forward.
        text: the sentence as it was written.
        end: whether its end is guessed, too: ``END`` as an item of its own by a word model, the line end instead of a
            space after the last word by a model of characters.

    Raises:
        BadInput: the sentence has no words for the model, or the model reads backward.
    """
    if not reads_forward(model):
        raise BadInput(f"{why_not(model)}. Choose a model that reads forward.")
    parts = list(pieces(model, text))
    if not any(tokens for _, tokens in parts):
        raise BadInput("Write a sentence of at least one word.")
    words, lists = [piece for piece, _ in parts], [tokens for _, tokens in parts]
    known = {*model.vocabulary, LINE_END}
    lacking = [sum(token not in known for token in tokens) for tokens in lists]
    if model.unit == "char":
        lists = [[*tokens, " "] for tokens in lists]
        if end:
            lists[-1][-1] = LINE_END
    elif end:
        words, lists, lacking = [*words, END], [*lists, [END]], [*lacking, 0]
    sizes = np.array([len(tokens) for tokens in lists])
    scores = model.score([token for tokens in lists for token in tokens]).astype(np.float64)  # (T,) nats
    bits = np.zeros(len(lists))
    np.add.at(bits, np.repeat(np.arange(len(lists)), sizes), -scores / math.log(2))
    return Surprisal(tuple(words), bits, sizes.astype(np.int64), np.array(lacking, np.int64), model.unit)
