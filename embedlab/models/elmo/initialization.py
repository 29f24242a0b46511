"""Initialise ELMo: fit the character network to vectors of common words, and lay out the softmax in the same way."""

from __future__ import annotations

from time import monotonic

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from embedlab.base import UNKNOWN, Floats, OnProgress, Progress
from embedlab.data.vocab import Vocabulary
from embedlab.models.common import skipgram_init
from embedlab.models.common.examples import SplitText
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.examples import Lexicon
from embedlab.models.elmo.network import ElmoNetwork, TokenNetwork

BATCH, RATE = 128, 2e-3
STEPS = 2_000
"""About how many batches of words are trained on."""
PHASE = "letters to vectors"
STRETCH = 4.0
"""Factor by which vectors are longer in the softmax than random weights (see ``bert.pretraining.VECTOR_STRETCH``)."""


def begin(
    network: ElmoNetwork,
    text: SplitText,
    predicted: Vocabulary,
    lexicon: Lexicon,
    config: ElmoConfig,
    on_progress: OnProgress | None = None,
) -> None:
    """Initialise a network: its character part gives words skip-gram vectors, and its softmax uses the same vectors.

    Args:
        network: a network with random weights.
        text: the text for the vectors; held-out sentences are not used.
        predicted: the N words that are predicted; all others are one in the vectors.
        lexicon: the characters of all words.
        config: settings.
        on_progress: called about once a second, in its own phases.
    """
    assert network.softmax is not None
    known, boundaries = len(predicted), np.flatnonzero(text.training == len(lexicon.outputs) - 1)
    ids = np.minimum(np.delete(text.training, boundaries), known)
    ends = boundaries[1:] - np.arange(1, len(boundaries))
    tokens, counts = [*predicted.words, UNKNOWN], np.bincount(ids, minlength=known + 1)
    epochs, seed = config.skipgram_epochs, config.seed
    vectors = skipgram_init.skipgram(tokens, counts, ids, ends, config.dim, epochs, seed, on_progress)[:known]
    with torch.no_grad():
        skipgram_init.begin_with(network.softmax.weight[:known], vectors * STRETCH)
    fit(network.tokens, lexicon.characters[:known], vectors, seed, on_progress)


def fit(
    tokens: TokenNetwork,
    characters: NDArray[np.int16],
    vectors: Floats,
    seed: int,
    on_progress: OnProgress | None = None,
    steps: int = STEPS,
) -> float:
    """Fit the character network to vectors by least squares; the vectors are scaled to the length of its own outputs.

    Returns:
        The mean squared error of the last pass as a share of the vectors' variance; 1 means that nothing was learned.
    """
    letters = torch.from_numpy(characters)
    with torch.no_grad():
        length = tokens(letters[:BATCH]).norm(dim=1).mean()
    targets = torch.from_numpy(vectors) * length
    spread = float(targets.var(dim=0, unbiased=False).mean())
    passes = -(-steps // -(-len(vectors) // BATCH))
    optimizer = torch.optim.Adam(tokens.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, passes)
    draw, told, error = np.random.default_rng(seed), monotonic(), 0.0
    for number in range(passes):
        order, error = draw.permutation(len(vectors)), 0.0
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            loss = functional.mse_loss(tokens(letters[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            error += float(loss.detach()) * len(rows) / len(order)
            if on_progress is not None and monotonic() - told >= 1:
                told = monotonic()
                done = number * len(order) + first + len(rows)
                on_progress(Progress(done, passes * len(order), phase=PHASE))
        schedule.step()
    return error / spread
