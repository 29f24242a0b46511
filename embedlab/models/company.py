"""The words around: a second question for a network that learns from a text, about the company that each word keeps.

A small network learns syntax first, since knowing what kind of word stands at a place helps to guess it long before it
pays to know what the text is about; what it knew of the topic is given up for that. Here every state is asked, too, for
the mean vector of the words around its own: vectors of a CBOW model, whose mean is made to predict the word between
(Mikolov et al. 2013, https://arxiv.org/abs/1301.3781), rare words counting more (Arora et al. 2017, A Simple but
Tough-to-Beat Baseline for Sentence Embeddings, https://openreview.net/forum?id=SyK00v5xx). What answers is one linear
map, which is dropped when the training is over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import BadInput, Counts, Floats, StaticModel

WINDOW = 20
"""Tokens to either side."""
RARE = 3e-4
"""a of Arora et al., section 3: a word of frequency f counts a / (a + f)."""


def units(model: StaticModel, tokens: Sequence[str]) -> Floats:
    """(V, E): a model's vector of each of V tokens, looked up in small letters, too; of length 1, 0 for unknown ones.

    Raises:
        BadInput: the model knows none of them.
    """
    found = {word: i for i, word in enumerate(model.words)}
    places = np.array([found.get(token, found.get(token.lower(), -1)) for token in tokens])
    known = places >= 0
    if not known.any():
        raise BadInput("The vectors know none of the words of this text. Take a model of the same language.")
    rows = model.matrix[places[known]]  # (known, E)
    vectors: Floats = np.zeros((len(tokens), rows.shape[1]), np.float32)
    vectors[known] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return vectors


def weighted(vectors: Floats, counts: Counts) -> Floats:
    """What each token adds to the company of those near it.

    Args:
        vectors: (V, E) the tokens' own, see ``units``.
        counts: (V,) how often each stands in the text.

    Returns:
        (V, E): its vector times its weight, less what is expected of any token; 0 for unknown tokens.
    """
    known, shares = vectors.any(axis=1), counts / max(int(counts.sum()), 1)
    made: Floats = vectors * (RARE / (RARE + shares[:, None])).astype(np.float32)
    made[known] -= shares[known] @ made[known] / max(float(shares[known].sum()), 1e-9)
    return made


class Company(nn.Module):
    """Asks states for the words around theirs.

    Args:
        width: D, of a state.
        vectors: (V, E), see ``weighted``.

    Attributes:
        name: of the vectors, 64 letters, for checkpoints.
        weight: how much it counts beside other losses.
        part: its name among them.
    """

    vectors: Tensor
    weight = 1.0
    part = "words around"

    def __init__(self, width: int, vectors: Floats) -> None:
        super().__init__()
        self.answer = nn.Linear(width, vectors.shape[1])
        self.register_buffer("vectors", torch.from_numpy(vectors), persistent=False)
        self.name = hashlib.sha256(vectors.tobytes()).hexdigest()

    def forward(self, states: Tensor, ids: Tensor, begins: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """Mean of 1 - cosine between what states say and the company that their tokens keep.

        Args:
            states: (B, T, D).
            ids: (B, T) the tokens, none of them hidden; those beyond the V are no company.
            begins: (B, T) where another text begins, whose words are no company; all is one text if ``None``.
            told: (B, T) which places are asked; all if ``None``.
        """
        known = (ids < len(self.vectors))[..., None]
        vectors = torch.where(known, self.vectors[ids.clamp(max=len(self.vectors) - 1)], 0.0)  # (B, T, E)
        wanted = around(vectors, begins)
        asked = wanted.abs().sum(-1) > 0
        if told is not None:
            asked = asked & told
        said: Tensor = self.answer(states[asked]).float()  # (N, E)
        return 1 - functional.cosine_similarity(said, wanted[asked], dim=-1).mean()


def around(vectors: Tensor, begins: Tensor | None = None) -> Tensor:
    """(B, T, E): of (B, T, E) vectors the sum of those at most ``WINDOW`` places away, a place's own left out.

    Only those of the same text are summed, if ``begins`` (B, T) says where texts begin.
    """
    length = vectors.shape[1]
    upto = functional.pad(vectors.cumsum(1), (0, 0, 1, 0))  # (B, T + 1, E)
    place = torch.arange(length, device=vectors.device).expand(vectors.shape[:2])
    low, high = (place - WINDOW).clamp(min=0), (place + WINDOW + 1).clamp(max=length)
    if begins is not None:
        low = low.maximum(torch.where(begins, place, 0).cummax(1).values)
        later = torch.where(begins, place, length).flip(1).cummin(1).values.flip(1)  # (B, T): the next one's place
        high = high.minimum(functional.pad(later[:, 1:], (0, 1), value=length))
    ends = (at[..., None].expand(-1, -1, vectors.shape[2]) for at in (high, low))
    above, below = (upto.gather(1, at) for at in ends)
    return above - below - vectors
