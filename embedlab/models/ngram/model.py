"""n-gram language model of words, with interpolated modified Kneser-Ney smoothing or without smoothing.

Kneser & Ney 1995, Improved backing-off for m-gram language modeling, https://doi.org/10.1109/ICASSP.1995.479394;
Chen & Goodman 1998; Heafield et al. 2013 (see ``smoothing``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import (
    BadModel,
    BadSetting,
    Card,
    Counts,
    Floats,
    LanguageModel,
    OnProgress,
    Progress,
    Settings,
    setting,
)
from embedlab.base.capabilities import Followers, Level
from embedlab.base.read_only import read_only
from embedlab.data import resample
from embedlab.models.common import cards
from embedlab.models.common.examples import WordNumbers
from embedlab.models.ngram import counts as ngram_counts
from embedlab.models.ngram import smoothing as ngram_smoothing
from embedlab.models.ngram import tables as ngram_tables
from embedlab.models.ngram.smoothing import Inside, Weights
from embedlab.models.ngram.tables import Table, positions

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus

SMOOTHING = ("kneser-ney", "maximum likelihood")


@dataclass(frozen=True)
class NgramConfig(Settings):
    """Settings of an n-gram model.

    Raises:
        BadSetting: also for maximum likelihood with pruning, and for pairs that are dropped while longer ones stay.
    """

    order: int = setting(3, "Words looked at at once: the next one is guessed from those before it.", low=1, high=5)
    min_count: int = setting(2, "Words seen less often than this count as unknown.", low=1, high=1_000_000)
    max_words: int = setting(
        20_000, "Keep at most this many words, the commonest first; the others count as unknown.", low=2, high=5_000_000
    )
    smoothing: str = setting(
        SMOOTHING[0],
        "kneser-ney keeps something for what was never seen; maximum likelihood holds it for impossible.",
        choices=SMOOTHING,
    )
    discount: float = setting(
        0.0, "Taken off every count for what was never seen; 0 estimates it from the text.", low=0.0, high=1.0
    )
    prune_pairs: int = setting(0, "Drop pairs of words seen so often or less: a smaller model.", low=0, high=1_000_000)
    prune: int = setting(0, "Drop n-grams of three and more words seen so often or less.", low=0, high=1_000_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.smoothing != SMOOTHING[0] and (self.prune or self.prune_pairs):
            raise BadSetting("Pruning needs kneser-ney: maximum likelihood has nobody to give the dropped counts to.")
        if self.prune_pairs > self.prune and self.order > 2:
            raise BadSetting(f"prune must be {self.prune_pairs} or more: longer n-grams are made of the pairs.")


class Ngram(LanguageModel):
    """A trained n-gram model.

    A sentence begins after one boundary, and its first words are guessed from a shorter context; n-grams do not cross
    boundaries.

    Args:
        tables: one an order, the lowest first.
        counts_of_counts: (n, 4) how many n-grams of each order were counted 1 to 4 times before any was dropped.
        words: the vocabulary.
        counts: (V - 2,) how often each word was seen.
        config: the settings it was trained with.
        card: where it comes from.
    """

    kind = "ngram"
    config_class = NgramConfig
    unit = "word"
    config: NgramConfig

    def __init__(
        self,
        tables: Sequence[Table],
        counts_of_counts: Counts,
        words: Sequence[str],
        counts: Counts,
        config: NgramConfig,
        card: Card | None = None,
    ) -> None:
        self.tables, self.counts_of_counts = list(tables), counts_of_counts
        self.words, self.counts, self.config, self.card = list(words), counts, config, card or Card()
        self._numbers = WordNumbers(words)
        self.vocabulary = self._numbers.vocabulary
        if len(self.tables) != config.order or counts_of_counts.shape != (config.order, 4):
            raise BadModel(f"{len(self.tables)} tables do not make a model of order {config.order}.")

    @classmethod
    def train(cls, corpus: Corpus, config: NgramConfig | None = None, on_progress: OnProgress | None = None) -> Self:
        """Count the n-grams of a text; nothing is held out, since there is nothing to tune.

        Memory: some 40 bytes a running word, and 30 a different n-gram.

        Raises:
            BadInput: too little text, or too much.
        """
        config, started = config or NgramConfig(), monotonic()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress, unknown=True)
        size = len(encoded.vocabulary) + 2
        text = resample.joined(encoded, np.ones(len(encoded), np.bool_), size - 1)
        counted = ngram_counts.count(text, size, config.order, _told(on_progress, config.order * (len(text) - 1)))
        statistics = np.array([ngram_smoothing.counts_of_counts(order.adjusted) for order in counted])
        tables = ngram_tables.built(counted, size, [0, config.prune_pairs, *[config.prune] * 3][: config.order])
        card = cards.made(corpus, encoded.tokens, monotonic() - started, None, ("numpy",))
        card = replace(card, title=f"{config.order}-gram model")
        return cls(tables, statistics, encoded.vocabulary.words, encoded.vocabulary.counts, config, card)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The counts, packed."""
        return {"counts_of_counts": self.counts_of_counts} | ngram_tables.arrays(self.tables)

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        assert isinstance(config, NgramConfig)
        tables = ngram_tables.tables(tensors, len(words) + 2, config.order)
        return cls(tables, tensors["counts_of_counts"], words, counts, config, card)

    @cached_property
    def discounts(self) -> NDArray[np.float64]:
        """(n, 4): what every order takes off a count of 0, 1, 2, and 3 or more; nothing for maximum likelihood."""
        if self.config.smoothing != SMOOTHING[0]:
            return read_only(np.zeros((self.config.order, 4)))
        found = [ngram_smoothing.discounts(row, self.config.discount) for row in self.counts_of_counts]
        return read_only(np.stack(found))

    @cached_property
    def weights(self) -> list[Weights]:
        """How every order is interpolated with the one below."""
        if self.config.smoothing != SMOOTHING[0]:
            return [ngram_smoothing.maximum_likelihood(t.contexts, t.counts, t.seen) for t in self.tables]
        pairs = zip(self.tables, self.discounts, strict=True)
        return [ngram_smoothing.kneser_ney(t.contexts, t.adjusted, t.totals, taken) for t, taken in pairs]

    def next(self, context: Sequence[str]) -> Floats:
        """(V,) probabilities of the next word; all zero for maximum likelihood after a context that was never seen."""
        row: Floats = self.next_many([context])[0]
        return row

    def next_many(self, contexts: Sequence[Sequence[str]]) -> Floats:
        """(B, V) probabilities of the next word after each beginning (see ``next``).

        Raises:
            BadInput: a beginning is a text instead of a list of words.
        """
        size = self.tables[0].size
        text, ends = self._joined([self._tail(context) for context in contexts])
        rows = np.full((len(contexts), size), 1 / size)  # (B, V)
        for position, table, weights in zip(positions(self.tables, text), self.tables, self.weights, strict=True):
            before, inside = position.contexts[ends], position.inside[ends]  # (B,) each
            rows *= np.where(inside, weights.lower[before], 1.0)[:, None]
            for row in np.flatnonzero(before >= 0):
                these = slice(*table.first[before[row] : before[row] + 2])
                rows[row, table.tokens[these]] += weights.shares[these]
        result: Floats = rows.astype(np.float32)
        return result

    def score(self, tokens: Sequence[str]) -> Floats:
        """(T,) natural log-probabilities of a sentence's words; minus infinity for what is impossible."""
        return self.score_many([tokens])[0]

    def score_many(self, sentences: Sequence[Sequence[str]]) -> list[Floats]:
        """One ``score`` a sentence, all at once.

        Raises:
            BadInput: a sentence is a text instead of a list of words.
        """
        text, ends = self._joined([self._numbers(sentence) for sentence in sentences])
        found = np.full(len(text) - 1, 1 / self.tables[0].size)  # (M,)
        for position, weights in zip(positions(self.tables, text), self.weights, strict=True):
            here = weights.shares[position.ids] + weights.lower[position.contexts] * found
            found = np.where(position.inside, here, found)
        with np.errstate(divide="ignore"):
            logs = np.log(found).astype(np.float32)
        starts = [0, *(ends + 1).tolist()][:-1]
        return [logs[start:end] for start, end in zip(starts, ends.tolist(), strict=True)]

    def levels(self, context: Sequence[str], word: str) -> tuple[Level, ...]:
        """What every order says of a word after the beginning of a sentence, the longest context first."""
        tail = [*self._tail(context), *self._numbers([word])]
        return self._inside.levels(self._joined([tail])[0], len(tail) - 1)

    def followers(self, context: Sequence[str], k: int = 10) -> tuple[Followers, ...]:
        """The k commonest words after the beginning of a sentence and after its shorter ends, the longest first."""
        text, (end,) = self._joined([self._tail(context)])
        return self._inside.followers(text, int(end), k)

    @property
    def _inside(self) -> Inside:
        return Inside(self.tables, self.weights, self.discounts, self.vocabulary)

    def _tail(self, context: Sequence[str]) -> list[int]:
        """Numbers of the last n - 1 words."""
        ids = self._numbers(context)
        return ids[max(0, len(ids) - self.config.order + 1) :]

    def _joined(self, sentences: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], Counts]:
        """(M + 1,) a boundary before and after every sentence, and (B,) the positions of those after, of M."""
        boundary = self._numbers.boundary
        ends = np.cumsum([len(sentence) + 1 for sentence in sentences], dtype=np.int64) - 1
        line = [boundary, *(number for sentence in sentences for number in (*sentence, boundary))]
        return np.array(line, np.int32), ends


def _told(on_progress: OnProgress | None, total: int) -> Any:
    """Passes on the positions that were counted, once a second at most."""
    started = last = monotonic()

    def tell(done: int) -> None:
        nonlocal last
        now = monotonic()
        if on_progress and (now - last >= 1 or done == total):
            last, speed = now, done / max(now - started, 1e-9)
            eta = (total - done) / speed if done else None
            on_progress(Progress(done, total, tokens_per_second=speed, eta=eta, phase="counting", unit="places"))

    return tell
