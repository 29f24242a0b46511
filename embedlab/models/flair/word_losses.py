"""Extra training losses for a character language model: predict words, so that its states learn meaning.

Letters say nothing of what words mean, and a character model learns it late: for a long time spelling helps its
predictions more than the topic of the text. So, at the end of each word, its state is asked three things that the
vectors of a word model, such as CBOW, can answer (see ``common.context_losses``):

* the word itself, and the mean of the words read before it, by linear maps that are dropped after the training;
* likeness: two states shall be as similar as what stood before them. Only words from two positions of the text are
  compared: neighbors are all alike, which can be learned without reading a word.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from embedlab.base import Ids, StaticModel
from embedlab.models.common.context_losses import WINDOW, centred_cosines, number_of, vectors_of
from embedlab.models.common.layers import seeded

WEIGHTS = (1.0, 1.0, 2.0)
"""Weights of the three losses beside that of the characters."""


class WordQuestions(nn.Module):
    """The three losses on words for one direction.

    Args:
        width: H, the width of a state.
        model: a static model with vectors of width E.
        seed: seed of the initial weights of the linear maps.

    Attributes:
        parts: names of the losses.
        name: digest of the vectors, for checkpoints.
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
        lane, _ = positions = torch.nonzero(near[..., 0] >= 0, as_tuple=True)  # (P,) each
        after, words = states[positions], near[positions]  # (P, H), (P, 1 + N)
        before = self.company[words[:, 1:]].sum(1)  # (P, E)
        kept = before.abs().sum(-1) > 0
        if not kept.any() or bool((lane[kept] == lane[kept][0]).all()):
            return states.sum() * states.new_zeros(3)
        word = 1 - functional.cosine_similarity(self.word(after), self.own[words[:, 0]], dim=-1).mean()
        after, before, lane = after[kept], before[kept], lane[kept]
        around = 1 - functional.cosine_similarity(self.before(after), before, dim=-1).mean()
        apart = lane[:, None] != lane  # (P, P)
        wanted = centred_cosines(before)[apart]
        error = (centred_cosines(after)[apart] - wanted).square().mean() / wanted.var().clamp(min=1e-6)
        return torch.stack([word, around, error])


WORD = re.compile(r"\n|[^\W_]+(?:['\u2019](?!s\b)[^\W\d_]+)*")
"""The end of a line, or a word without a possessive 's."""
UNKNOWN = 0xFFFD


@dataclass(frozen=True, eq=False)
class TextWords:
    """The W words of a text, in reading order.

    Attributes:
        size: M, the number of characters of the text.
        numbers: (W,) numbers of the words, -1 for unknown ones.
        lines: (W,) the line of each word.
        begins: (W,) position of each word's first character in reading order.
        ends: (W,) position after its last.
    """

    size: int
    numbers: Ids
    lines: Ids
    begins: Ids
    ends: Ids

    @classmethod
    def of(cls, text: NDArray[np.int32], characters: Sequence[str], known: Mapping[str, int]) -> TextWords:
        """Find the words of a text of characters, read forward.

        Args:
            text: (M,) numbers of characters; V stands for an unknown one.
            characters: the V characters.
            known: numbers of words; words are also looked up in lower case.
        """
        codes = np.array([*map(ord, characters), UNKNOWN], np.uint32)
        found = [*WORD.finditer(codes[text].tobytes().decode("utf-32-le"))]
        words = [one.group() for one in found]
        line_end = np.array([word == "\n" for word in words], np.bool_)
        numbers = np.array([number_of(word, known) for word in words], np.int64)
        spans = np.array([one.span() for one in found], np.int64).reshape(-1, 2)[~line_end]
        lines = np.cumsum(line_end, dtype=np.int64)[~line_end]
        return cls(len(text), numbers[~line_end], lines, spans[:, 0], spans[:, 1])

    @property
    def backward(self) -> TextWords:
        """The words of the same text read from its end."""
        parts = self.numbers, self.lines, self.size - self.ends, self.size - self.begins
        return TextWords(self.size, *(part[::-1] for part in parts))

    @cached_property
    def _over(self) -> NDArray[np.int32]:
        """(M + 1,) for each character the word that it completes, as the first character after it; -1 for none."""
        over = np.full(self.size + 1, -1, np.int32)
        over[self.ends] = np.arange(len(self.ends))
        return over

    def near(self, positions: Ids) -> Ids:
        """What has been read where a word is over: there Flair takes its vector.

        Args:
            positions: (B, T) of characters.

        Returns:
            (B, T, 1 + ``WINDOW``): the word that this character completes, and the words read before it in the same
            line, nearest first; -1 where there is none or it is unknown, and at all other characters.
        """
        word = self._over[positions][..., None] - np.arange(1 + WINDOW)  # (B, T, 1 + WINDOW)
        there = (word[..., :1] >= 0) & (word >= 0)
        word = np.where(there, word, 0)
        if not len(self.numbers):
            return np.full(word.shape, -1)
        return np.where(there & (self.lines[word] == self.lines[word[..., :1]]), self.numbers[word], -1)
