"""Where BERT's weights begin: places told apart, pieces expected by frequency, and, if wanted, skip-gram vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embedlab.base import Counts, Floats
from embedlab.models import warm_start

STRETCH = 10.0
"""How much longer than weights drawn at random skip-gram vectors are put in: AdamW moves every number by about the
learning rate at a step, so that short vectors would be gone after a few dozen."""
PLACES = 0.5
"""Length of the vector of a place, as a share of the random vectors' of pieces."""


@torch.no_grad()
def begin(network: Any, counts: Counts, vectors: Floats | None = None) -> None:
    """Prepare new weights, so that little time is lost on what is known beforehand.

    Args:
        network: a new BERT with its head for hidden words.
        counts: (V,) how often each piece stands in the text; the head begins with their log-probabilities.
        vectors: (V, D) of the pieces, see ``warm_start.skipgram``; ``None`` leaves them drawn at random.
    """
    pieces, places = network.bert.embeddings.word_embeddings.weight, network.bert.embeddings.position_embeddings.weight
    waves = sinusoids(*places.shape)
    places.copy_(waves * (PLACES * pieces.norm(dim=1).mean() / waves.norm(dim=1).mean()))
    head = network.cls.predictions
    chances = (counts + 1) / (counts.sum() + len(counts))
    head.bias.copy_(torch.from_numpy(np.log(chances)))
    if vectors is not None:
        warm_start.begin_with(pieces, vectors * STRETCH)
        head.transform.LayerNorm.weight.fill_(1 / STRETCH)  # the scores begin as wide as before


def sinusoids(count: int, width: int) -> Tensor:
    """(count, width) waves of many lengths: places near one another have like vectors.

    Vaswani et al. 2017, Attention Is All You Need, section 3.5, https://arxiv.org/abs/1706.03762.
    """
    places = torch.arange(count)[:, None]
    slower = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000) / width))
    waves = torch.zeros(count, width)
    waves[:, 0::2] = torch.sin(places * slower)
    waves[:, 1::2] = torch.cos(places * slower[: width // 2])
    return waves
