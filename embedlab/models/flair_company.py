"""What a network that reads letters is asked of words: which it has read, what stood before, what they are alike.

Letters say nothing of what words mean, and a language model of letters finds it out late: it can spell for a long time
before it pays to know what a text is about. Here, at the end of each word, its state is asked for three things that
vectors of a model of words, such as CBOW, can answer. By linear maps, which are dropped when the training is over: the
word itself and the mean of those read before it (see ``company``). And of the states themselves, that two be as much
alike as what stood before them (see ``likeness``): only of words in two places of the text, since all in one place
are alike, which can be learned without reading a word.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import StaticModel
from embedlab.models.layers import seeded
from embedlab.models.likeness import centred_cosines
from embedlab.models.near import vectors_of

WEIGHTS = (1.0, 1.0, 2.0)
"""What the three count beside the characters' loss."""


class WordQuestions(nn.Module):
    """Asks one direction's states.

    Args:
        width: H, of a state.
        model: with a vector of E numbers for each word.
        seed: the same gives the same questions again.

    Attributes:
        parts: names of the losses.
        name: of the vectors, for checkpoints.
    """

    parts = ("words read", "words before", "likeness")
    own: Tensor
    company: Tensor

    def __init__(self, width: int, model: StaticModel, seed: int) -> None:
        super().__init__()
        own, company = vectors_of(model)  # (W + 1, E) each, the last row for what is unknown
        self.register_buffer("own", own, persistent=False)
        self.register_buffer("company", company, persistent=False)
        self.name = hashlib.sha256(company.numpy().tobytes()).hexdigest()
        with seeded(seed):
            self.word, self.before = (nn.Linear(width, model.matrix.shape[1]) for _ in range(2))

    def forward(self, states: Tensor, near: Tensor) -> Tensor:
        """The three losses, (3,): 1 - cosine twice, then the squared error as a share of the cosines' variance.

        Args:
            states: (B, T, H).
            near: (B, T, 1 + N) words read, see ``TextWords.near``.
        """
        lane, _ = places = torch.nonzero(near[..., 0] >= 0, as_tuple=True)  # (P,) each
        said, words = states[places], near[places]  # (P, H), (P, 1 + N)
        before = self.company[words[:, 1:]].sum(1)  # (P, E)
        kept = before.abs().sum(-1) > 0
        if not kept.any() or bool((lane[kept] == lane[kept][0]).all()):
            return states.sum() * states.new_zeros(3)
        word = 1 - functional.cosine_similarity(self.word(said), self.own[words[:, 0]], dim=-1).mean()
        said, before, lane = said[kept], before[kept], lane[kept]
        around = 1 - functional.cosine_similarity(self.before(said), before, dim=-1).mean()
        apart = lane[:, None] != lane  # (P, P)
        wanted = centred_cosines(before)[apart]
        error = (centred_cosines(said)[apart] - wanted).square().mean() / wanted.var().clamp(min=1e-6)
        return torch.stack([word, around, error])
