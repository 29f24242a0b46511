"""What a student predicted and what came out, kept across reloads in their place, and the summary of both."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab import lesson_answers
from embedlab.data.lesson import Lesson, Step
from embedlab.lesson_answers import Answer
from embedlab.ui.lesson_shown import OTHER
from embedlab.ui.visitor import place


@dataclass(frozen=True)
class Prediction:
    """A prediction, and what the models said to it; ``outcome`` is ``None`` until they have answered."""

    given: str | float
    outcome: str | float | None = None


def judge(step: Step, given: str | float, outcome: str | float) -> bool:
    """Whether a prediction is right, going by what was computed."""
    if step.number is not None:
        return abs(float(given) - float(outcome)) <= step.number.within
    return given == (OTHER if outcome not in step.choices and OTHER in step.choices else outcome)


def kept(lesson: Lesson) -> dict[int, Prediction]:
    """This visitor's predictions for a lesson, by the step's place from 0; change them by ``give`` and ``forget``."""
    every: dict[tuple[str, str], dict[int, Prediction]] = st.session_state.setdefault("_predictions", {})
    here = place()
    if (here, lesson.key) not in every:
        every[here, lesson.key] = _fitting(lesson, lesson_answers.load(here, lesson.key))
    return every[here, lesson.key]


def give(lesson: Lesson, number: int, value: str | float) -> None:
    """Take a prediction for a step."""
    kept(lesson)[number] = Prediction(value)
    _store(lesson)


def forget(lesson: Lesson) -> None:
    """Begin a lesson again; from a button's ``on_click``."""
    kept(lesson).clear()
    _store(lesson)


def _store(lesson: Lesson) -> None:
    answers = [Answer(number, one.given) for number, one in sorted(kept(lesson).items())]
    with suppress(OSError):  # of a home that cannot be written; the session still has them
        lesson_answers.keep(place(), lesson.key, answers)


def _fitting(lesson: Lesson, answers: tuple[Answer, ...]) -> dict[int, Prediction]:
    """Those from the first step on that the lesson, which may have changed, still offers."""
    found: dict[int, Prediction] = {}
    for answer, step in zip(answers, lesson.steps, strict=False):
        span, given = step.number, answer.given
        fits = given in step.choices if span is None else isinstance(given, float) and span.low <= given <= span.high
        if answer.step != len(found) or not fits:
            break
        found[answer.step] = Prediction(given)
    return found


def said(value: str | float | None) -> str:
    """A prediction or an outcome for people."""
    return f"{value:.2f}" if isinstance(value, float) else str(value or "")


def table(lesson: Lesson) -> pd.DataFrame:
    """Predictions against outcomes, a row a step that was answered."""
    rows = [
        (
            lesson.title, number + 1, lesson.steps[number].title, said(one.given), said(one.outcome),
            "right" if judge(lesson.steps[number], one.given, one.outcome) else "not right",
        )
        for number, one in sorted(kept(lesson).items())
        if one.outcome is not None and number < len(lesson.steps)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["lesson", "step", "question", "prediction", "outcome", "verdict"])
