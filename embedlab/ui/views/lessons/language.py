"""Keep the predictions of a student across reloads; lesson fragments about language models."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis.layer_predictions import layer_predictions
from embedlab.analysis.model_text import beginning, name
from embedlab.analysis.next_tokens import next_tokens
from embedlab.analysis.perplexity import compare
from embedlab.base import BadInput, MaskedModel
from embedlab.data.lessons import Lesson, Step
from embedlab.plots import bars
from embedlab.plots import next_tokens as expected
from embedlab.plots.text import md, unmarked
from embedlab.store import lesson_answers
from embedlab.store.lesson_answers import Answer
from embedlab.ui import cache
from embedlab.ui.views.lessons.results import OTHER, Args, Fragment, Shown, color, keys, listed, title, titles
from embedlab.ui.visitor import workspace


@dataclass(frozen=True)
class Prediction:
    """A prediction and the models' answer; ``outcome`` is ``None`` until they have answered."""

    given: str | float
    outcome: str | float | None = None


def judge(step: Step, given: str | float, outcome: str | float) -> bool:
    """Whether a prediction is right, going by what was computed."""
    if step.number is not None:
        return abs(float(given) - float(outcome)) <= step.number.within
    return given == (OTHER if outcome not in step.choices and OTHER in step.choices else outcome)


def kept_predictions(lesson: Lesson) -> dict[int, Prediction]:
    """This visitor's predictions for a lesson, by the step's number from 0; change them by ``give`` and ``forget``."""
    every: dict[tuple[str, str], dict[int, Prediction]] = st.session_state.setdefault("_predictions", {})
    here = workspace()
    if (here, lesson.key) not in every:
        every[here, lesson.key] = _fitting(lesson, lesson_answers.load(here, lesson.key))
    return every[here, lesson.key]


def give(lesson: Lesson, number: int, value: str | float) -> None:
    """Take a prediction for a step."""
    kept_predictions(lesson)[number] = Prediction(value)
    _store(lesson)


def forget(lesson: Lesson) -> None:
    """Begin a lesson again; from a button's ``on_click``."""
    kept_predictions(lesson).clear()
    _store(lesson)


def _store(lesson: Lesson) -> None:
    answers = [Answer(number, one.given) for number, one in sorted(kept_predictions(lesson).items())]
    with suppress(OSError):  # of a home that cannot be written; the session still has them
        lesson_answers.keep(workspace(), lesson.key, answers)


def _fitting(lesson: Lesson, answers: tuple[Answer, ...]) -> dict[int, Prediction]:
    """Those from the first step on that the lesson, which may have changed, still offers."""
    results: dict[int, Prediction] = {}
    for answer, step in zip(answers, lesson.steps, strict=False):
        span, given = step.number, answer.given
        fits = given in step.choices if span is None else isinstance(given, float) and span.low <= given <= span.high
        if answer.step != len(results) or not fits:
            break
        results[answer.step] = Prediction(given)
    return results


def answer_text(value: str | float | None) -> str:
    """A prediction or an outcome for people."""
    return f"{value:.2f}" if isinstance(value, float) else str(value or "")


def table(lesson: Lesson) -> pd.DataFrame:
    """Predictions against outcomes, a row a step that was answered."""
    rows = [
        (
            lesson.title, number + 1, lesson.steps[number].title, answer_text(one.given), answer_text(one.outcome),
            "right" if judge(lesson.steps[number], one.given, one.outcome) else "not right",
        )
        for number, one in sorted(kept_predictions(lesson).items())
        if one.outcome is not None and number < len(lesson.steps)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["lesson", "step", "question", "prediction", "outcome", "verdict"])


K = 8
GAP = "___"


def next_word(args: Args) -> Shown:
    """The most probable next word of a text."""
    key, text = args["model"], args["begin"]
    model = cache.language(key)
    result = next_tokens(model, beginning(model, text), K)
    first, sure = name(result.tokens[0]), float(result.probabilities[0])
    sentence = f"After “{md(text)} …” {md(title(key))} expects **{md(first)}** ({sure:.1%})."
    figure = expected.next_tokens(result, title(key), color(key), longest=sure)
    table = pd.DataFrame({"next": [name(token) for token in result.tokens], "probability": result.probabilities})
    return Shown(first, sentence, ((figure, unmarked(sentence)),), table)


def surer(args: Args) -> Shown:
    """Which model is least unsure (has the lowest entropy) about the next word."""
    text, bits, figures = args["begin"], dict[str, float](), []
    for key in keys(args):
        model = cache.language(key)
        result = next_tokens(model, beginning(model, text), K)
        bits[title(key)] = result.entropy
        figure = expected.next_tokens(result, title(key), color(key), longest=float(result.probabilities[0]))
        figures.append((figure, f"{title(key)} expects {name(result.tokens[0])}; entropy {result.entropy:.1f} bits."))
    best = min(bits, key=lambda one: bits[one])
    listed_bits = ", ".join(f"{md(one)} {value:.1f} bits" for one, value in bits.items())
    sentence = f"After “{md(text)} …” **{md(best)}** is surest: {listed_bits} of unsureness."
    return Shown(
        best, sentence, tuple(figures), pd.DataFrame({"model": list(bits), "entropy (bits)": list(bits.values())})
    )


def perplexity(args: Args) -> Shown:
    """Which model expects a text best, on the words that all of them know."""
    result = compare({title(key): cache.language(key) for key in keys(args)}, listed(args, "sentences", "|"))
    values = {row.name: row.shared_perplexity for row in result.rows}
    best = min(values, key=lambda one: values[one])
    listed_values = ", ".join(f"{md(one)} {value:,.0f}" for one, value in values.items())
    text = f"**{md(best)}** expects the text best. Perplexity on {result.shared} words that all know: {listed_values}."
    figure = bars.ranking(
        list(values), list(values.values()), "Perplexity (lower is better)", [color(key) for key in keys(args)],
        unit="perplexity", form="{:,.0f}",
    )  # fmt: skip
    table = pd.DataFrame({"model": list(values), "perplexity": list(values.values())})
    return Shown(best, text, ((figure, unmarked(text)),), table)


def fill(args: Args) -> Shown:
    """The guess of a masked language model for a gap."""
    key, words = args["model"], args["sentence"].split()
    model = cache.model(key)
    if words.count(GAP) != 1 or not isinstance(model, MaskedModel):
        raise BadInput(f"A sentence with one gap {GAP} and a model that fills gaps are needed.")
    result = layer_predictions(model, words, words.index(GAP), K)
    sure = float(result.probabilities[-1][0])
    shown = md(args["sentence"]).replace(md(GAP), f"**{md(result.answer)}**")
    text = f"{md(title(key))} fills in: “{shown}” ({sure:.1%})."
    figure = expected.guesses(result, f"Guesses for the gap: {title(key)}", color(key))
    table = pd.DataFrame({"guess": list(result.tokens[-1]), "probability": result.probabilities[-1]})
    return Shown(result.answer, text, ((figure, unmarked(text)),), table)


TEXT_FRAGMENTS = {
    "next": Fragment(frozenset({"model", "begin"}), next_word),
    "surer": Fragment(frozenset({"models", "begin"}), surer, titles),
    "perplexity": Fragment(frozenset({"models", "sentences"}), perplexity, titles),
    "fill": Fragment(frozenset({"model", "sentence"}), fill),
}
