"""The words of a text that is read letter by letter: where each has been read, and which were read before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embedlab.models.near import WINDOW, number_of

Numbers = NDArray[np.int64]
WORD = re.compile(r"\n|[^\W_]+(?:['\u2019](?!s\b)[^\W\d_]+)*")
"""A line's end, or a word; the s of a possessive is none of it."""
UNKNOWN = 0xFFFD


@dataclass(frozen=True, eq=False)
class TextWords:
    """The W words of a text, in the order in which they are read.

    Attributes:
        size: M, characters of the text.
        numbers: (W,) what they are called, -1 for words that are not known.
        lines: (W,) in which line each stands.
        begins: (W,) place of each one's first character that is read.
        ends: (W,) place behind its last.
    """

    size: int
    numbers: Numbers
    lines: Numbers
    begins: Numbers
    ends: Numbers

    @classmethod
    def of(cls, text: NDArray[np.int32], characters: Sequence[str], known: Mapping[str, int]) -> TextWords:
        """Those of a text of characters, read forward.

        Args:
            text: (M,) numbers of characters; V stands for an unknown one.
            characters: V.
            known: numbers of words; words are looked up in small letters, too.
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
        """The same text read from its end."""
        parts = self.numbers, self.lines, self.size - self.ends, self.size - self.begins
        return TextWords(self.size, *(part[::-1] for part in parts))

    @cached_property
    def _over(self) -> NDArray[np.int32]:
        """(M + 1,) which word has been read when this character has, which is the first behind it; -1 for none."""
        over = np.full(self.size + 1, -1, np.int32)
        over[self.ends] = np.arange(len(self.ends))
        return over

    def near(self, places: Numbers) -> Numbers:
        """What has been read where a word is over: there Flair takes its vector.

        Args:
            places: (B, T) of characters.

        Returns:
            (B, T, 1 + ``WINDOW``): the word that this character shows to be over, and those read before it in the
            same line, nearest first; -1 where there is none or it is not known, and at all other characters.
        """
        word = self._over[places][..., None] - np.arange(1 + WINDOW)  # (B, T, 1 + WINDOW)
        there = (word[..., :1] >= 0) & (word >= 0)
        word = np.where(there, word, 0)
        if not len(self.numbers):
            return np.full(word.shape, -1)
        return np.where(there & (self.lines[word] == self.lines[word[..., :1]]), self.numbers[word], -1)
