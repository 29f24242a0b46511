"""What some of a word's sentences share that the others do not: words that stand out by their log-odds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist

from embedlab.base import BadInput
from embedlab.data.inflections import places
from embedlab.data.senses import Occurrence

PRIOR = 0.1
"""Weight of the prior: this share of all counts."""
LEVEL = 0.05


@dataclass(frozen=True)
class SharedWord:
    """A context word.

    Attributes:
        word: in small letters.
        inside: how many of the chosen sentences have it.
        outside: how many of the others do.
        z: log-odds ratio over its standard error; above 0 where it belongs to the chosen ones.
    """

    word: str
    inside: int
    outside: int
    z: float


@dataclass(frozen=True)
class Shared:
    """What chosen sentences share.

    Attributes:
        words: those that stand out most, first; among them the ones that chance does not explain.
        certain: how many of them (from the first on) have a z above ``threshold``.
        threshold: z that none of all tested words would reach by chance in 95 of 100 cases (Bonferroni).
        tested: words that were tested.
        chosen: chosen sentences.
        others: other sentences.
    """

    words: tuple[SharedWord, ...]
    certain: int
    threshold: float
    tested: int
    chosen: int
    others: int


def shared(occurrences: Sequence[Occurrence], chosen: Collection[int], *, most: int = 12) -> Shared:
    """Words that stand in the chosen sentences more often than in the others.

    The log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words", equations
    16, 18 and 22), which tames rare words: for a word in y1 of the chosen sentences and y2 of the others, with prior a,
    z = (log-odds(y1 + a) - log-odds(y2 + a)) / sqrt(1 / (y1 + a) + 1 / (y2 + a)). A sentence counts a word once; the
    word itself in all its forms, punctuation and words of a single sentence are left out.

    Args:
        occurrences: all sentences.
        chosen: numbers of some of them.
        most: words that are given back.

    Raises:
        BadInput: none is chosen, or no other is left to compare with.
    """
    picked = {row for row in chosen if 0 <= row < len(occurrences)}
    if not picked or len(picked) == len(occurrences):
        raise BadInput(
            "Choose some of the sentences, but not all: what they share is told by comparison with the rest."
        )
    one, two = Counter[str](), Counter[str]()
    for row, occurrence in enumerate(occurrences):
        (one if row in picked else two).update(_context(occurrence))
    both = one + two
    words = [word for word, count in both.items() if count > 1]
    sizes, prior = (sum(one.values()), sum(two.values())), PRIOR * sum(both.values())
    found = [
        SharedWord(word, one[word], two[word], _z(one[word], two[word], sizes, PRIOR * both[word], prior))
        for word in words
    ]
    found.sort(key=lambda item: (-item.z, item.word))
    threshold = NormalDist().inv_cdf(1 - LEVEL / 2 / max(1, len(found)))
    certain = sum(item.z > threshold for item in found[:most])
    top = tuple(item for item in found[:most] if item.z > 0)
    return Shared(top, certain, threshold, len(found), len(picked), len(occurrences) - len(picked))


def _context(occurrence: Occurrence) -> set[str]:
    own = set(places(occurrence.word, occurrence.words)) | {occurrence.position}
    return {w.casefold() for i, w in enumerate(occurrence.words) if i not in own and any(map(str.isalnum, w))}


def _z(inside: int, outside: int, sizes: tuple[int, int], own: float, prior: float) -> float:
    y1, y2 = inside + own, outside + own
    odds = log(y1 / (sizes[0] + prior - y1)) - log(y2 / (sizes[1] + prior - y2))
    return odds / sqrt(1 / y1 + 1 / y2)
