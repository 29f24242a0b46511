"""A sentence as the text that Flair reads, and where in it the vector of each word stands.

Akbik et al. 2018, section 2.3: the forward model's state after a word's last character, the backward model's state
before its first one. As the flair library does, the words are joined by single spaces, a delimiter stands before the
text and a space after it; the backward model reads the characters reversed, between the same two marks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embedlab.base import BadInput, Readouts
from embedlab.models.char_lstm import CharLstm
from embedlab.models.flair_reader import Reading

MARKER = " "
"""Stands after the last character of a text."""


def reading(model: CharLstm, words: Sequence[str], *, with_whitespace: bool = True) -> Reading:
    """A sentence for one direction's model.

    Args:
        model: gives the direction, the delimiter and the characters' numbers.
        words: at least one.
        with_whitespace: take the state at the space that is read after the word, not at the word's last character.
    """
    text = " ".join(words)
    lengths = np.array([len(word) for word in words], np.int64)
    first = np.cumsum(lengths + 1) - lengths - 1  # (T,): where each word begins in the text
    places = first + lengths if model.direction == "forward" else len(text) - first
    places = places + (len(model.config.delimiter) - (not with_whitespace))
    return Reading(np.array([*model.numbers(text), *model.number_of(MARKER)], np.int64), places)


def readouts(forward: CharLstm, backward: CharLstm, words: Sequence[str], *, with_whitespace: bool = True) -> Readouts:
    """Where a pair of models' states are taken, as places in the text.

    Raises:
        BadInput: there are no words.
    """
    if not words:
        raise BadInput("Write a sentence of at least one word.")
    text, after = " ".join(words), len(forward.config.delimiter)
    ways = [reading(half, words, with_whitespace=with_whitespace).places - after for half in (forward, backward)]
    begins = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    places = (begins, ways[0], len(text) - 1 - ways[1])
    return Readouts(text, tuple(words), *(tuple(map(int, one)) for one in places))
