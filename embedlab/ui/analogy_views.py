"""What the Analogies page shows of a question: each model's verdict, both rankings, the parallelogram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis.analogies import Analogy, Method, parallelogram
from embedlab.base import BadInput, UnknownWord
from embedlab.plots import bars, scatter
from embedlab.plots.palette import NAMES, family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, lookups, questions, state, widgets
from embedlab.ui.questions import Question

SHOWN = 10
"""Places of a ranking that are drawn."""


@dataclass(frozen=True)
class Asking:
    """How questions are asked.

    Attributes:
        specs: the chosen models.
        titles: model key: what people read.
        method: the rule.
        leave_out: whether the question's own words are no answers.
        formula: what is asked, as typed; of the three fields if ``by_words``.
        by_words: whether it came from the fields for a, b and c.
    """

    specs: list[ModelSpec]
    titles: Mapping[str, str]
    method: Method
    leave_out: bool
    formula: str
    by_words: bool

    @property
    def colors(self) -> dict[str, str]:
        """Title: colour of the model's family."""
        return {self.titles[spec.key]: family_color(spec.family.key) for spec in self.specs}


def verdicts(asking: Asking, question: Question) -> dict[str, Analogy]:
    """Every model's answer in a line; the rankings by model key."""
    found, lines = {}, []
    for spec in asking.specs:
        with widgets.guard():
            try:
                answer = question.ask(spec, asking.method)
            except UnknownWord as error:
                _unknown(asking, spec, error.word)
                continue
            if not answer.words:
                raise BadInput(f"{asking.titles[spec.key]} knows no words but the question's own.")
            found[spec.key] = answer
            ranked = answer.words if asking.leave_out else answer.all_words
            lines.append(f"- {md(asking.titles[spec.key])}: {questions.verdict(ranked, question.expected)}")
    st.markdown("\n".join(lines))
    lookups.answered({asking.titles[key]: answer.lookups for key, answer in found.items()})
    return found


def answered(asking: Asking, question: Question, found: dict[str, Analogy]) -> None:
    """One model's rankings and drawing, and every model's table."""
    if not found:
        return
    shown = {spec.key: asking.titles[spec.key] for spec in asking.specs if spec.key in found}
    key = next(iter(shown))
    if len(shown) > 1:
        key = state.choice("focus", list(shown), key, "Look closer at", titles=shown)
    spec = next(spec for spec in asking.specs if spec.key == key)
    _rankings(found[key], asking.titles[key], family_color(spec.family.key), asking.method)
    _drawing(question, found[key], spec)
    rows = [
        (asking.titles[key], kind, rank, word, float(score), word in answer.inputs)
        for key, answer in found.items()
        for kind, words, scores in (
            ("without", answer.words, answer.scores),
            ("with", answer.all_words, answer.all_scores),
        )
        for rank, (word, score) in enumerate(zip(words[:SHOWN], scores, strict=False), 1)
    ]
    names = ["model", "question's words", "rank", "word", "score", "is in the question"]
    widgets.table(pd.DataFrame(rows, columns=names), "analogy", title="Both rankings as a table")


def _unknown(asking: Asking, spec: ModelSpec, word: str) -> None:
    """Offer spellings that take an unknown word's place, in the editor or in the formula."""
    model, title = cache.static(spec.key), asking.titles[spec.key]
    if not asking.by_words:
        widgets.spellings(model, title, word, "formula", whole=lambda known: asking.formula.replace(word, known))
        return
    name = next((name for name in "abc" if st.session_state[name].strip() == word), "a")
    widgets.spellings(model, title, word, name)


def _rankings(answer: Analogy, title: str, color: str, method: Method) -> None:
    """Both rankings beside each other."""
    unit = "cosine with the sum" if method == "3cosadd" else "score"
    pairs = (
        (answer.words[:SHOWN], answer.scores[:SHOWN], f"{title}: without the question's words"),
        (answer.all_words[:SHOWN], answer.all_scores[:SHOWN], f"{title}: with them"),
    )
    figures = [
        (
            bars.ranking(words, scores.tolist(), name, color, marked=answer.inputs, unit=unit),
            f"{name}: {words[0]} is first.",
        )
        for words, scores, name in pairs
    ]
    widgets.figures(figures, "rankings", per_row=2)
    first, best = answer.all_words[0], answer.words[0]
    if first in answer.inputs:
        st.markdown(
            f"Told honestly, **{md(first)}** is first, one of the question's own words (hatched). **{md(best)}** is "
            "the answer only because those words are struck out before anyone looks."
        )
    else:
        st.markdown(f"Here **{md(best)}** is first even against the question's own words (hatched, where they appear).")


def _drawing(question: Question, answer: Analogy, spec: ModelSpec) -> None:
    """The parallelogram, where the sum is one."""
    if question.corners is None:
        st.caption("A parallelogram can be drawn when the formula has the form b - a + c.")
        return
    result = parallelogram(cache.static(spec.key), *question.corners, answer.words[0])
    a, b, c, _ = result.words
    answer_word = md(answer.words[0])
    chosen = "is the word found nearest to it" if answer.method == "3cosadd" else "is first by the rule 3CosMul"
    square = f"{NAMES[scatter.SOUGHT]} square"
    st.markdown(
        f"The step from **{md(a)}** to **{md(b)}**, taken again from **{md(c)}**, ends at the {square}; "
        f"**{answer_word}** {chosen}, the question's own words left out. The picture keeps "
        f"{sum(result.explained):.0%} of the spread between these five points; distances in it can deceive."
    )
    summary = f"{a}, {b}, {c} and the point b - a + c form a parallelogram; the answer {answer.words[0]} is drawn too."
    widgets.figure(scatter.parallelogram(result), "parallelogram", summary)
