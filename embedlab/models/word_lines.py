"""Words as numbers for language models over words: the vocabulary, then ``<unk>``, then ``</s>``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import END, UNKNOWN, BadInput, Lexicon
from embedlab.data import held_out
from embedlab.data.vocab import EncodedCorpus
from embedlab.settings import Settings


class WordNumbers:
    """Numbers of words: V words by their place, V for unknown, V + 1 for the boundary between sentences."""

    def __init__(self, words: Sequence[str]) -> None:
        self.vocabulary = [*words, UNKNOWN, END]
        self.unknown, self.boundary = len(words), len(words) + 1
        self._positions = {word: i for i, word in enumerate(self.vocabulary)}
        self._lexicon = Lexicon(self.vocabulary[: self.unknown], self._positions)

    def __call__(self, words: Sequence[str]) -> list[int]:
        """Numbers of a sentence's words."""
        return [self._positions.get(word, self.unknown) for word in words]

    def forms(self, words: Sequence[str]) -> list[str]:
        """Words as the vocabulary has them; unknown ones folded as the text was."""
        return [word if word in self._positions else self._lexicon.in_text(word).word for word in words]


@dataclass(frozen=True)
class SplitText:
    """A text for training and one for measuring, each with a boundary before the first sentence and after each.

    Attributes:
        training: (M,) token numbers.
        held_out: (N,) token numbers; just the boundary if nothing is held out.
        counts: (V + 2,) how often each number stands in the text.
    """

    training: NDArray[np.int32]
    held_out: NDArray[np.int32]
    counts: NDArray[np.int64]


def mark(kind: str, config: Settings, encoded: EncodedCorpus) -> str:
    """Names a training on words, for its checkpoints."""
    return fingerprint(kind, config, encoded.vocabulary.words, len(encoded.ids))


def fingerprint(kind: str, config: Settings, vocabulary: Sequence[str], length: int) -> str:
    """Names a training by its kind, settings, vocabulary and length of text, in 64 letters."""
    parts = [kind, str(config.to_dict()), *vocabulary, str(length)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def split(encoded: EncodedCorpus, seed: int) -> SplitText:
    """Hold sentences out of a text that was encoded with its unknown words.

    Raises:
        BadInput: nothing is left to train on.
    """
    boundary = len(encoded.vocabulary) + 1
    held = held_out.chosen(encoded, seed)
    if held.all():
        raise BadInput("There is no text to train on. Give more than one sentence.")
    training = held_out.joined(encoded, ~held, boundary)
    counts = np.bincount(training, minlength=boundary + 1)
    return SplitText(training, held_out.joined(encoded, held, boundary), counts)
