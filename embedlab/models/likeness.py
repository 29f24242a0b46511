"""Likeness: states of a text are to be as much alike as their words and the company that these keep.

The harder way to ask a network for the words around (see ``company``): there a linear map has to find them in a
state, and what it does not read may fill the state all the same; here the cosines between the states themselves are
asked. They are fitted to those of another model, as in Tung & Mori 2019, Similarity-Preserving Knowledge Distillation,
https://arxiv.org/abs/1907.09682; the other model is static vectors, a word's own beside the mean of those around it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from embedlab.models.near import Near

OWN = 0.5
"""How much the word's own vector counts beside the company's 1."""
MOST = 1_024
"""Tokens of a batch whose likeness is looked at; every second, third, ... of a larger one."""


class Likeness(nn.Module):
    """Compares how much alike tokens are by their states, and by their words and company.

    Args:
        near: knows the words and those around them, by vectors of E numbers.

    Attributes:
        name: of the vectors, for checkpoints.
        weight: how much it counts beside other losses.
        part: its name among them.
        at_top: see ``Company``.
    """

    weight = 4.0
    part = "likeness"
    at_top = True

    def __init__(self, near: Near) -> None:
        super().__init__()
        self.near, self.name = near, near.name

    def forward(self, states: Tensor, ids: Tensor, begins: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """Squared error of the cosines between all pairs of states, as a share of the cosines' variance.

        Args:
            states: (B, T, D).
            ids: (B, T) the tokens, see ``Near``; those that are no words are not asked.
            begins: (B, T) where another text begins; all is one text if ``None``.
            told: (B, T) which places are asked; all if ``None``.
        """
        own, company = self.near(ids, begins)  # (B, T, E) each
        asked = (company.abs().sum(-1) > 0) & (own.abs().sum(-1) > 0)
        if told is not None:
            asked = asked & told
        places = asked.flatten().nonzero().flatten()
        places = places[:: 1 + len(places) // MOST]  # (N,)
        if len(places) < 2:
            return states.sum() * 0.0
        state, near, word = (part.flatten(0, 1)[places].float() for part in (states, company, own))
        wanted = (OWN * centred_cosines(word) + centred_cosines(near)) / (OWN + 1.0)  # (N, N)
        error = (centred_cosines(state) - wanted).square().sum() / (len(places) * (len(places) - 1))
        return error / wanted.var().clamp(min=1e-6)


def centred_cosines(vectors: Tensor) -> Tensor:
    """(N, N) cosines between (N, D) vectors, their mean taken out."""
    units = functional.normalize(vectors - vectors.mean(0), dim=-1)
    return units @ units.T
