"""The words around: a second question for a network that learns from a text, about the company that each word keeps.

A small network learns syntax first, since knowing what kind of word stands at a place helps to guess it long before it
pays to know what the text is about; what it knew of the topic is given up for that. Here every state is asked, too, for
the mean vector of the words around its own: vectors of a CBOW model, whose mean is made to predict the word between
(Mikolov et al. 2013, https://arxiv.org/abs/1301.3781), rare words counting more (Arora et al. 2017, A Simple but
Tough-to-Beat Baseline for Sentence Embeddings, https://openreview.net/forum?id=SyK00v5xx). What answers is one linear
map, which is dropped when the training is over.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from embedlab.models.near import Near


class Company(nn.Module):
    """Asks states for the words around theirs.

    Args:
        width: D, of a state.
        near: knows them, by vectors of E numbers.

    Attributes:
        name: of the vectors, for checkpoints.
        weight: how much it counts beside other losses.
        part: its name among them.
        at_top: whether BERT's top block is asked, at the words that are shown; else the one below, at all.
    """

    weight = 1.0
    part = "words around"
    at_top = False

    def __init__(self, width: int, near: Near) -> None:
        super().__init__()
        self.near, self.name = near, near.name
        self.answer = nn.Linear(width, near.own.shape[1])

    def forward(self, states: Tensor, ids: Tensor, begins: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """Mean of 1 - cosine between what states say and the company that their tokens keep.

        Args:
            states: (B, T, D).
            ids: (B, T) the tokens, see ``Near``.
            begins: (B, T) where another text begins; all is one text if ``None``.
            told: (B, T) which places are asked; all if ``None``.
        """
        _, wanted = self.near(ids, begins)  # (B, T, E)
        asked = wanted.abs().sum(-1) > 0
        if told is not None:
            asked = asked & told
        said: Tensor = self.answer(states[asked]).float()  # (N, E)
        return 1 - functional.cosine_similarity(said, wanted[asked], dim=-1).mean()
