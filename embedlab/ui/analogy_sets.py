"""Many analogy questions at once: ready-made sets to click, and Google's whole benchmark."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from embedlab import analogy_runs
from embedlab.analogy_runs import AnalogySettings
from embedlab.analysis.analogies import SETS
from embedlab.plots import bars
from embedlab.plots.text import md
from embedlab.ui import kept_runs, questions, state, widgets
from embedlab.ui.analogy_views import Asking

WANTED = "_benchmark"
"""In the session: for what the whole benchmark was asked."""


def ready_made(asking: Asking) -> None:
    """Sets to click, and each model's hits."""
    st.header("Ready-made questions")
    st.caption("Click a question to ask it. The counts leave out the question's own words, as is usual.")
    groups = {group.key: group for group in SETS}
    key = state.choice("set", list(groups), "gender", "Relation", titles={k: g.title for k, g in groups.items()})
    group = groups[key]
    with st.container(horizontal=True, gap="small"):
        for a, b, c, _ in group.questions:
            st.button(f"{a} : {b} :: {c} : ?", key=f"ask-{a}-{b}-{c}", on_click=_fill, args=(a, b, c), type="tertiary")
    columns = st.columns(max(3, len(asking.specs)))
    frame = pd.DataFrame([{"question": f"{a} : {b} :: {c} : ?", "expected": d} for a, b, c, d in group.questions])
    for column, spec in zip(columns, asking.specs, strict=False):
        with widgets.guard():
            answers = questions.set_answers(spec, group, asking.method)
            right = [answer == question[3] for answer, question in zip(answers, group.questions, strict=True)]
            asked = sum(answer != "" for answer in answers)
            note = f"Right answers. {len(answers) - asked} were not asked: the model lacks one of their words."
            column.metric(md(asking.titles[spec.key]), f"{sum(right)} of {asked}", help=note)
            frame[asking.titles[spec.key]] = [
                f"{'✓' if hit else '·'} {answer or '(not asked)'}" for hit, answer in zip(right, answers, strict=True)
            ]
    widgets.table(frame, f"analogies-{group.key}", title=f"Every model's answers: {group.title}")


def _fill(a: str, b: str, c: str) -> None:
    """Put a ready-made question into the editor."""
    for name, value in (("ask", "words"), ("a", a), ("b", b), ("c", c)):
        state.put(name, value)


def benchmark(asking: Asking) -> None:
    """The whole Google benchmark, asked on demand and remembered."""
    st.header("The whole benchmark")
    st.markdown(
        "Google's list has 19,544 questions in 14 categories (Mikolov et al. 2013). Only the 30,000 commonest words of "
        "a model take part; questions with a word outside them are not asked. The rule and the switch above apply here "
        "too."
    )
    asked = AnalogySettings(tuple(spec.key for spec in asking.specs), asking.method, asking.leave_out)
    known = {spec.key: analogy_runs.found(spec, asked) for spec in asking.specs}
    missing, wanted = None in known.values(), st.session_state.setdefault(WANTED, set())
    if st.button("Ask all questions", type="primary", disabled=not missing):
        wanted.add(asked)
    if missing and asked in wanted:
        with widgets.guard():
            kept_runs.bring(analogy_runs.KIND, asked)
    results = {asking.titles[key]: result for key, result in known.items() if result is not None}
    if not results:
        return
    for title, result in results.items():
        st.markdown(
            f"**{md(title)}**: {result.total:.1%} right of {result.asked:,} asked; meaning {result.semantic:.1%}, "
            f"grammar {result.syntactic:.1%}; {result.skipped:,} left out."
        )
    rows = [
        (title, item.name, item.kind, item.correct, item.asked, item.skipped, item.accuracy)
        for title, result in results.items()
        for item in result.by_category
    ]
    columns = ["model", "category", "kind", "right", "asked", "left out", "accuracy"]
    readable = {row[1]: row[1].split("-", row[1].startswith("gram"))[-1].replace("-", " ") for row in rows}
    said = "; ".join(f"{title} {result.total:.1%}" for title, result in results.items())
    widgets.figure(
        bars.benchmark(results, asking.colors, readable), "benchmark", f"Right answers by category. In all: {said}."
    )
    widgets.table(pd.DataFrame(rows, columns=columns), "benchmark", title="The benchmark's table")
