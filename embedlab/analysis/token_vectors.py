"""The vectors of the words that a task asks about, all layers brought to one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab import encodings
from embedlab.analysis.token_tasks import Part, TokenTask
from embedlab.base import ContextualModel, Floats, OnProgress

TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Inputs:
    """The vectors of the words of a task.

    Attributes:
        train: (L, N, D).
        dev: (L, N, D).
        test: (L, N, D).
        scale: what every value was divided by; 1 where each layer was normalised for itself.
    """

    train: Floats
    dev: Floats
    test: Floats
    scale: float


def read(
    model: ContextualModel,
    task: TokenTask,
    *,
    layer_norm: bool,
    on_progress: OnProgress | None = None,
    store: encodings.Store | None = None,
) -> Inputs:
    """Read the task's sentences.

    Args:
        model: the model; a static one is lifted before.
        task: whose words.
        layer_norm: give every layer mean 0 and variance 1, over all values of the training words; otherwise all
            layers are divided by one number, so that they keep their lengths relative to each other.
        on_progress: told while sentences are read.
        store: where vectors are kept (see ``embedlab.encodings``).
    """
    parts = (task.train, task.dev, task.test)
    sentences = sorted({sentence for part in parts for sentence in part.sentences})
    known = dict(zip(sentences, encodings.encode(model, sentences, None, on_progress, store), strict=True))
    train, dev, test = (_gathered(part, known) for part in parts)
    axes = (1, 2) if layer_norm else None
    mean = train.mean(axis=axes, keepdims=True) if layer_norm else np.zeros((1, 1, 1), np.float32)
    spread = np.sqrt(np.square(train - mean).mean(axis=axes, keepdims=True)) + TINY
    train, dev, test = (((one - mean) / spread).astype(np.float32) for one in (train, dev, test))
    return Inputs(train, dev, test, 1.0 if layer_norm else float(spread.ravel()[0]))


def _gathered(part: Part, known: dict[tuple[str, ...], Floats]) -> Floats:
    """(L, N, D)."""
    rows: Sequence[Floats] = [known[part.sentences[sentence]][:, at] for sentence, at in part.places.tolist()]
    return np.stack(rows, axis=1)
