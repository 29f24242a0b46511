"""Likeness: states of a text are to be as much alike as their words and the company that these keep.

The harder way to ask a network for the words around (see ``company``): there a linear map has to find them in a
state, and what it does not read may fill the state all the same; here the cosines between the states themselves are
asked. They are fitted to those of another model, as in Tung & Mori 2019, Similarity-Preserving Knowledge Distillation,
https://arxiv.org/abs/1907.09682; the other model is static vectors, a word's own beside the mean of those around it.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import Floats
from embedlab.models.company import around

OWN = 0.5
"""How much the word's own vector counts beside the company's 1."""
MOST = 1_024
"""Tokens of a batch whose likeness is looked at; every second, third, ... of a larger one."""


class Likeness(nn.Module):
    """Compares how much alike tokens are by their states, and by their words and company.

    Args:
        own: (V, E) the words' vectors, see ``company.units``.
        vectors: (V, E) what each adds to the company of others, see ``company.weighted``.

    Attributes:
        name: of the vectors, 64 letters, for checkpoints.
        weight: how much it counts beside other losses.
        part: its name among them.
    """

    own: Tensor
    vectors: Tensor
    weight = 4.0
    part = "likeness"

    def __init__(self, own: Floats, vectors: Floats) -> None:
        super().__init__()
        self.register_buffer("own", torch.from_numpy(own), persistent=False)
        self.register_buffer("vectors", torch.from_numpy(vectors), persistent=False)
        self.name = hashlib.sha256(own.tobytes() + vectors.tobytes()).hexdigest()

    def forward(self, states: Tensor, ids: Tensor, begins: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """Squared error of the cosines between all pairs of states, as a share of the cosines' variance.

        Args:
            states: (B, T, D).
            ids: (B, T) the tokens, none of them hidden; those beyond the V are no company and not asked.
            begins: (B, T) where another text begins, whose words are no company; all is one text if ``None``.
            told: (B, T) which places are asked; all if ``None``.
        """
        known = (ids < len(self.vectors))[..., None]
        each = ids.clamp(max=len(self.vectors) - 1)
        company = around(torch.where(known, self.vectors[each], 0.0), begins)  # (B, T, E)
        own = torch.where(known, self.own[each], 0.0)
        asked = (company.abs().sum(-1) > 0) & (own.abs().sum(-1) > 0)
        if told is not None:
            asked = asked & told
        places = asked.flatten().nonzero().flatten()
        places = places[:: 1 + len(places) // MOST]  # (N,)
        if len(places) < 2:
            return states.sum() * 0.0
        state, near, word = (part.flatten(0, 1)[places].float() for part in (states, company, own))
        wanted = (OWN * _cosines(word) + _cosines(near)) / (OWN + 1.0)  # (N, N)
        error = (_cosines(state) - wanted).square().sum() / (len(places) * (len(places) - 1))
        return error / wanted.var().clamp(min=1e-6)


def _cosines(vectors: Tensor) -> Tensor:
    """(N, N) between (N, D) vectors, their mean taken out."""
    units = functional.normalize(vectors - vectors.mean(0), dim=-1)
    return units @ units.T
