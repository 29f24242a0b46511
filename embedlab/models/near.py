"""Which words stand around each place of a text, by the vectors of a static model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from embedlab.base import BadInput, Floats, StaticModel

WINDOW = 20
"""Tokens to either side."""
RARE = 3e-4
"""a of Arora et al. 2017, section 3: a word of frequency f counts a / (a + f)."""


class Near(nn.Module):
    """Looks up words, and what stands around them.

    A word cut into pieces is looked up as a whole, at its first piece: it is the rare words that are cut, and they
    tell most of what a text is about.

    Args:
        model: with a vector for each word, such as CBOW; words are looked up in small letters, too.
        tokens: V of the text, words or wordpieces.
        inner: how tokens begin that go on with a word; empty if all are whole words.

    Attributes:
        name: of vectors and tokens, 64 letters, for checkpoints.

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
        found = np.where(inner, -1, self.plain[ids])
        follows = np.concatenate([inner[:, 1:], np.zeros_like(inner[:, :1])], axis=1)
        for row, at in zip(*np.nonzero(follows & ~inner), strict=True):
            end = at + 2
            while end < ids.shape[1] and inner[row, end]:
                end += 1
            spelled = tuple(ids[row, at:end].tolist())
            if spelled not in self.whole:
                word = "".join(self.tokens[i].removeprefix(self.mark) for i in spelled)
                self.whole[spelled] = number_of(word, self.numbers)
            found[row, at] = self.whole[spelled]
        return found

    def forward(self, ids: Tensor, begins: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The word's own vector and the company it keeps, each (B, T, E); 0 where there is none.

        Args:
            ids: (B, T) the tokens, none of them hidden; those beyond the V are no words.
            begins: (B, T) where another text begins, whose words are no company; all is one text if ``None``.
        """
        words = torch.from_numpy(self.words(ids.cpu().numpy())).to(ids.device)
        return self.own[words], around(self.parts[words], begins)  # -1 is the last row


def number_of(word: str, known: Mapping[str, int]) -> int:
    """What a word is called, looked up in small letters, too; -1 if it is not known."""
    return known.get(word, known.get(word.lower(), -1))


def check_known(numbers: NDArray[np.int64]) -> None:
    """Refuse a text whose words are called -1, all of them.

    Raises:
        BadInput: they are.
    """
    if (numbers < 0).all():
        raise BadInput("The vectors know none of the words of this text. Take a model of the same language.")


def vectors_of(model: StaticModel) -> tuple[Tensor, Tensor]:
    """What each word is and what it adds to the company of others, (W + 1, E) each; the last row, of zeros, is unknown.

    Args:
        model: with vectors for W words.
    """
    own = model.matrix / np.maximum(np.linalg.norm(model.matrix, axis=1, keepdims=True), 1e-9)
    made = [own, weighted(own, model.counts)]
    first, second = (torch.from_numpy(np.pad(rows, ((0, 1), (0, 0))).astype(np.float32)) for rows in made)
    return first, second


def weighted(vectors: Floats, counts: NDArray[np.int64]) -> Floats:
    """What each word adds to the company of those near it.

    Args:
        vectors: (W, E) of length 1.
        counts: (W,) how often each was seen.

    Returns:
        (W, E): its vector times its weight, less what is expected of any word.
    """
    shares = counts / max(int(counts.sum()), 1)
    made = vectors * (RARE / (RARE + shares[:, None]))
    found: Floats = (made - shares @ made).astype(np.float32)
    return found


def around(vectors: Tensor, begins: Tensor | None = None) -> Tensor:
    """(B, T, E): of (B, T, E) vectors the sum of those at most ``WINDOW`` places away, a place's own left out.

    Only those of the same text are summed, if ``begins`` (B, T) says where texts begin.
    """
    length = vectors.shape[1]
    upto = nn.functional.pad(vectors.cumsum(1), (0, 0, 1, 0))  # (B, T + 1, E)
    place = torch.arange(length, device=vectors.device).expand(vectors.shape[:2])
    low, high = (place - WINDOW).clamp(min=0), (place + WINDOW + 1).clamp(max=length)
    if begins is not None:
        low = low.maximum(torch.where(begins, place, 0).cummax(1).values)
        later = torch.where(begins, place, length).flip(1).cummin(1).values.flip(1)  # (B, T): the next one's place
        high = high.minimum(nn.functional.pad(later[:, 1:], (0, 1), value=length))
    ends = (at[..., None].expand(-1, -1, vectors.shape[2]) for at in (high, low))
    above, below = (upto.gather(1, at) for at in ends)
    return above - below - vectors
