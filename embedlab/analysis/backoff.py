"""How an n-gram model comes by a word's probability: its counts, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from embedlab.base import BadInput
from embedlab.base.capabilities import Followers, Level


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
