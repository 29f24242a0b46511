"""Latent semantic analysis: count, weight, and keep the strongest directions of the table.

Two tables to choose from:

* "tfidf": documents by words, as in Deerwester, Dumais, Furnas, Landauer & Harshman, Indexing by Latent Semantic
  Analysis, JASIS 41 (1990), with tf-idf for the weights.
* "ppmi": words by neighboring words, positive pointwise mutual information, with the settings that Levy, Goldberg &
  Dagan, Improving Distributional Similarity with Lessons Learned from Word Embeddings, TACL 3 (2015), section 3, found
  to matter: context distribution smoothing, a shift by log k, and a power p of the singular values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from embedlab.base import Floats, OnProgress, Progress, Settings, StaticConfig, StaticModel, setting
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.common.cards import made
from embedlab.models.lsa import svd

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from embedlab.data.corpus import Corpus
    from embedlab.parallel.shards import Pool


@dataclass(frozen=True)
class LsaConfig(StaticConfig):
    """Settings of LSA."""

    weighting: str = setting(
        "ppmi",
        "The table: 'ppmi' counts words beside words, 'tfidf' counts words in documents.",
        choices=("ppmi", "tfidf"),
    )
    window: int = setting(5, "Words to each side that count as neighbors (ppmi).", low=1, high=50)
    decay: str = setting(
        "flat",
        "What a neighbor at distance d counts (ppmi): 'flat' 1, 'harmonic' 1 / d.",
        choices=("flat", "harmonic"),
    )
    contexts: int = setting(10_000, "So many of the commonest words count as neighbors (ppmi).", low=2, high=50_000)
    smoothing: float = setting(
        0.75, "Power put on the neighbors' counts: below 1, rare neighbors weigh less (ppmi).", low=0.0, high=1.0
    )
    shift: float = setting(1.0, "k: log k is taken off every value (ppmi); 1 takes off nothing.", low=1.0, high=100.0)
    eigenvalue_power: float = setting(
        0.25, "p: each direction is weighted by its singular value to this power; LSA had 1.", low=0.0, high=1.0
    )
    document_sentences: int = setting(20, "Successive sentences that make up a document (tfidf).", low=1, high=10_000)
    iterations: int = setting(
        0,
        "Rounds that sharpen the decomposition, from a random start. 0: a small table is decomposed exactly "
        f"instead, so that no neighbor is there by chance; a large one gets {svd.ROUNDS} rounds.",
        low=0,
        high=svd.MOST_ROUNDS,
    )


class Lsa(StaticModel):
    """Word vectors from counts: the strongest directions of a weighted table, weighted by their singular values."""

    kind: ClassVar[str] = "lsa"
    config_class: ClassVar[type[Settings]] = LsaConfig
    spreads: ClassVar[bool] = True

    @classmethod
    def train(
        cls,
        corpus: Corpus,
        config: LsaConfig | None = None,
        on_progress: OnProgress | None = None,
        *,
        pool: Pool | None = None,
    ) -> Self:
        """Count a text and factorise the counts; the same seed gives the same vectors again.

        Without ``config.iterations`` a table of at most ``svd.EXACT_VALUES`` stored values is decomposed exactly. A
        table with fewer rows or columns than ``config.dim`` gives vectors of that many dimensions; the model's settings
        then say so.

        Args:
            corpus: the text.
            config: settings.
            on_progress: told of the phases "reading", "counting" and "factorising". Every round of the last is an
                epoch (the exact decomposition is one); its loss is the share of the table's sum of squares that the
                directions leave out.
            pool: processes that count shards of the text (ppmi).

        Raises:
            BadInput: fewer than two different words remain.
        """
        config, started = config or LsaConfig(), monotonic()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress)
        table = _table(encoded, config, on_progress, pool)
        config = replace(config, dim=min(config.dim, *table.shape))
        words, counts = list(encoded.vocabulary.words), encoded.vocabulary.counts
        telling = _Telling(on_progress)
        for factors in _factors(table, config, telling.slice):
            model = cls(words, _vectors(factors, config), counts, config)
            telling.round(1 - factors.share, model)
        model.card = made(
            corpus,
            encoded.tokens,
            monotonic() - started,
            1 - factors.share,
            libraries=("numpy", "scipy", "scikit-learn"),
        )
        return model


def _table(
    encoded: EncodedCorpus, config: LsaConfig, on_progress: OnProgress | None, pool: Pool | None = None
) -> csr_matrix:
    """(V, C) words by context words, or (documents, V)."""
    from embedlab.models.glove import cooccurrence
    from embedlab.models.lsa import counts as lsa_counts

    if config.weighting == "tfidf":
        return lsa_counts.tfidf(lsa_counts.documents(encoded, config.document_sentences, on_progress))
    near = cooccurrence.Weighting(config.window, symmetric=True, distance=config.decay == "harmonic")
    counts = lsa_counts.count(
        encoded, near, config.contexts, workers=config.workers, on_progress=on_progress, pool=pool
    )
    return lsa_counts.ppmi(counts, config.smoothing, config.shift)


def _factors(table: csr_matrix, config: LsaConfig, on_slice: Callable[[int, int], None]) -> Iterator[svd.Factors]:
    """The factors that are wanted; the last are the best."""
    from scipy.sparse.linalg import ArpackError

    rounds = config.iterations or svd.ROUNDS
    if not config.iterations and table.nnz <= svd.EXACT_VALUES:
        with suppress(ArpackError):  # of a table of zeros, say; rounds take any
            yield svd.exact(table, config.dim, config.seed, on_slice)
            return
        rounds = svd.MOST_ROUNDS
    yield from svd.steps(table, config.dim, rounds, config.seed, on_slice)


def _vectors(factors: svd.Factors, config: LsaConfig) -> Floats:
    """(V, D) a word's row in the strongest directions, each times its singular value to the power p."""
    directions = factors.right.T if config.weighting == "tfidf" else factors.left
    vectors: Floats = (directions * factors.values**config.eigenvalue_power).astype(np.float32)
    return vectors


class _Telling:
    """Turns slices and rounds of the decomposition into Progress."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.on_progress = on_progress
        self.started = monotonic()
        self.done, self.total, self.epoch = 0, 1, 0

    def slice(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self._tell()

    def round(self, left_out: float, model: StaticModel) -> None:
        self.epoch += 1
        self._tell(loss=left_out, peek=lambda: model)

    def _tell(self, loss: float | None = None, peek: Callable[[], StaticModel] | None = None) -> None:
        if self.on_progress:
            eta = (monotonic() - self.started) / max(self.done, 1) * (self.total - self.done)
            self.on_progress(
                Progress(self.done, self.total, loss, eta=eta, phase="factorising", epoch=self.epoch, peek=peek)
            )
