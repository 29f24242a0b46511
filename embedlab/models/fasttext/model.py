"""fastText: a word is the mean of its own vector and those of its letter n-grams; trained by gensim.

Bojanowski et al. 2017, Enriching Word Vectors with Subword Information, https://aclanthology.org/Q17-1010/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from embedlab.base import (
    BadModel,
    BadSetting,
    Card,
    Counts,
    Floats,
    OnProgress,
    Settings,
    StaticModel,
    UnknownWord,
    setting,
)
from embedlab.models.common import cards
from embedlab.models.fasttext.ngrams import NgramTable, buckets_of, pieces
from embedlab.models.word2vec import Word2VecConfig, gensim_settings

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus


@dataclass(frozen=True)
class FastTextConfig(Word2VecConfig):
    """Settings of fastText: those of word2vec, and which letter n-grams to use."""

    min_n: int = setting(3, "Letters of the shortest n-gram, counting < and > around the word.", low=0, high=50)
    max_n: int = setting(6, "Letters of the longest n-gram; 0 uses none, which is word2vec.", low=0, high=50)
    buckets: int = setting(
        100_000,
        "Vectors that all n-grams share by hashing: fewer make a smaller model, in which more n-grams collide.",
        low=0,
        high=5_000_000,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if 0 < self.max_n < self.min_n:
            raise BadSetting(f"max_n ({self.max_n}) must be 0 or at least min_n ({self.min_n}).")


class FastText(StaticModel):
    """A trained fastText model; it composes a vector for a word that it has never seen.

    Args:
        words: the vocabulary.
        own: (V, D) each word's own vector, before its n-grams are added.
        counts: (V,) how often each word was seen.
        config: its settings; ``min_n``, ``max_n`` and ``buckets`` must be those of ``ngrams``.
        card: where it comes from.
        ngrams: (B, D) the vectors of the n-gram buckets.
        table: the words' n-grams, if they were computed before.

    Attributes:
        own: (V, D) as given.
        ngram_matrix: (B, D) as given in ``ngrams``.
        matrix: (V, D) composed.

    Raises:
        BadModel: the shapes disagree, or a value is not finite.
    """

    kind = "fasttext"
    config_class = FastTextConfig
    config: FastTextConfig

    def __init__(
        self,
        words: Sequence[str],
        own: NDArray[np.floating],
        counts: NDArray[np.integer] | None = None,
        config: Settings | None = None,
        card: Card | None = None,
        *,
        ngrams: NDArray[np.floating] | None = None,
        table: NgramTable | None = None,
    ) -> None:
        self.own: Floats = np.asarray(own, np.float32).view()
        empty = np.zeros((0, *self.own.shape[1:]))
        self.ngram_matrix: Floats = np.asarray(empty if ngrams is None else ngrams, np.float32).view()
        self.own.setflags(write=False)
        self.ngram_matrix.setflags(write=False)
        config = cast("FastTextConfig", config or replace(FastTextConfig(), buckets=len(self.ngram_matrix)))
        shapes = (*self.own.shape, *self.ngram_matrix.shape)  # V, D, B, D
        if len(shapes) != 4 or shapes != (len(words), shapes[1], config.buckets, shapes[1]):
            raise BadModel(
                f"{len(words)} words, vectors of shape {self.own.shape} and n-gram vectors of shape "
                f"{self.ngram_matrix.shape} for {config.buckets} buckets do not belong together."
            )
        table = table or NgramTable(words, config.min_n, config.max_n, config.buckets)
        super().__init__(words, table.compose(self.own, self.ngram_matrix), counts, config, card)
        if not np.isfinite(self.ngram_matrix).all():
            raise BadModel("The n-gram vectors hold values that are not finite numbers.")

    @classmethod
    def train(cls, corpus: Corpus, config: FastTextConfig | None = None, on_progress: OnProgress | None = None) -> Self:
        """Train on a text.

        With one worker, the same seed and the same text give the same vectors, bit for bit.

        Args:
            corpus: the text.
            config: the settings.
            on_progress: told about once a second and at the end of every epoch; what it raises stops the training.

        Raises:
            BadInput: fewer than two different words remain.
        """
        from embedlab.models.gensim import training

        config, started = config or FastTextConfig(), monotonic()
        config = config if config.max_n else replace(config, buckets=0)
        encoded = corpus.encode(config.min_count, config.max_words, on_progress)
        words, counts = encoded.vocabulary.words, encoded.vocabulary.counts
        table = NgramTable(words, config.min_n, config.max_n, config.buckets)
        settings = gensim_settings(config, encoded, ngrams_a_word=float(table.sizes.mean()) - 1)
        settings |= {"min_n": config.min_n, "max_n": config.max_n, "bucket": config.buckets}
        trainer = training.FastTextTrainer(**settings)
        found, build = trainer.wv, partial(cls, words, counts=counts, config=config, table=table)
        loss = training.run(
            trainer,
            encoded,
            inputs=lambda: (table.sums(found.vectors_vocab, found.vectors_ngrams), table.sizes),
            snapshot=lambda: build(found.vectors_vocab.copy(), ngrams=found.vectors_ngrams.copy()),
            on_progress=on_progress,
        )
        card = cards.made(corpus, encoded.tokens, monotonic() - started, loss, ("numpy", "gensim"))
        card = replace(card, title=f"fastText {config.label}")
        return build(found.vectors_vocab, ngrams=found.vectors_ngrams, card=card)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The words' own vectors (V, D) and the n-gram vectors (B, D); the matrix is composed of them again."""
        return {"own": self.own, "ngrams": self.ngram_matrix}

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """The inverse of ``tensors``."""
        return cls(words, tensors["own"], counts, config, card, ngrams=tensors["ngrams"])

    def ngrams(self, word: str) -> list[str]:
        """The word's letter n-grams, with < for its beginning and > for its end; empty if the model uses none."""
        return [ngram.decode("utf-8") for ngram in self._ngrams(word)]

    def parts(self, word: str) -> tuple[list[str], Floats]:
        """The parts that a word's vector is the sum of (Bojanowski et al. 2017, section 3.2).

        Returns:
            n labels and (n, D) rows whose sum is ``vector(word)``: for a known word first its own vector under its
            own name, then its n-grams, each divided by how many there are.

        Raises:
            UnknownWord: the word is not known and too short to have n-grams.
        """
        in_word, known = self._ngrams(word), word in self
        if not known and (not in_word or not word):
            raise UnknownWord(word, self.title)
        labels = [ngram.decode("utf-8") for ngram in in_word]
        rows = self.ngram_matrix[self._buckets(word)] if labels else np.zeros((0, self.dim), np.float32)
        if known:
            labels, rows = [word, *labels], np.vstack([self.own[self.positions[word]][None], rows])
        return labels, rows / np.float32(len(rows))

    def vector(self, word: str) -> Floats:
        """(D,) vector of a word; of one that is not known, the mean of its n-grams' vectors.

        Raises:
            UnknownWord: the word is not known and too short to have n-grams.
        """
        if word in self:
            return super().vector(word)
        composed: Floats = self.parts(word)[1].sum(axis=0)
        return composed

    def _ngrams(self, word: str) -> list[bytes]:
        config = self.config
        try:
            return pieces(word, config.min_n, config.max_n) if config.buckets and config.max_n else []
        except UnicodeEncodeError:
            raise UnknownWord(ascii(word), self.title) from None

    def _buckets(self, word: str) -> NDArray[np.int64]:
        return buckets_of(word, self.config.min_n, self.config.max_n, self.config.buckets)
