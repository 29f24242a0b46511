"""Define what a lesson fragment returns: the outcome, a sentence, figures and a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedlab import registry
from embedlab.plots.figure import Figure
from embedlab.plots.layout import family_color

if TYPE_CHECKING:
    from pandas import DataFrame

Args = Mapping[str, str]
OTHER = "another word"
"""The choice for all words that are not among the choices."""
SAME = "all the same"


@dataclass(frozen=True)
class Shown:
    """The answer.

    Attributes:
        outcome: what came out: a choice, a word or a number.
        text: the same in a sentence of Markdown.
        figures: figures and their summaries.
        table: the numbers behind them.
    """

    outcome: str | float
    text: str
    figures: tuple[tuple[Figure, str], ...]
    table: DataFrame


@dataclass(frozen=True)
class Fragment:
    """Something that a lesson can show.

    Attributes:
        needs: the arguments that it must be given, and no others but ``may``.
        compute: makes the answer of them.
        possible: all outcomes that there can be; ``None`` for any word, or a number.
        number: whether the outcome is a number.
        may: arguments that may be given.
    """

    needs: frozenset[str]
    compute: Callable[[Args], Shown]
    possible: Callable[[Args], tuple[str, ...]] | None = None
    number: bool = False
    may: frozenset[str] = frozenset()


def listed(args: Args, name: str, sign: str = ",") -> list[str]:
    """Several values of an argument."""
    return [value.strip() for value in args[name].split(sign)]


def keys(args: Args) -> list[str]:
    """The models that a fragment asks."""
    return listed(args, "models" if "models" in args else "model")


def title(key: str) -> str:
    """How people call a model: by its family, whatever its size."""
    return registry.find(key).family.title


def titles(args: Args) -> tuple[str, ...]:
    """How people call the models that a fragment asks: the outcomes where models are compared."""
    return tuple(title(key) for key in keys(args))


def color(key: str) -> str:
    """Of the model's family."""
    return family_color(registry.find(key).family.key)
