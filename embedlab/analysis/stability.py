"""Stability of neighbors: which stay when a model is trained again with another seed or on a resampled text?

Hellrich & Hahn 2016, "Bad Company—Neighborhoods in Neural Embedding Spaces Considered Harmful"
(https://aclanthology.org/C16-1262/); Antoniak & Mimno 2018, "Evaluating the Stability of Embedding-based Word
Similarities" (https://aclanthology.org/Q18-1008/); Wendlandt, Kummerfeld & Mihalcea 2018, "Factors Influencing the
Surprising Instability of Word Embeddings" (https://aclanthology.org/N18-1190/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import nan

import numpy as np

from embedlab.analysis import bootstrap
from embedlab.analysis.neighbor_lists import NeighborLists, neighbor_lists
from embedlab.base import BadInput, Doubles, Lexicon, StaticModel

BANDS = 5


@dataclass(frozen=True)
class Stayed:
    """A neighbor of a word.

    Attributes:
        word: the neighbor.
        share: of the trainings that have it among the word's k nearest, above 0 to 1.
        rank: its mean rank among them, from 1, where it is one of them.
    """

    word: str
    share: float
    rank: float


@dataclass(frozen=True)
class Band:
    """Words that are about equally frequent.

    Attributes:
        low: how often the rarest of them was seen.
        high: how often the commonest was.
        words: how many they are.
        mean: their overlap.
        lower: lower end of its 95 % bootstrap interval (words drawn).
        upper: its upper end.
    """

    low: float
    high: float
    words: int
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Stability:
    """How far trainings agree on the k nearest words.

    Attributes:
        lists: of each of the M trainings.
        words: the W words that all of them know.
        counts: (W,) how often each was seen, mean over trainings.
        overlap: (W,) overlap@k of each: the share of the k nearest that two trainings have in common, mean over pairs.
        mean: of all words.
        low: lower end of its 95 % bootstrap interval (words drawn).
        high: its upper end.
        pairs: (M (M - 1) / 2,) the mean of all words for each pair of trainings.
        by_rank: (k,) of neighbors at rank 1, 2, … in one training, the share that is among another's k nearest.
        chance: the mean for lists drawn at random.
        rho: Spearman's correlation of frequency and overlap, -1 to 1; nan if one of them is the same for all words.
        bands: the words in a few groups of about the same size, rarest first; empty where counts are unknown.
    """

    lists: tuple[NeighborLists, ...]
    words: tuple[str, ...]
    counts: Doubles
    overlap: Doubles
    mean: float
    low: float
    high: float
    pairs: Doubles
    by_rank: Doubles
    chance: float
    rho: float
    bands: tuple[Band, ...]

    @property
    def k(self) -> int:
        """Length of the lists."""
        return self.lists[0].k

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where each word stands."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words, found as people type them."""
        return Lexicon(self.words, self.rows)

    def of(self, word: str) -> tuple[Stayed, ...]:
        """Every word that at least one training has among the k nearest; those of most trainings first.

        Raises:
            BadInput: the word, folded as the text was, is not among those that were looked at.
        """
        lookup = self.lexicon.look_up(word)
        if not lookup.known:
            raise BadInput(f"'{word}' is not among the {len(self.words):,} words that were looked at.")
        ranks: dict[str, list[int]] = {}
        for one in self.lists:
            for rank, near in enumerate(one.of(lookup.word), 1):
                ranks.setdefault(near, []).append(rank)
        found = [Stayed(near, len(at) / len(self.lists), sum(at) / len(at)) for near, at in ranks.items()]
        return tuple(sorted(found, key=lambda one: (-one.share, one.rank, one.word)))


def stability(
    models: Sequence[StaticModel], words: Sequence[str], k: int = 10, *, resamples: int = 1000, seed: int = 1
) -> Stability:
    """How far several trainings of one model agree on the k nearest of some words.

    Args:
        models: two or more, trained alike but for the seed, or on texts drawn anew.
        words: those that not all models know are left out.
        k: length of the lists.
        resamples: of the bootstrap over words.
        seed: of that bootstrap.

    Raises:
        BadInput: there are fewer than two models, no word that all know, or ``k`` is below 1.
    """
    return compare([neighbor_lists(model, words, k) for model in models], resamples=resamples, seed=seed)


def compare(lists: Sequence[NeighborLists], *, resamples: int = 1000, seed: int = 1) -> Stability:
    """Compare trainings by the lists of neighbors that were kept of them; see ``stability``.

    Args:
        lists: of each training, k neighbors of each word.
        resamples: of the bootstrap over the words.
        seed: of its draws.

    Raises:
        BadInput: there are fewer than two trainings, their lists differ in length, or no word is in all of them.
    """
    if len(lists) < 2 or len({one.k for one in lists}) > 1:
        raise BadInput("Two trainings or more, with lists of the same length, are needed to see which neighbors stay.")
    words = tuple(word for word in lists[0].words if all(word in one.rows for one in lists))
    if not words:
        raise BadInput("There is no word that all trainings know.")
    counts = np.mean([[one.counts[one.rows[word]] for word in words] for one in lists], axis=0)
    table = np.array([[_shared(a.of(word), b.of(word)) for word in words] for a, b in combinations(lists, 2)])
    overlap = table.mean(axis=0)
    rng = np.random.default_rng(seed)
    low, high = bootstrap.interval(bootstrap.means(overlap, resamples, rng))
    return Stability(
        lists=tuple(lists),
        words=words,
        counts=counts,
        overlap=overlap,
        mean=float(overlap.mean()),
        low=low,
        high=high,
        pairs=table.mean(axis=1),
        by_rank=_by_rank(lists, words),
        chance=float(np.mean([min(1.0, one.k / max(1, one.size - 1)) for one in lists])),
        rho=_rho(counts, overlap),
        bands=_bands(counts, overlap, resamples, rng),
    )


def _shared(first: Sequence[str], second: Sequence[str]) -> float:
    longest = max(len(first), len(second))
    return len(set(first) & set(second)) / longest if longest else 1.0


def _by_rank(lists: Sequence[NeighborLists], words: Sequence[str]) -> Doubles:
    k = lists[0].k
    kept, all_of = np.zeros(k), np.zeros(k)
    for word in words:
        near = [one.of(word) for one in lists]
        for own, other in ((a, b) for a in range(len(near)) for b in range(len(near)) if a != b):
            among = set(near[other])
            for rank, neighbor in enumerate(near[own]):
                kept[rank] += neighbor in among
                all_of[rank] += 1
    shares: Doubles = np.divide(kept, all_of, out=np.full(k, nan), where=all_of > 0)
    return shares


def _rho(counts: Doubles, overlap: Doubles) -> float:
    from scipy.stats import spearmanr

    if np.ptp(counts) == 0 or np.ptp(overlap) == 0:
        return nan
    return float(spearmanr(counts, overlap).statistic)


def _bands(counts: Doubles, overlap: Doubles, resamples: int, rng: np.random.Generator) -> tuple[Band, ...]:
    if np.ptp(counts) == 0:
        return ()
    found = []
    for rows in np.array_split(np.argsort(counts, kind="stable"), BANDS):
        if len(rows):
            lower, upper = bootstrap.interval(bootstrap.means(overlap[rows], resamples, rng))
            seen = counts[rows]
            mean = float(overlap[rows].mean())
            found.append(Band(float(seen.min()), float(seen.max()), len(rows), mean, lower, upper))
    return tuple(found)
