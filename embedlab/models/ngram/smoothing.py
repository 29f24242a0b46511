"""Interpolated modified Kneser-Ney smoothing, maximum likelihood, and what each order says at one position of a text.

Chen & Goodman 1998, An Empirical Study of Smoothing Techniques for Language Modeling (TR-10-98), sections 4.1.6 and
5.4; details as in Heafield et al. 2013, Scalable Modified Kneser-Ney Language Model Estimation,
https://aclanthology.org/P13-2121/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.base import Counts, Doubles
from embedlab.base.capabilities import Followers, Level
from embedlab.base.read_only import read_only
from embedlab.models.ngram.counts import Ids32
from embedlab.models.ngram.tables import Table, positions

FALLBACK = (0.5, 1.0, 1.5)
"""Discounts where the text is too small to estimate them, as in KenLM."""


def counts_of_counts(counts: NDArray[np.integer]) -> Counts:
    """(4,): n1 to n4, how many n-grams have the count 1, 2, 3 and 4."""
    return np.bincount(counts[(counts > 0) & (counts < 5)], minlength=5)[1:].astype(np.int64)


def discounts(counts_of_counts: Counts, fixed: float = 0.0) -> Doubles:
    """(4,): what is taken off a count of 0, 1, 2, and 3 or more: 0, D1, D2, D3+.

    Y = n1 / (n1 + 2 n2), D1 = 1 - 2 Y n2 / n1, D2 = 2 - 3 Y n3 / n2, D3+ = 3 - 4 Y n4 / n3 (Chen & Goodman 1998,
    equation 26); ``FALLBACK`` if n1, n2 or n3 is zero or one of them falls outside 0 to its count.

    Args:
        counts_of_counts: n1 to n4 of this order.
        fixed: one discount for all counts instead (Kneser & Ney 1995); 0 for the formula.
    """
    if fixed:
        return np.array([0.0, fixed, fixed, fixed])
    n1, n2, n3, n4 = (float(n) for n in counts_of_counts)
    if not (n1 and n2 and n3):
        return np.array([0.0, *FALLBACK])
    y = n1 / (n1 + 2 * n2)
    found = np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
    return found if ((found >= 0) & (found <= np.arange(4))).all() else np.array([0.0, *FALLBACK])


@dataclass(frozen=True, eq=False)
class Weights:
    """One order as it is interpolated: p(w | c) = share(c w) + lower(c) p(w | c without its first token).

    Attributes:
        shares: (G + 1,) of every n-gram; 0 at the end, for one that was not seen.
        lower: (C + 1,) of every context; at the end for one that was not seen.
    """

    shares: Doubles
    lower: Doubles

    def __post_init__(self) -> None:
        read_only(self.shares), read_only(self.lower)


def kneser_ney(contexts: Counts, adjusted: NDArray[np.integer], totals: Counts, taken: Doubles) -> Weights:
    """Shares (a(c w) - D) / a(c), and to the shorter context all that they leave over, dropped n-grams included.

    Args:
        contexts: (G,) the context of every n-gram.
        adjusted: (G,) its count a(c w).
        totals: (C,) a(c), the counts of all n-grams of a context, also of those that were dropped.
        taken: (4,) the discounts.
    """
    left = np.maximum(adjusted - taken[np.minimum(adjusted, 3)], 0.0)
    shares = left / np.maximum(totals, 1)[contexts]
    lower = 1 - np.bincount(contexts, weights=shares, minlength=len(totals))
    return Weights(np.append(shares, 0.0), np.append(np.maximum(lower, 0.0), 1.0))


def maximum_likelihood(contexts: Counts, counts: NDArray[np.integer], totals: Counts) -> Weights:
    """Shares c(c w) / c(c), and nothing to the shorter context: what was not seen is impossible.

    Args:
        contexts: (G,) the context of every n-gram.
        counts: (G,) how often it was seen.
        totals: (C,) how often something followed the context.
    """
    shares = counts / np.maximum(totals, 1)[contexts]
    return Weights(np.append(shares, 0.0), np.zeros(len(totals) + 1))


@dataclass(frozen=True, eq=False)
class Inside:
    """The parts of a model of order n.

    Attributes:
        tables: n of them.
        weights: n of them.
        discounts: (n, 4) what each order takes off a count of 0, 1, 2, and 3 or more.
        vocabulary: V names of tokens.
    """

    tables: Sequence[Table]
    weights: Sequence[Weights]
    discounts: NDArray[np.float64]
    vocabulary: Sequence[str]

    def levels(self, text: Ids32, at: int) -> tuple[Level, ...]:
        """What every order says of the token at a position, the longest context first; ``text`` as in ``positions``."""
        found: list[Level] = []
        lower = 1 / len(self.vocabulary)
        for n, context, gram in self._orders(text, at):
            found.append(self._level(n, context, gram, text[at + 1 - n : at + 2], lower))
            lower = found[-1].probability
        return tuple(reversed(found))

    def followers(self, text: Ids32, at: int, k: int) -> tuple[Followers, ...]:
        """The k commonest tokens after the contexts of a position, the longest first."""
        found: list[Followers] = []
        for n, context, _ in self._orders(text, at):
            these = self._after(n, context)
            counts = self.tables[n].counts[these]
            top = np.argsort(-counts, kind="stable")[:k]
            top = top[counts[top] > 0]
            words = self._names(self.tables[n].tokens[these][top])
            before = self._names(text[at + 1 - n : at + 1])
            found.append(Followers(n + 1, before, words, tuple(counts[top].tolist()), int(np.count_nonzero(counts))))
        return tuple(reversed(found))

    def _orders(self, text: Ids32, at: int) -> Iterator[tuple[int, int, int]]:
        """Length, number and n-gram of every context of a position that its sentence is long enough for."""
        for n, order in enumerate(positions(self.tables, text)):
            if order.inside[at]:
                yield n, int(order.contexts[at]), int(order.ids[at])

    def _level(self, n: int, context: int, gram: int, tokens: Ids32, lower: float) -> Level:
        table, weights = self.tables[n], self.weights[n]
        count, adjusted = (int(table.counts[gram]), int(table.adjusted[gram])) if gram >= 0 else (0, 0)
        seen, total = (int(table.seen[context]), int(table.totals[context])) if context >= 0 else (0, 0)
        share, weight = float(weights.shares[gram]), float(weights.lower[context])
        *before, word = self._names(tokens)
        return Level(
            order=n + 1,
            context=tuple(before),
            word=word,
            count=count,
            context_count=seen,
            adjusted=adjusted,
            total=total,
            followers=int(np.count_nonzero(table.counts[self._after(n, context)])),
            discount=float(self.discounts[n, min(adjusted, 3)]),
            share=share,
            lower_weight=weight,
            lower=lower,
            probability=share + weight * lower,
            likelihood=count / seen if seen else None,
        )

    def _after(self, n: int, context: int) -> slice:
        """Where the n-grams of a context stand in its table."""
        return slice(*self.tables[n].first[context : context + 2].tolist()) if context >= 0 else slice(0)

    def _names(self, tokens: NDArray[np.integer]) -> tuple[str, ...]:
        return tuple(self.vocabulary[token] for token in tokens)
