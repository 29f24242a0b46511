"""Next-token predictions of a language model, their entropy, and the bits of each character of a text.

Shannon 1951, Prediction and Entropy of Printed English, https://doi.org/10.1002/j.1538-7305.1951.tb01366.x.

How an n-gram model comes by a word's probability: its counts, level by level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.model_text import signs
from embedlab.analysis.ranking import checked_count, top
from embedlab.base import BadInput, Floats, LanguageModel
from embedlab.base.capabilities import Followers, Level


@dataclass(frozen=True, eq=False)
class NextTokens:
    """The k likeliest next tokens, likeliest first.

    Attributes:
        context: what they come after.
        tokens: the k tokens; ``UNKNOWN`` and ``END`` may be among them.
        probabilities: (k,) theirs.
        rest: probability of all other tokens together.
        entropy: of the whole distribution, in bits: 0 if the model is sure, log2 V if all tokens are equally likely.
    """

    context: tuple[str, ...]
    tokens: tuple[str, ...]
    probabilities: Floats
    rest: float
    entropy: float

    @property
    def choices(self) -> float:
        """Between how many equally likely tokens the model would be as unsure: two to the entropy."""
        return float(2**self.entropy)


def next_tokens(model: LanguageModel, context: Sequence[str], k: int = 10) -> NextTokens:
    """The k likeliest tokens after the beginning of a sentence.

    Args:
        model: any language model that reads forward.
        context: its tokens; an empty one asks how sentences begin.
        k: how many; fewer come back when the vocabulary is smaller.

    Raises:
        BadInput: k is below 1, or the model (without smoothing) holds every token for impossible.
    """
    k = checked_count(k)
    probabilities = model.next(context)  # (V,)
    if not probabilities.any():
        raise BadInput(f"{model.title} has never seen this beginning and holds every word for impossible.")
    best = top(probabilities, k)
    kept = probabilities[best]
    some = probabilities[probabilities > 0].astype(np.float64)
    entropy = float(-(some * np.log2(some)).sum())
    rest = max(0.0, 1.0 - float(kept.sum()))
    return NextTokens(tuple(context), tuple(model.vocabulary[i] for i in best), kept, rest, max(0.0, entropy))


@dataclass(frozen=True, eq=False)
class CharacterBits:
    """What each character of a text costs a model.

    Attributes:
        text: N characters.
        direction: "forward" if each is guessed from those before it, "backward" if from those after it.
        bits: (N,) -log2 of its probability.
        chance: bits of a character if all V of the model's were equally likely.
        unknown: which of the text's characters the model does not have.
    """

    text: str
    direction: str
    bits: NDArray[np.float64]
    chance: float
    unknown: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Bits per character."""
        return float(self.bits.mean())


def character_bits(model: LanguageModel, text: str) -> CharacterBits:
    """The bits of every character of a text.

    Raises:
        BadInput: the text is empty, or the model reads words.
    """
    _check(model, text)
    text, known = "".join(signs(model, text)), set(model.vocabulary)
    bits = -model.score(list(text)).astype(np.float64) / math.log(2)
    lacking = tuple(dict.fromkeys(sign for sign in text if sign not in known))
    return CharacterBits(text, model.direction, bits, math.log2(len(model.vocabulary)), lacking)


def guess(model: LanguageModel, text: str, place: int, k: int = 8) -> NextTokens:
    """What a model expects at one position of a text, from the characters before it (forward) or after it (backward).

    Args:
        model: a language model of characters.
        text: N characters.
        place: from 0 to N - 1.
        k: how many of the likeliest characters.

    Raises:
        BadInput: no such position, the text is empty, k is below 1, or the model reads words.
    """
    _check(model, text)
    text = "".join(signs(model, text))
    if not 0 <= place < len(text):
        raise BadInput(f"The text has {len(text)} characters; there is no place {place}.")
    seen = text[:place] if model.direction == "forward" else text[place + 1 :]
    return next_tokens(model, list(seen), k)


def _check(model: LanguageModel, text: str) -> None:
    if model.unit != "char":
        raise BadInput(f"{model.title} reads words, not characters. Choose a model of characters, such as Flair.")
    if not text:
        raise BadInput("Write at least one character.")


@runtime_checkable
class HasLevels(Protocol):
    """A model that backs off from long contexts to short ones: the n-gram model."""

    def levels(self, context: Sequence[str], word: str) -> tuple[Level, ...]:
        """What every order says of a word, the longest context first."""

    def followers(self, context: Sequence[str], k: int = 10) -> tuple[Followers, ...]:
        """The k commonest words after a context and after its shorter ends, the longest first."""


@dataclass(frozen=True)
class BackingOff:
    """A word's probability taken apart.

    Attributes:
        word: the word, ``<unk>`` if the model does not know it.
        probability: after the whole context.
        levels: one an order, the longest context first; each gives ``lower_weight`` to the next.
        parts: what each level adds to the probability, and at the end what any word has; they sum to it.
        followers: one an order, the same contexts.
    """

    word: str
    probability: float
    levels: tuple[Level, ...]
    parts: tuple[float, ...]
    followers: tuple[Followers, ...]


def explain(model: HasLevels | Any, context: Sequence[str], word: str, k: int = 10) -> BackingOff:
    """Take the probability of a word after the beginning of a sentence apart into levels.

    The part of order n is its share times the weights of all longer orders (Chen & Goodman 1998, equation 24 written
    out).

    Args:
        model: a model with ``levels`` and ``followers``: the n-gram model.
        context: the words of the sentence so far; it may be empty.
        word: the next word.
        k: how many followers of each context.

    Raises:
        BadInput: the model has no levels.
    """
    if not isinstance(model, HasLevels):
        title = getattr(model, "title", type(model).__name__)
        raise BadInput(f"{title} does not back off from longer contexts to shorter ones. Choose an n-gram model.")
    levels = model.levels(context, word)
    parts, weight = [], 1.0
    for level in levels:
        parts.append(weight * level.share)
        weight *= level.lower_weight
    parts.append(weight * levels[-1].lower)
    return BackingOff(levels[0].word, levels[0].probability, levels, tuple(parts), model.followers(context, k))
