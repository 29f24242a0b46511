"""Which of several sentences a model takes for the next one: the second task that BERT is trained on.

Devlin et al. 2019, BERT, section 3.1, https://aclanthology.org/N19-1423/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab.base import Floats, MaskedModel

APART = 0.05
"""Probabilities that differ by less say nothing about which sentence follows."""


@dataclass(frozen=True, eq=False)
class NextSentences:
    """Candidates for the sentence after one.

    Attributes:
        first: the words of the sentence before.
        seconds: the words of N candidates, in the order given.
        probabilities: (N,) that each follows the first; they are judged one by one and do not sum to 1.
        reversed: (N,) that the first follows each: what is left of the judgement when the order is wrong.
    """

    first: tuple[str, ...]
    seconds: tuple[tuple[str, ...], ...]
    probabilities: Floats
    reversed: Floats

    @property
    def told_apart(self) -> bool:
        """Whether the probabilities differ by so much that they say anything."""
        return bool(np.ptp(self.probabilities) >= APART)


def next_sentences(model: MaskedModel, first: Sequence[str], seconds: Sequence[Sequence[str]]) -> NextSentences:
    """The probability that each candidate follows a sentence, and that the sentence follows each.

    Raises:
        BadInput: a sentence is empty, or the model was not taught whether sentences follow each other.
    """
    after = np.array([model.next_sentence(first, second) for second in seconds], np.float32)
    before = np.array([model.next_sentence(second, first) for second in seconds], np.float32)
    return NextSentences(tuple(first), tuple(map(tuple, seconds)), after, before)
