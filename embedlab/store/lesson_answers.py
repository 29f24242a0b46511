"""A visitor's answers to the lessons, stored in their workspace: one small file, written atomically."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from embedlab.base import files, paths, typed_json

NAME = "predictions.json"
MOST_BYTES = 200_000
"""Most bytes of the file; a larger one is damaged."""


@dataclass(frozen=True)
class Answer:
    """A prediction: the number of the step in its lesson, from 0, and the choice or number that was predicted."""

    step: int
    given: str | float


@dataclass(frozen=True)
class Answered:
    """The predictions in one lesson, which is named by its key."""

    lesson: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class _File:
    lessons: tuple[Answered, ...] = ()


def load(workspace: str, lesson: str) -> tuple[Answer, ...]:
    """Load a visitor's predictions in a lesson; empty if there are none or the file is damaged."""
    return next((one.answers for one in _read(workspace).lessons if one.lesson == lesson), ())


def keep(workspace: str, lesson: str, answers: Iterable[Answer]) -> None:
    """Store a visitor's predictions in a lesson instead of the earlier ones; an empty list deletes them.

    Raises:
        OSError: the disk is full or read-only.
    """
    others = tuple(one for one in _read(workspace).lessons if one.lesson != lesson)
    own = Answered(lesson, tuple(answers))
    lessons = (*others, own) if own.answers else others
    if not lessons:
        _path(workspace).unlink(missing_ok=True)
        return
    paths.use_workspace(workspace)
    files.write_text(_path(workspace), json.dumps(asdict(_File(lessons))))


def _read(workspace: str) -> _File:
    path = _path(workspace)
    try:
        if path.stat().st_size > MOST_BYTES:
            return _File()
        return typed_json.made(_File, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return _File()


def _path(workspace: str) -> Path:
    return paths.workspace(workspace) / NAME
