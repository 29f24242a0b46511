"""A lesson: questions to predict, what answers them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """A number to predict: from ``low`` to ``high``; right if it is no further off than ``within``."""

    low: float
    high: float
    within: float


@dataclass(frozen=True)
class Step:
    """A question, what can be predicted, what answers it, and why.

    Attributes:
        title: its heading.
        show: name of the fragment that answers.
        args: the fragment's arguments.
        choices: what can be predicted; empty if it is a number.
        number: the number to predict, if it is one.
        question: Markdown.
        why: Markdown, shown after the answer.
    """

    title: str
    show: str
    args: Mapping[str, str]
    choices: tuple[str, ...]
    number: Range | None
    question: str
    why: str


@dataclass(frozen=True)
class Lesson:
    """Steps in their order; ``key`` is the file's name without number and ending, ``models`` are keys."""

    key: str
    title: str
    order: int
    models: tuple[str, ...]
    about: str
    steps: tuple[Step, ...]
