"""Train skip-gram vectors on the text's own tokens, as initial embeddings of a deep network.

With them the network uses context far sooner: it begins with the similarities of words, which it would otherwise learn
from millions of examples. The skip-gram training takes about a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embedlab.base import Counts, Floats, OnProgress, Progress, StaticModel
from embedlab.data.vocab import EncodedCorpus, Vocabulary
from embedlab.models.word2vec import Word2Vec, Word2VecConfig, gensim_settings

WINDOW, NEGATIVE = 5, 5
PHASE = "vectors to begin with"


def skipgram(
    tokens: Sequence[str],
    counts: Counts,
    ids: NDArray[np.int32],
    ends: NDArray[np.int64],
    dim: int,
    epochs: int,
    seed: int,
    on_progress: OnProgress | None = None,
) -> Floats:
    """Train skip-gram vectors of tokens (words or wordpieces); the same seed gives the same vectors.

    Args:
        tokens: the V different tokens.
        counts: (V,) how often each occurs in the text.
        ids: (M,) the text as token numbers.
        ends: (S,) where its sentences end.
        dim: D, the width of a vector.
        epochs: passes over the text.
        seed: of the random numbers.
        on_progress: called about once a second, in its own phase.

    Returns:
        (V, D) vectors whose mean length is 1.
    """
    from embedlab.models.gensim import training

    vocabulary = Vocabulary(tuple(tokens), np.maximum(counts, 1))
    encoded = EncodedCorpus(vocabulary, ids, ends, len(ids))
    config = Word2VecConfig(
        dim=dim, window=WINDOW, negative=NEGATIVE, epochs=epochs, seed=seed, workers=1, min_count=1
    )  # one worker, so that the training is reproducible
    trainer = training.Word2VecTrainer(**gensim_settings(config, encoded))
    ones = np.ones(len(tokens), np.float32)

    def tell(event: Progress) -> None:
        if on_progress is not None:
            on_progress(replace(event, phase=PHASE, peek=None, loss=None, held_out=None))

    def snapshot() -> StaticModel:
        return Word2Vec(tokens, trainer.wv.vectors)

    training.run(trainer, encoded, lambda: (trainer.wv.vectors, ones), snapshot, tell)
    vectors: Floats = trainer.wv.vectors / np.linalg.norm(trainer.wv.vectors, axis=1).mean()
    return vectors


@torch.no_grad()
def begin_with(weight: Tensor, vectors: Floats) -> None:
    """Replace random weights by (V, D) vectors, scaled to the mean length of the weights."""
    length = weight.norm(dim=1).mean()
    weight.copy_(torch.from_numpy(vectors) * length)
