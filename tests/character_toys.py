"""Character LSTMs of random weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from embedlab.base import Card
from embedlab.models.char_lstm import CharLstm, CharLstmConfig


def char_lstm(letters: str, direction: str, strength: float = 1.0, **settings: Any) -> CharLstm:
    """A tiny one; the larger ``strength``, the more its states depend on what it has read."""
    config = CharLstmConfig(direction=direction, **({"dim": 5, "hidden": 8} | settings))
    network = CharLstm.seeded(config, len(letters) + 1)
    for weight in network.parameters():
        weight.data.mul_(strength)
    counts = np.arange(len(letters), 0, -1)
    return CharLstm(network, list(letters), counts, config, Card(title=f"Letters, {direction}"))
