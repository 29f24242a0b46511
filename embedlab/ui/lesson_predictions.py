"""What a student predicted and what came out, kept for the session, and the summary of both."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.data.lesson import Lesson, Step
from embedlab.ui.lesson_shown import OTHER


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
    """The predictions of this session for a lesson, by the step's place from 0."""
    every: dict[str, dict[int, Prediction]] = st.session_state.setdefault("_predictions", {})
    return every.setdefault(lesson.key, {})


def forget(lesson: Lesson) -> None:
    """Begin a lesson again; from a button's ``on_click``."""
    kept(lesson).clear()


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
