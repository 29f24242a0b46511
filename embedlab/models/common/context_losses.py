"""Extra training losses: predict the words around each word, so that a small network learns topics.

A small network learns syntax first: the kind of word that fits helps its predictions long before the topic does, and
what it knew of the topic is lost on the way. Two losses work against this. Their targets are vectors of a static model,
such as CBOW, whose mean predicts the word between (Mikolov et al. 2013, https://arxiv.org/abs/1301.3781); rare words
count more (Arora et al. 2017, A Simple but Tough-to-Beat Baseline for Sentence Embeddings,
https://openreview.net/forum?id=SyK00v5xx).

* company: a linear map predicts, from each state, the mean vector of the words around. The map is dropped after the
  training. What the map does not read may still fill the state.
* likeness: the cosines between the states themselves are fitted to the cosines between the static vectors, of the word
  itself and of the words around it, as in Tung & Mori 2019, Similarity-Preserving Knowledge Distillation,
  https://arxiv.org/abs/1907.09682. This is the stricter one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import BadInput, Floats, StaticModel
from embedlab.models.common.layers import seeded

WINDOW = 20
"""Context window: tokens on each side."""
RARE = 3e-4
"""a of Arora et al. 2017, section 3: a word of frequency f counts a / (a + f)."""


class Near(nn.Module):
    """Look up the static vectors of words, and of the words around them.

    A word that is split into wordpieces is looked up as a whole, at its first piece: rare words are split, and they say
    most about the topic of a text.

    Args:
        model: a static model such as CBOW; words are also looked up in lower case.
        tokens: the V tokens of the text, words or wordpieces.
        inner: prefix of wordpieces that continue a word; empty if all tokens are whole words.

    Attributes:
        name: digest of vectors and tokens, 64 hexadecimal digits, for checkpoints.

    Raises:
        BadInput: the model knows none of the tokens.
    """

    own: Tensor
    parts: Tensor

    def __init__(self, model: StaticModel, tokens: Sequence[str], inner: str = "") -> None:
        super().__init__()
        self.tokens, self.mark = tokens, inner
        self.numbers = {word: i for i, word in enumerate(model.words)}
        self.plain = np.array([*(number_of(token, self.numbers) for token in tokens), -1])  # (V + 1,)
        check_known(self.plain)
        self.inner = np.array([*(bool(inner) and token.startswith(inner) for token in tokens), False])
        self.whole: dict[tuple[int, ...], int] = {}
        for name, rows in zip(("own", "parts"), vectors_of(model), strict=True):
            self.register_buffer(name, rows, persistent=False)
        self.name = hashlib.sha256(self.parts.numpy().tobytes() + self.plain.tobytes()).hexdigest()

    def words(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """(B, T) numbers of the model's words for (B, T) tokens; -1 if unknown, inside a word, or beyond the V."""
        ids = np.minimum(ids, len(self.tokens))
        inner = self.inner[ids]
        result = np.where(inner, -1, self.plain[ids])
        follows = np.concatenate([inner[:, 1:], np.zeros_like(inner[:, :1])], axis=1)
        for row, at in zip(*np.nonzero(follows & ~inner), strict=True):
            end = at + 2
            while end < ids.shape[1] and inner[row, end]:
                end += 1
            spelled = tuple(ids[row, at:end].tolist())
            if spelled not in self.whole:
                word = "".join(self.tokens[i].removeprefix(self.mark) for i in spelled)
                self.whole[spelled] = number_of(word, self.numbers)
            result[row, at] = self.whole[spelled]
        return result

    def forward(self, ids: Tensor, begins: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Each word's own vector, and the weighted sum of the vectors around it, each (B, T, E); 0 where there is none.

        Args:
            ids: (B, T) the tokens, none of them masked; numbers of V and more are no words.
            begins: (B, T) where another text begins, whose words do not count as context; ``None`` for one text.
        """
        words = torch.from_numpy(self.words(ids.cpu().numpy())).to(ids.device)
        return self.own[words], around(self.parts[words], begins)  # -1 is the last row


def number_of(word: str, known: Mapping[str, int]) -> int:
    """The number of a word, also looked up in lower case; -1 if it is unknown."""
    return known.get(word, known.get(word.lower(), -1))


def check_known(numbers: NDArray[np.int64]) -> None:
    """Refuse a text of which no word is known.

    Raises:
        BadInput: all numbers are -1.
    """
    if (numbers < 0).all():
        raise BadInput("The vectors know none of the words of this text. Take a model of the same language.")


def vectors_of(model: StaticModel) -> tuple[Tensor, Tensor]:
    """Each word's unit vector, and its weighted vector as context, (W + 1, E) each; the last row is zero, for unknown.

    Args:
        model: a static model of W words.
    """
    own = model.matrix / np.maximum(np.linalg.norm(model.matrix, axis=1, keepdims=True), 1e-9)
    made = [own, weighted(own, model.counts)]
    first, second = (torch.from_numpy(np.pad(rows, ((0, 1), (0, 0))).astype(np.float32)) for rows in made)
    return first, second


def weighted(vectors: Floats, counts: NDArray[np.int64]) -> Floats:
    """Weight word vectors for use as context.

    Args:
        vectors: (W, E) of length 1.
        counts: (W,) how often each was seen.

    Returns:
        (W, E): its vector times its weight, less what is expected of any word.
    """
    shares = counts / max(int(counts.sum()), 1)
    made = vectors * (RARE / (RARE + shares[:, None]))
    result: Floats = (made - shares @ made).astype(np.float32)
    return result


def around(vectors: Tensor, begins: Tensor | None = None) -> Tensor:
    """(B, T, E): for each position the sum of the (B, T, E) vectors at most ``WINDOW`` positions away, without its own.

    If ``begins`` (B, T) says where texts begin, only vectors of the same text are summed.
    """
    length = vectors.shape[1]
    upto = nn.functional.pad(vectors.cumsum(1), (0, 0, 1, 0))  # (B, T + 1, E)
    position = torch.arange(length, device=vectors.device).expand(vectors.shape[:2])
    low, high = (position - WINDOW).clamp(min=0), (position + WINDOW + 1).clamp(max=length)
    if begins is not None:
        low = low.maximum(torch.where(begins, position, 0).cummax(1).values)
        later = (
            torch.where(begins, position, length).flip(1).cummin(1).values.flip(1)
        )  # (B, T): the next one's position
        high = high.minimum(nn.functional.pad(later[:, 1:], (0, 1), value=length))
    ends = (at[..., None].expand(-1, -1, vectors.shape[2]) for at in (high, low))
    above, below = (upto.gather(1, at) for at in ends)
    return above - below - vectors


class Company(nn.Module):
    """Loss: a linear map predicts the mean vector of the surrounding words from a state.

    Args:
        width: D, the width of a state.
        near: gives the vectors of the words around, of width E.

    Attributes:
        name: digest of the vectors, for checkpoints.
        weight: weight of this loss beside the others.
        part: its name among the losses.
        at_top: whether it uses BERT's top block, at the words that are not masked; else the block below, at all words.
    """

    weight = 1.0
    part = "words around"
    at_top = False

    def __init__(self, width: int, near: Near) -> None:
        super().__init__()
        self.near, self.name = near, near.name
        self.answer = nn.Linear(width, near.own.shape[1])

    def forward(self, states: Tensor, ids: Tensor, begins: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """Mean of 1 - cosine between the predicted and the true vector of the words around.

        Args:
            states: (B, T, D) states of the network.
            ids: (B, T) the tokens, see ``Near``.
            begins: (B, T) where another text begins; ``None`` for one text.
            told: (B, T) which positions count; ``None`` for all.
        """
        _, wanted = self.near(ids, begins)  # (B, T, E)
        wants = wanted.abs().sum(-1) > 0
        if told is not None:
            wants = wants & told
        answer: Tensor = self.answer(states[wants]).float()  # (N, E)
        return 1 - functional.cosine_similarity(answer, wanted[wants], dim=-1).mean()


OWN = 0.5
"""Weight of the word's own vector; that of the words around is 1."""
MOST = 1_024
"""Most tokens of a batch that are compared; of a larger batch every second, third, ... is taken."""


class Likeness(nn.Module):
    """Loss: similarities between states are fitted to the similarities of their words and contexts.

    Args:
        near: gives the vectors of words and of the words around, of width E.

    Attributes:
        name: digest of the vectors, for checkpoints.
        weight: weight of this loss beside the others.
        part: its name among the losses.
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
            states: (B, T, D) states of the network.
            ids: (B, T) the tokens, see ``Near``; tokens that are no words do not count.
            begins: (B, T) where another text begins; ``None`` for one text.
            told: (B, T) which positions count; ``None`` for all.
        """
        own, company = self.near(ids, begins)  # (B, T, E) each
        wants = (company.abs().sum(-1) > 0) & (own.abs().sum(-1) > 0)
        if told is not None:
            wants = wants & told
        positions = wants.flatten().nonzero().flatten()
        positions = positions[:: 1 + len(positions) // MOST]  # (N,)
        if len(positions) < 2:
            return states.sum() * 0.0
        state, near, word = (part.flatten(0, 1)[positions].float() for part in (states, company, own))
        wanted = (OWN * centred_cosines(word) + centred_cosines(near)) / (OWN + 1.0)  # (N, N)
        error = (centred_cosines(state) - wanted).square().sum() / (len(positions) * (len(positions) - 1))
        return error / wanted.var().clamp(min=1e-6)


def centred_cosines(vectors: Tensor) -> Tensor:
    """(N, N) cosines between (N, D) vectors after their mean is subtracted."""
    units = functional.normalize(vectors - vectors.mean(0), dim=-1)
    return units @ units.T


Question = Company | Likeness


def question(
    model: StaticModel | None, tokens: Sequence[str], width: int, seed: int, *, likeness: bool, inner: str = ""
) -> Question | None:
    """Make the loss on the words around each word; ``None`` without a static model.

    Args:
        model: a static model such as CBOW, or ``None``.
        tokens: the V tokens of the text, words or wordpieces.
        width: D, the width of a state.
        seed: seed of its initial weights.
        likeness: ``Likeness`` if true, else ``Company``.
        inner: prefix of wordpieces that continue a word, see ``Near``.

    Raises:
        BadInput: the model knows none of the tokens.
    """
    if model is None:
        return None
    near = Near(model, tokens, inner)
    if likeness:
        return Likeness(near)
    with seeded(seed):
        return Company(width, near)
