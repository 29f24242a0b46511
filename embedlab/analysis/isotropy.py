"""How alike the vectors of one layer are: within words, within sentences, and at random."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Floats

Doubles = NDArray[np.float64]
Rows = NDArray[np.int64]
MOST = 30
"""Occurrences of a word, drawn at random, from which its explained variance is taken."""
DRAWS = 40
"""Random sets of occurrences for each size, for the baseline of the explained variance."""


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Where the words stand that are looked at.

    Attributes:
        kept: (N,) their rows among all places of all sentences, in reading order.
        sentence: (N,) number of the sentence of each.
        words: W words that stand in enough sentences, commonest first.
        rows: for each of them its places among the N, one a sentence.
        unknown: words left out because their vector is zero at some layer.
    """

    kept: Rows
    sentence: Rows
    words: tuple[str, ...]
    rows: tuple[Rows, ...]
    unknown: int

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]], vectors: Sequence[Floats], fewest: int) -> Occurrences:
        """All words with a letter or digit, of sentences whose vectors (L, T, D) are given.

        Args:
            sentences: different ones.
            vectors: one array a sentence.
            fewest: sentences that a word must stand in to be among ``words``.
        """
        kept: list[int] = []
        numbers: list[int] = []
        at = unknown = 0
        places: dict[str, list[int]] = defaultdict(list)
        for number, (sentence, found) in enumerate(zip(sentences, vectors, strict=True)):
            known = np.abs(found).max(axis=2, initial=0).min(axis=0) > 0  # (T,)
            seen: set[str] = set()
            for position, word in enumerate(sentence):
                if not any(map(str.isalnum, word)):
                    continue
                if not known[position]:
                    unknown += 1
                    continue
                if word not in seen:
                    places[word].append(len(kept))
                    seen.add(word)
                kept.append(at + position)
                numbers.append(number)
            at += len(sentence)
        often = sorted((w for w, rows in places.items() if len(rows) >= fewest), key=lambda w: (-len(places[w]), w))
        rows = tuple(np.array(places[word], np.int64) for word in often)
        return cls(np.array(kept, np.int64), np.array(numbers, np.int64), tuple(often), rows, unknown)


@dataclass(frozen=True, eq=False)
class Value:
    """A mean and its bootstrap.

    Attributes:
        raw: the mean.
        baseline: what random occurrences give.
        draws: (B,) raw less baseline in each resample.
    """

    raw: float
    baseline: float
    draws: Doubles


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer's measures; ``by_word`` (W,) is the words' self-similarity less the baseline."""

    self_similarity: Value
    intra: Value
    explained: Value
    intra_chance: float
    by_word: Doubles


def layer(found: Occurrences, vectors: Floats, resamples: int, rng: np.random.Generator) -> Layer:
    """The measures of one layer.

    Args:
        found: whose words.
        vectors: (all places, D).
        resamples: B.
        rng: of all draws.
    """
    rows = vectors[found.kept].astype(np.float64)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)  # (N, D)
    numbers, sentence = np.unique(found.sentence, return_inverse=True)
    weights = rng.multinomial(len(numbers), np.full(len(numbers), 1 / len(numbers)), size=resamples)  # (B, S)
    base, base_draws = between(units, sentence, weights)
    own = np.array([_mean_cosine(units[places]) for places in found.rows])  # (W,)
    chosen = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=resamples) / len(own)  # (B, W)
    intra, shuffled = within(rows, units, sentence), rng.permutation(len(rows))
    chance = within(rows[shuffled], units[shuffled], sentence)
    share, random_share, share_draws = _explained(rows, found.rows, chosen, rng)
    return Layer(
        Value(float(own.mean()), base, chosen @ own - base_draws),
        Value(float(intra.mean()), base, weights @ intra / len(intra) - base_draws),
        Value(share, random_share, share_draws),
        float(chance.mean()) - base,
        own - base,
    )


def between(units: Doubles, sentence: Rows, weights: NDArray[np.integer]) -> tuple[float, Doubles]:
    """Mean cosine of all pairs of occurrences from different sentences, and the same in resamples of sentences.

    No pair is drawn: with U_s the sum of a sentence's unit vectors, the sum over all pairs is |sum U_s|^2 less the
    pairs within sentences, sum |U_s|^2. A sentence drawn twice makes no pair with itself.

    Args:
        units: (N, D) vectors of length 1.
        sentence: (N,) from 0 to S - 1.
        weights: (B, S) how often each resample has each sentence.
    """
    count = weights.shape[1]
    sums = np.zeros((count, units.shape[1]))
    np.add.at(sums, sentence, units)
    sizes, inside = np.bincount(sentence, minlength=count).astype(float), np.square(sums).sum(axis=1)

    def mean(drawn: Doubles) -> Doubles:
        square = np.square(drawn)
        above = np.square(drawn @ sums).sum(axis=1) - square @ inside
        pairs = np.square(drawn @ sizes) - square @ np.square(sizes)
        found: Doubles = np.divide(above, pairs, out=np.zeros_like(above), where=pairs > 0)
        return found

    return float(mean(np.ones((1, count)))[0]), mean(weights.astype(float))


def within(rows: Doubles, units: Doubles, sentence: Rows) -> Doubles:
    """(S,) intra-sentence similarity: mean cosine between a sentence's vectors and their mean."""
    count = int(sentence.max()) + 1
    means = np.zeros((count, rows.shape[1]))
    np.add.at(means, sentence, rows)  # the length of the mean does not matter
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    means = np.divide(means, norms, out=np.zeros_like(means), where=norms > 0)
    cosines = np.einsum("nd,nd->n", units, means[sentence])
    found: Doubles = np.bincount(sentence, cosines, count) / np.bincount(sentence, minlength=count)
    return found


def explained(sets: Doubles) -> Doubles:
    """(...,) share of the first squared singular value in the sum of all, of (..., n, D) vectors; not centred."""
    products = sets @ np.swapaxes(sets, -1, -2)  # (..., n, n)
    found: Doubles = np.linalg.eigvalsh(products)[..., -1] / np.trace(products, axis1=-2, axis2=-1)
    return found


def _explained(
    rows: Doubles, words: Sequence[Rows], chosen: Doubles, rng: np.random.Generator
) -> tuple[float, float, Doubles]:
    """Mean explained variance of the words, that of as many random occurrences, and the difference in resamples."""
    own, sizes = np.zeros(len(words)), np.array([min(MOST, len(places)) for places in words])
    for number, places in enumerate(words):
        own[number] = explained(rows[rng.permutation(places)[:MOST]])
    kinds, which = np.unique(sizes, return_inverse=True)
    drawn = np.stack([explained(rows[_sets(len(rows), size, rng)]) for size in kinds.tolist()])  # (K, DRAWS)
    again = rng.integers(DRAWS, size=(len(chosen), *drawn.shape))  # (B, K, DRAWS)
    bases = np.take_along_axis(np.broadcast_to(drawn, again.shape), again, axis=2).mean(axis=2)  # (B, K)
    difference = chosen @ own - np.einsum("bw,bw->b", chosen, bases[:, which])
    return float(own.mean()), float(drawn.mean(axis=1)[which].mean()), difference


def _sets(count: int, size: int, rng: np.random.Generator) -> Rows:
    """(DRAWS, size) different rows in each set; with so few of so many, drawing again is rare."""
    if size > count // 4:
        return np.stack([rng.permutation(count)[:size] for _ in range(DRAWS)])
    sets = rng.integers(count, size=(DRAWS, size))
    while (twice := (np.diff(np.sort(sets, axis=1), axis=1) == 0).any(axis=1)).any():
        sets[twice] = rng.integers(count, size=(int(twice.sum()), size))
    return sets


def _mean_cosine(units: Doubles) -> float:
    """Of all pairs of n vectors of length 1."""
    n = len(units)
    return float((np.square(units.sum(axis=0)).sum() - n) / (n * n - n))
