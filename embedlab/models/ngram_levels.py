"""A look inside an n-gram model: what each order counts and says at one place of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.levels import Followers, Level
from embedlab.models.kneser_ney import Weights
from embedlab.models.ngram_counts import Ids
from embedlab.models.ngram_tables import Table, places


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

    def levels(self, text: Ids, at: int) -> tuple[Level, ...]:
        """What every order says of the token at a place, the longest context first; ``text`` as in ``places``."""
        found: list[Level] = []
        lower = 1 / len(self.vocabulary)
        for n, context, gram in self._orders(text, at):
            found.append(self._level(n, context, gram, text[at + 1 - n : at + 2], lower))
            lower = found[-1].probability
        return tuple(reversed(found))

    def followers(self, text: Ids, at: int, k: int) -> tuple[Followers, ...]:
        """The k commonest tokens after the contexts of a place, the longest first."""
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

    def _orders(self, text: Ids, at: int) -> Iterator[tuple[int, int, int]]:
        """Length, number and n-gram of every context of a place that its sentence is long enough for."""
        for n, place in enumerate(places(self.tables, text)):
            if place.inside[at]:
                yield n, int(place.contexts[at]), int(place.ids[at])

    def _level(self, n: int, context: int, gram: int, tokens: Ids, lower: float) -> Level:
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
