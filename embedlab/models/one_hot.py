"""One-hot vectors: each word has its own dimension; the baseline that knows no similarity.

Harris, Distributional Structure, Word 10 (1954), is the beginning of counting words without order; the encoding itself
is older than any paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from embedlab.base import BadSetting, Card, Counts, Floats, OnProgress, Settings, StaticConfig, StaticModel, setting
from embedlab.models.common.cards import made

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus

MOST_WORDS = 10_000
"""The matrix is V x V: with 10,000 words it takes 400 MB of memory."""


@dataclass(frozen=True)
class OneHotConfig(StaticConfig):
    """Settings of one-hot vectors; ``dim`` always becomes the number of words."""

    max_words: int = setting(
        3000, "Keep at most this many words, the commonest first: each is a dimension.", low=2, high=MOST_WORDS
    )


class OneHot(StaticModel):
    """One-hot vectors: word i has a 1 in dimension i and 0 elsewhere, so all words are equally far from each other.

    On disk there is only the vocabulary; the identity matrix is made on loading.

    Args:
        words: the vocabulary, commonest first.
        matrix: (V, V) identity; made when not given.
        counts: (V,) how often each word was seen.
        config: the settings it was made with.
        card: where it comes from.

    Raises:
        BadSetting: more than ``MOST_WORDS`` words.
    """

    kind: ClassVar[str] = "one_hot"
    config_class: ClassVar[type[Settings]] = OneHotConfig

    def __init__(
        self,
        words: list[str],
        matrix: NDArray[np.floating] | None = None,
        counts: NDArray[np.integer] | None = None,
        config: Settings | None = None,
        card: Card | None = None,
    ) -> None:
        if len(words) > MOST_WORDS:
            raise BadSetting(
                f"One-hot vectors of {len(words):,} words would fill a {len(words):,} x {len(words):,} table. "
                f"Keep at most {MOST_WORDS:,} words."
            )
        super().__init__(
            words, np.eye(len(words), dtype=np.float32) if matrix is None else matrix, counts, config, card
        )

    @cached_property
    def unit_matrix(self) -> Floats:
        """The matrix itself, whose rows have length 1; a second one would take as much memory again."""
        return self.matrix

    @classmethod
    def train(cls, corpus: Corpus, config: OneHotConfig | None = None, on_progress: OnProgress | None = None) -> Self:
        """Count the words of a text; there is nothing to learn.

        Args:
            corpus: the text.
            config: settings.
            on_progress: told the running words read (phase "reading").

        Raises:
            BadInput: fewer than two different words remain.
        """
        config, started = config or OneHotConfig(), monotonic()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress)
        words, counts = encoded.vocabulary.words, encoded.vocabulary.counts
        card = made(corpus, encoded.tokens, monotonic() - started, None, libraries=("numpy",))
        return cls(list(words), None, counts, replace(config, dim=min(len(words), 2000)), card)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """No arrays: the vocabulary is enough."""
        return {}

    @classmethod
    def from_tensors(
        cls, words: list[str], counts: Counts, tensors: dict[str, NDArray[Any]], config: Settings, card: Card
    ) -> Self:
        """Build the model: the identity matrix of the vocabulary's size."""
        return cls(words, None, counts, config, card)
