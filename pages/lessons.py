"""Lessons: ten short ones from one-hot to BERT; predict first, then let the models answer."""

import streamlit as st

from embedlab.data.lessons import Lesson, load_lessons
from embedlab.plots.text import md
from embedlab.ui import links as ui_links
from embedlab.ui import state, widgets
from embedlab.ui.views.lessons import code, language, steps

widgets.opening(
    "Lessons",
    "Ten short lessons from one-hot to BERT. Each question wants your prediction first; then the models of this lab "
    "answer it live. **Look for** the answers that surprise you: they are the ones you learn from.",
)


def chosen(lessons: list[Lesson]) -> Lesson:
    """The lesson in the address, or the first."""
    titles = {one.key: f"{one.order}. {one.title}" for one in lessons}
    key = state.choice("lesson", list(titles), next(iter(titles)), "Lesson", titles=titles)
    return next(one for one in lessons if one.key == key)


offered: list[Lesson] = []
with widgets.guard():
    offered = load_lessons()
    only = ui_links.among("lessons", [one.key for one in offered])
    offered = [one for one in offered if one.key in only]
if offered:
    lesson = chosen(offered)
    done = len(language.kept_predictions(lesson))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(done / len(lesson.steps), f"{done} of {len(lesson.steps)} questions answered")
        if 0 < done < len(lesson.steps):  # after the last one the summary offers it
            st.button(
                "Begin again", key="begin-again", on_click=language.forget, args=(lesson,),
                icon=":material/first_page:",
            )  # fmt: skip
    st.markdown(f"_{md(lesson.about)}_")
    with widgets.guard():
        for step in lesson.steps:
            steps.check(lesson, step)
        steps.show(lesson)
        following = offered[offered.index(lesson) + 1 :]
        if following and done == len(lesson.steps):
            title = f"{following[0].order}. {following[0].title}"
            st.button(
                f"Next lesson: {md(title)}", on_click=state.put, args=("lesson", following[0].key),
                type="primary", icon=":material/arrow_forward:", icon_position="right",
            )  # fmt: skip
    if done:
        widgets.code(code.source(lesson.steps[:done]))
    steps.form(load_lessons())
else:
    st.info("There is no lesson here.")
widgets.explain("lessons", "Why to predict first, where the answers come from, and a lesson of your own")
