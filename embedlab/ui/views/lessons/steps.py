"""Draw a lesson step by step: prediction, answer of the models, explanation."""

from __future__ import annotations

import streamlit as st

from embedlab.data.lessons import Lesson, Step
from embedlab.plots.text import md
from embedlab.ui import widgets
from embedlab.ui.views.lessons import fragments, language
from embedlab.ui.views.lessons.language import Prediction, answer_text, judge


def show(lesson: Lesson) -> None:
    """All steps up to the first that has no prediction yet; after the last one the summary."""
    given = language.kept_predictions(lesson)
    for number, step in enumerate(lesson.steps):
        with st.container(border=True):
            st.header(f"{number + 1}. {md(step.title)}", anchor=False)
            st.markdown(step.question)
            if number not in given:
                _ask(lesson, number, step)
                break
            with widgets.guard():
                _answer(lesson, number, step, given)
    else:
        _summary(lesson)


def _ask(lesson: Lesson, number: int, step: Step) -> None:
    """The form for a prediction; what is sent is kept and the page runs again with the answer."""
    name = f"{lesson.key}-{number}"
    with st.form(f"ask-{name}", border=False):
        value: str | float | None
        if step.number is not None:
            span = step.number
            middle = round((span.low + span.high) / 2, 2)
            value = float(st.slider("Your prediction", span.low, span.high, middle, 0.05, key=f"predict-{name}"))
        else:
            value = st.radio(
                "Your prediction", step.choices, index=None, format_func=md, key=f"predict-{name}",
                horizontal=sum(map(len, step.choices)) < 80,
            )  # fmt: skip
        sent = st.form_submit_button("Predict, and see", type="primary", key=f"send-{name}")
    if sent and value is None:
        st.warning("Choose first what you expect; then the models answer.")
    elif sent and value is not None:
        language.give(lesson, number, value)
        st.rerun()


def _answer(lesson: Lesson, number: int, step: Step, given: dict[int, Prediction]) -> None:
    one = given[number]
    shown = fragments.answer(step)
    given[number] = Prediction(one.given, shown.outcome)
    right = judge(step, one.given, shown.outcome)
    verdict = f"You predicted **{md(answer_text(one.given))}**; it is **{md(answer_text(shown.outcome))}**."
    if right:
        st.success(f"Right. {verdict}", icon=":material/check:")
    else:
        st.info(f"Not right. {verdict}", icon=":material/close:")
    name = f"lesson-{lesson.key}-{number + 1}"
    if shown.figures:
        widgets.figures(shown.figures, name, per_row=2)
    st.markdown(shown.text)
    widgets.table(shown.table, name)
    st.markdown(f"**Why?** {step.why}")


def _summary(lesson: Lesson) -> None:
    table = language.table(lesson)
    right = int((table["verdict"] == "right").sum())
    st.header("What you expected, and what came out", anchor=False)
    st.markdown(f"**{right} of {len(table)}** predictions were right. The others are the ones to remember.")
    st.dataframe(table, hide_index=True, key=f"summary-{lesson.key}")
    with st.container(horizontal=True):
        st.download_button(
            "Summary as CSV", widgets.csv(table), f"lesson-{lesson.key}.csv", "text/csv",
            key=f"summary-csv-{lesson.key}", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.button("Begin again", on_click=language.forget, args=(lesson,), icon=":material/first_page:")
