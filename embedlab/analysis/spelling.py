"""The known words spelt most like a word that is not known."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.analysis.ranking import checked_count
from embedlab.base import StaticModel
from embedlab.folding import tidy

CUTOFF = 0.6
"""Least similarity of spelling, 0 to 1, that is worth suggesting: 1 - edits / length of the longer word."""


def suggest(model: StaticModel, word: str, k: int = 5) -> list[str]:
    """Known words that the writer may have meant, likeliest first.

    First the same letters in another case, commonest first; then by the optimal string alignment distance
    (insert, delete, replace or swap neighbors: one edit each), divided by the longer word's length, with case
    ignored. Words equally close come by frequency. The word itself is never suggested.

    Args:
        model: any static model.
        word: the word looked for.
        k: how many at most; none may come near enough.

    Raises:
        BadInput: k is below 1.
    """
    return close(word, model.words, k)


def close(word: str, words: Sequence[str], k: int = 5) -> list[str]:
    """The same among any words, the commonest of which stand first.

    Raises:
        BadInput: k is below 1.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    k = checked_count(k)
    folded = [known.casefold() for known in words]
    found = extract(
        tidy(word).strip().casefold(), folded, scorer=OSA.normalized_similarity, score_cutoff=CUTOFF, limit=k + 1
    )  # (text, similarity, row), most similar first
    ranked = sorted(found, key=lambda item: (-item[1], item[2]))
    return [words[row] for _, _, row in ranked if words[row] != word][:k]
