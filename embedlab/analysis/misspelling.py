"""Compare the vector of a misspelt word with that of the right spelling.

Akbik et al. 2018, section 2.3: models over characters "handle rare and misspelled words"; fastText composes a vector of
the letter n-grams that remain (Bojanowski et al. 2017, https://aclanthology.org/Q17-1010/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, ContextualModel, StaticModel, UnknownWord, given
from embedlab.base.folding import caseless, tidy

UNHEARD = "qzxvjk"
"""A word that nobody wrote: a model that has no letters reads it as it reads every word that it does not know."""
OTHERS = (
    "house",
    "money",
    "green",
    "seven",
    "music",
    "doctor",
    "winter",
    "small",
    "window",
    "paper",
    "always",
    "under",
)
"""Words that no misspelling stands for, to compare with."""


@dataclass(frozen=True, eq=False)
class Misspelt:
    """A word and a wrong spelling of it in the same sentence, by one model of L layers.

    Attributes:
        right: the word.
        wrong: its misspelling.
        layers: L names; one, "vector", of a static model.
        known: whether the right spelling has a vector of its own.
        similarity: (L,) cosine similarity of the two; ``None`` if either has no vector.
        others: M words that the model has vectors for.
        to_others: (L, M) similarity of each of them, in the same place, with the right spelling.
        read: how the misspelling was read: "vector" if it has one of its own, "composed" of letters or pieces,
            "unknown" if it was read like any word that the model does not know, "none" if it has no vector.
    """

    right: str
    wrong: str
    layers: tuple[str, ...]
    known: bool
    similarity: NDArray[np.float64] | None
    others: tuple[str, ...]
    to_others: NDArray[np.float64]
    read: str

    def closer(self, layer: int = -1) -> int:
        """How many of the other words are less similar to the right spelling than the wrong one is."""
        return 0 if self.similarity is None else int((self.to_others[layer] < self.similarity[layer]).sum())


def misspelt(
    model: ContextualModel | StaticModel,
    sentence: Sequence[str],
    position: int,
    wrong: str,
    others: Sequence[str] = OTHERS,
) -> Misspelt:
    """Compare the vectors of a word and of a wrong spelling in its place.

    Args:
        model: contextual, or static: that one takes no notice of the sentence.
        sentence: words, among them the right spelling.
        position: where it stands.
        wrong: the wrong spelling.
        others: words to compare with, put into the same place.

    Raises:
        BadInput: no such position, or no wrong spelling.
    """
    given.words(sentence)
    if not 0 <= position < len(sentence):
        raise BadInput(f"The sentence has {len(sentence)} words; there is no position {position}.")
    right, wrong = sentence[position], tidy(wrong).strip()
    if not wrong or wrong == tidy(right):
        raise BadInput(f"Write a spelling of '{right}' that differs from the right one.")
    compared = [word for word in dict.fromkeys(others) if caseless(word) not in (caseless(right), caseless(wrong))]
    if isinstance(model, ContextualModel):
        return _in_context(model, sentence, position, wrong, compared)
    return _static(model, right, wrong, compared)


def _in_context(
    model: ContextualModel,
    sentence: Sequence[str],
    position: int,
    wrong: str,
    others: Sequence[str],
) -> Misspelt:
    words = [sentence[position], wrong, UNHEARD, *others]
    texts = [[*sentence[:position], word, *sentence[position + 1 :]] for word in words]
    read = model.encode(texts)
    vectors = np.stack([one[:, position] for one in read], axis=1).astype(np.float64)  # (L, 3 + M, D)
    same = _cosines(vectors[:, :1], vectors[:, 1:])  # (L, 2 + M)
    unknown = bool(np.allclose(vectors[:, 1], vectors[:, 2], atol=1e-5))
    known = not np.allclose(vectors[:, 0], vectors[:, 2], atol=1e-5)
    how = "unknown" if unknown else "composed"
    return Misspelt(words[0], wrong, tuple(model.layers), known, same[:, 0], tuple(others), same[:, 2:], how)


def _static(model: StaticModel, right: str, wrong: str, others: Sequence[str]) -> Misspelt:
    first, second = _vector(model, right), _vector(model, wrong)
    found = {word: vector for word in others if (vector := _vector(model, word)) is not None}
    how = "none" if second is None else "vector" if model.look_up(wrong).known else "composed"
    if first is None:
        return Misspelt(right, wrong, ("vector",), False, None, (), np.zeros((1, 0)), how)
    matrix = np.stack([first, *found.values()])[None]  # (1, 1 + M, D)
    same = None if second is None else _cosines(matrix[:, :1], second[None, None])[:, 0]
    to_others = _cosines(matrix[:, :1], matrix[:, 1:])
    return Misspelt(right, wrong, ("vector",), True, same, tuple(found), to_others, how)


def _vector(model: StaticModel, word: str) -> NDArray[np.float64] | None:
    try:
        return model.vector(model.look_up(word).word).astype(np.float64)
    except UnknownWord:
        return None


def _cosines(one: NDArray[np.float64], many: NDArray[np.float64]) -> NDArray[np.float64]:
    """(L, N) of (L, 1, D) with (L, N, D); 0 with a zero vector."""
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(many, axis=-1)
    products: NDArray[np.float64] = (one * many).sum(axis=-1)
    result: NDArray[np.float64] = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return result
