"""Lessons, and the strict parser of their Markdown files.

A file begins with a block of ``key: value`` lines between two lines ``---`` (title, order, models, about). Each heading
``## …`` begins a step. Directly below it stands a block of ``key: value`` lines: the fragment that answers the step
(``show``), its arguments, and what can be predicted (``choices: a | b`` or ``number: 0 to 1 within 0.1``). Then come
the question, ``### Why``, and the explanation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from embedlab.base import BadInput, paths


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


__all__ = ["Lesson", "Range", "Step", "load_lessons", "parse"]

_FRONT = ("title", "order", "models", "about")
_NUMBER = re.compile(r"(-?[\d.]+) to (-?[\d.]+) within ([\d.]+)")


def load_lessons(folder: Path | None = None) -> list[Lesson]:
    """All lessons of a folder, in their order; the shipped ones for ``None``.

    Raises:
        BadInput: a file is not of the form; the message names file and line.
    """
    files = sorted((folder or paths.assets() / "lessons").glob("*.md"))
    return sorted((parse(file.stem, file.read_text(encoding="utf-8")) for file in files), key=lambda one: one.order)


def parse(stem: str, text: str) -> Lesson:
    """A lesson from its text.

    Raises:
        BadInput: see ``load_lessons``.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if re.search(r"<[A-Za-z/!]", line):
            raise _bad(stem, number, "HTML is not allowed")
    if lines[:1] != ["---"] or "---" not in lines[1:]:
        raise _bad(stem, 1, "it must begin with a block between two lines '---'")
    end = lines.index("---", 1)
    front = _block(stem, lines[1:end], 2)
    if set(front) != set(_FRONT) or not front["order"].isdecimal():
        raise _bad(stem, 2, f"the block must hold {', '.join(_FRONT)}, and order must be a whole number")
    starts = [i for i, line in enumerate(lines) if line.startswith("## ")]
    if not starts or any(line.strip() for line in lines[end + 1 : starts[0]]):
        raise _bad(stem, end + 2, "after the block the first step ('## heading') must follow")
    steps = [_step(stem, lines[a:b], a + 1) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
    models = tuple(model.strip() for model in front["models"].split(","))
    key = re.sub(r"^\d+-", "", stem)
    return Lesson(key, front["title"], int(front["order"]), models, front["about"], tuple(steps))


def _step(stem: str, lines: list[str], first: int) -> Step:
    body = [*lines[1:], ""]
    if "### Why" not in body:
        raise _bad(stem, first, "the step has no '### Why'")
    blank, why = body.index(""), body.index("### Why")
    args = _block(stem, body[:blank], first + 1)
    show, choices, number = args.pop("show", ""), args.pop("choices", ""), args.pop("number", "")
    found = _NUMBER.fullmatch(number)
    if not show or bool(choices) == bool(found) or (number and not found):
        raise _bad(stem, first + 1, "it needs 'show', and either 'choices: a | b' or 'number: 0 to 1 within 0.1'")
    named = tuple(choice.strip() for choice in choices.split("|")) if choices else ()
    if choices and (len(named) < 2 or len(set(named)) < len(named) or not all(named)):
        raise _bad(stem, first + 1, "there must be two different choices at least")
    question, reason = ("\n".join(part).strip() for part in (body[blank:why], body[why + 1 :]))
    if not question or not reason:
        raise _bad(stem, first, "the step needs a question and, below '### Why', a reason")
    span = Range(*(float(group) for group in found.groups())) if found else None
    return Step(lines[0].removeprefix("## ").strip(), show, args, named, span, question, reason)


def _block(stem: str, lines: list[str], first: int) -> dict[str, str]:
    result: dict[str, str] = {}
    for number, line in enumerate(lines, first):
        key, colon, value = line.partition(": ")
        if not colon or not re.fullmatch(r"[a-z]+", key) or not value.strip() or key in result:
            raise _bad(stem, number, "a line must be 'key: value', each key once")
        result[key] = value.strip()
    return result


def _bad(stem: str, line: int, what: str) -> BadInput:
    return BadInput(f"Lesson '{stem}', line {line}: {what}.")
