"""What some of a word's sentences share that the others do not: words that stand out by their log-odds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log, sqrt

from embedlab.base import BadInput
from embedlab.base.folding import caseless
from embedlab.data.datasets import Occurrence
from embedlab.data.inflections import positions

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
        p: how often chance alone puts it into so many of the chosen ones (Fisher's exact test, one-sided).
    """

    word: str
    inside: int
    outside: int
    z: float
    p: float


@dataclass(frozen=True)
class Shared:
    """What chosen sentences share.

    Attributes:
        words: those that stand out most; first the ones that chance does not explain.
        certain: how many of them, from the first on, chance does not explain: p is below ``limit``.
        limit: of p, 0.05 over the number of words that were tested (Bonferroni).
        tested: words that were tested.
        chosen: chosen sentences.
        others: other sentences.
    """

    words: tuple[SharedWord, ...]
    certain: int
    limit: float
    tested: int
    chosen: int
    others: int


def shared(occurrences: Sequence[Occurrence], chosen: Collection[int], *, most: int = 12) -> Shared:
    """Words that stand in the chosen sentences more often than in the others.

    The log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words", equations
    16, 18 and 22), which tames rare words: for a word in y1 of the chosen sentences and y2 of the others, with prior a,
    z = (log-odds(y1 + a) - log-odds(y2 + a)) / sqrt(1 / (y1 + a) + 1 / (y2 + a)). A sentence counts a word once; the
    word itself in all its forms, punctuation and words of a single sentence are left out. The z gives the order; since
    it is only roughly normal for small counts, Fisher's exact test says what chance may explain.

    Args:
        occurrences: all sentences.
        chosen: numbers of some of them.
        most: words that are given back.

    Raises:
        BadInput: none is chosen, or no other is left to compare with.
    """
    from scipy.stats import hypergeom

    picked = {row for row in chosen if 0 <= row < len(occurrences)}
    if not picked or len(picked) == len(occurrences):
        raise BadInput(
            "Choose some of the sentences, but not all: what they share is told by comparison with the rest."
        )
    one, two = Counter[str](), Counter[str]()
    for row, occurrence in enumerate(occurrences):
        (one if row in picked else two).update(_context(occurrence))
    both = one + two
    words = sorted(word for word, count in both.items() if count > 1)
    sizes, prior = (sum(one.values()), sum(two.values())), PRIOR * sum(both.values())
    zs = [_z(one[word], two[word], sizes, PRIOR * both[word], prior) for word in words]
    ps = hypergeom.sf([one[w] - 1 for w in words], len(occurrences), [both[w] for w in words], len(picked)).tolist()
    found = [SharedWord(w, one[w], two[w], z, p) for w, z, p in zip(words, zs, ps, strict=True) if z > 0]
    limit = LEVEL / max(1, len(words))
    found = sorted(found, key=lambda item: (item.p >= limit, -item.z))[:most]
    certain = sum(item.p < limit for item in found)
    return Shared(tuple(found), certain, limit, len(words), len(picked), len(occurrences) - len(picked))


def _context(occurrence: Occurrence) -> set[str]:
    own = set(positions(occurrence.word, occurrence.words)) | {occurrence.position}
    return {caseless(w) for i, w in enumerate(occurrence.words) if i not in own and any(map(str.isalnum, w))}


def _z(inside: int, outside: int, sizes: tuple[int, int], own: float, prior: float) -> float:
    y1, y2 = inside + own, outside + own
    odds = log(y1 / (sizes[0] + prior - y1)) - log(y2 / (sizes[1] + prior - y2))
    return odds / sqrt(1 / y1 + 1 / y2)
