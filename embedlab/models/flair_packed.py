"""A trained character LSTM as torch's own layers read it: the way for graphics cards, where single steps are slow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from embedlab.base import Floats
from embedlab.models.devices import device_of
from embedlab.models.flair_reader import Reading
from embedlab.models.recurrent import LstmNetwork, State, padded

STEPS = 512
"""Characters that go through the layers in one go; the state is carried on, so that memory stays bounded."""


class PackedReader:
    """Reads texts with one direction's network, on the device where that lies; see ``StateReader.read``."""

    def __init__(self, network: LstmNetwork) -> None:
        self.network = network

    @torch.inference_mode()
    def read(self, texts: Sequence[Reading], layers: Sequence[int]) -> list[Floats]:
        """(L, T, H) states of each text at its places, for the layers asked for."""
        network, device = self.network, device_of(self.network)
        ids = padded([text.ids[: text.end].tolist() for text in texts])[0]  # (B, N)
        wanted = [1 + layer for layer in layers] if network.projection is None else [-1]
        found: list[Floats] = []
        state: State = ()
        for first in range(0, ids.shape[1], STEPS):
            outputs, state = network(ids[:, first : first + STEPS].to(device), state)
            states = torch.stack([outputs[k] for k in wanted])  # (L, B, n, H)
            found = found or [np.zeros((len(wanted), len(text.places), states.shape[3]), np.float32) for text in texts]
            _keep(texts, states, first, found)
        return found


def _keep(texts: Sequence[Reading], states: Tensor, first: int, found: list[Floats]) -> None:
    """Put the wanted ones of (L, B, n, H) states of the steps from ``first`` on in their places."""
    for row, text in enumerate(texts):
        here = np.flatnonzero((text.places >= first) & (text.places < first + states.shape[2]))
        if len(here):
            at = torch.from_numpy(text.places[here] - first).to(states.device)
            found[row][:, here] = states[:, row, at].cpu().numpy()
