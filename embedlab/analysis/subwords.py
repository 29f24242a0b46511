"""How a fastText vector is put together from its letter n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadInput, Floats, Lookup


@runtime_checkable
class HasParts(Protocol):
    """A model whose word vectors are sums of parts, such as fastText."""

    def look_up(self, typed: str) -> Lookup:
        """The word that is meant by a typed one."""

    def parts(self, word: str) -> tuple[list[str], Floats]:
        """The names of a word's n parts, and (n, D) what each adds: the rows sum to the word's vector."""


@dataclass(frozen=True, eq=False)
class Subwords:
    """A word's n-grams and how much of its vector each makes up.

    Attributes:
        word: the word, as it was looked up.
        known: whether it is in the vocabulary; if so the first part is the whole word's own vector.
        ngrams: the parts' names, in the model's order, with < and > for the word's beginning and end.
        shares: (n,) each part's share in the vector; they sum to 1, and a part that points against the vector has
            a negative one.
        norms: (n,) length of each part.
        lookup: as what the typed word was looked up.
    """

    word: str
    known: bool
    ngrams: list[str]
    shares: NDArray[np.float64]
    norms: NDArray[np.float64]
    lookup: Lookup


def parts(model: HasParts | Any, word: str) -> Subwords:
    """Take a word's vector apart into its n-grams (Bojanowski et al. 2017, section 3.2).

    The share of part p in the vector v, v = sum of the parts, is p . v / |v|^2.

    Args:
        model: a model with a ``parts`` method: fastText.
        word: any word that the model has a vector for, known or not; folded as in ``neighbors.nearest``.

    Raises:
        UnknownWord: the word has no n-gram that the model knows.
        BadInput: the model has no subwords, or the word's vector is zero.
    """
    if not isinstance(model, HasParts):
        title = getattr(model, "title", type(model).__name__)
        raise BadInput(f"{title} has one vector a word and no parts. Choose a fastText model: it builds words of them.")
    lookup = model.look_up(word)
    names, rows = model.parts(lookup.word)
    added = np.asarray(rows, np.float64)  # (n, D)
    vector = added.sum(axis=0)  # (D,)
    square = float(vector @ vector)
    if square == 0:
        raise BadInput(f"The vector of '{word}' is zero, so its parts have no share in it.")
    shares, norms = added @ vector / square, np.linalg.norm(added, axis=1)
    return Subwords(lookup.word, lookup.known, list(names), shares, norms, lookup)
