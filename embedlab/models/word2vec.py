"""word2vec: CBOW and skip-gram, trained by gensim.

Mikolov et al. 2013, Efficient Estimation of Word Representations in Vector Space, https://arxiv.org/abs/1301.3781
(the two architectures), and Distributed Representations of Words and Phrases, https://arxiv.org/abs/1310.4546
(negative sampling, subsampling).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from embedlab.base import BadSetting, OnProgress, StaticConfig, StaticModel, setting
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.common import cards

if TYPE_CHECKING:
    from embedlab.data.corpus import Corpus


@dataclass(frozen=True)
class Word2VecConfig(StaticConfig):
    """Settings of word2vec."""

    algorithm: str = setting(
        "skipgram",
        "skipgram: guess each neighbor from the word, better for rare words. "
        "cbow: guess the word from the average of its neighbors, several times faster.",
        choices=("skipgram", "cbow"),
    )
    window: int = setting(5, "How many words to either side count as neighbors, at most.", low=1, high=100)
    shrink_windows: bool = setting(
        True, "Draw each window's width at random up to the full one, so that near neighbors count more."
    )
    negative: int = setting(5, "Random words told apart from each true neighbor; 5 to 20 are usual.", low=0, high=100)
    hs: bool = setting(
        False, "Hierarchical softmax: predict along a binary tree of the words instead of against random words."
    )
    ns_exponent: float = setting(
        0.75, "How random words are drawn: 1 by frequency, 0 all alike, 0.75 as in the paper.", low=-2.0, high=2.0
    )
    sample: float = setting(
        1e-3, "Skip words more frequent than this share of the text now and then; 0 skips none.", low=0.0, high=1.0
    )
    epochs: int = setting(5, "Passes over the text: a small text needs more.", low=1, high=1000)
    alpha: float = setting(0.025, "Learning rate at the start.", low=1e-5, high=1.0)
    min_alpha: float = setting(1e-4, "Learning rate at the end; it falls evenly.", low=0.0, high=1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.hs and not self.negative:
            raise BadSetting("Without hierarchical softmax, negative must be 1 or more.")
        if self.min_alpha > self.alpha:
            raise BadSetting(f"min_alpha ({self.min_alpha}) must not be larger than alpha ({self.alpha}).")

    @property
    def label(self) -> str:
        """The algorithm's name in the field."""
        return "CBOW" if self.algorithm == "cbow" else "skip-gram"


class Word2Vec(StaticModel):
    """A trained word2vec model."""

    kind = "word2vec"
    config_class = Word2VecConfig

    @classmethod
    def train(cls, corpus: Corpus, config: Word2VecConfig | None = None, on_progress: OnProgress | None = None) -> Self:
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

        config, started = config or Word2VecConfig(), monotonic()
        encoded = corpus.encode(config.min_count, config.max_words, on_progress)
        words, counts = encoded.vocabulary.words, encoded.vocabulary.counts
        trainer = training.Word2VecTrainer(**gensim_settings(config, encoded))
        ones, build = np.ones(len(words), np.float32), partial(cls, words, counts=counts, config=config)
        loss = training.run(
            trainer,
            encoded,
            inputs=lambda: (trainer.wv.vectors, ones),
            snapshot=lambda: build(trainer.wv.vectors.copy()),
            on_progress=on_progress,
        )
        card = cards.made(corpus, encoded.tokens, monotonic() - started, loss, ("numpy", "gensim"))
        return build(trainer.wv.vectors, card=replace(card, title=f"word2vec {config.label}"))


def gensim_settings(config: Word2VecConfig, encoded: EncodedCorpus, ngrams_a_word: float = 0.0) -> dict[str, Any]:
    """Arguments of gensim for these settings; word2vec and fastText share them.

    Args:
        config: the settings.
        encoded: the text, for the size of the batches.
        ngrams_a_word: vectors a word is made of beside its own.
    """
    from embedlab.models.gensim.training import batch_words

    outputs = math.log2(len(encoded.vocabulary)) if config.hs else 1 + config.negative
    batch = batch_words(len(encoded.ids), config.workers, config.dim, config.window, outputs + 2 * ngrams_a_word)
    return {
        "vector_size": config.dim,
        "sg": int(config.algorithm == "skipgram"),
        "window": config.window,
        "shrink_windows": config.shrink_windows,
        "negative": 0 if config.hs else config.negative,
        "hs": int(config.hs),
        "ns_exponent": float(config.ns_exponent),
        "sample": float(config.sample),
        "epochs": config.epochs,
        "alpha": float(config.alpha),
        "min_alpha": float(config.min_alpha),
        "seed": config.seed,
        "workers": config.workers,
        "min_count": 1,  # the vocabulary is trimmed already
        "sorted_vocab": 0,  # and in order
        "batch_words": batch,
    }
