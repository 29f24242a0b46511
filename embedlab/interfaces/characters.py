"""Models that read letters in both directions and take the vector of a word out of the two readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from embedlab.interfaces.language import LanguageModel


@dataclass(frozen=True)
class Readouts:
    """Where in a text the states stand that make up the words' vectors.

    Attributes:
        text: N characters, as they are read.
        words: T words.
        begins: for each word, the place of its first character.
        forward: for each word, the character after which the forward model's state is taken; N is the space that is
            read after the text.
        backward: for each word, the character after which the backward model's state is taken, coming from the right;
            -1 is the space that it reads before the text.
    """

    text: str
    words: tuple[str, ...]
    begins: tuple[int, ...]
    forward: tuple[int, ...]
    backward: tuple[int, ...]

    def read(self, word: int) -> tuple[str, str]:
        """What the forward and the backward model have read when they are asked for a word; without outer spaces."""
        return self.text[: self.forward[word] + 1], self.text[max(0, self.backward[word]) :]


@runtime_checkable
class CharacterReader(Protocol):
    """Two character models that make word vectors together.

    Attributes:
        forward: reads from the left.
        backward: reads from the right.
    """

    forward: LanguageModel
    backward: LanguageModel

    def readouts(self, sentence: Sequence[str]) -> Readouts:
        """Where the states of a sentence's words are read out.

        Raises:
            BadInput: the sentence has no words.
        """
