"""Draw the form with which a teacher makes a link for a class."""

from __future__ import annotations

import streamlit as st

from embedlab.data.lessons import Lesson
from embedlab.plots.text import md
from embedlab.ui import cache, class_link, lookups, widgets
from embedlab.ui.navigation import PAGES


def form(lessons: list[Lesson]) -> None:
    """Choose lessons, pages, models and words; the link to copy stands below. Hidden from those who came by one."""
    if class_link.anything():
        return
    with st.expander("For teachers: a link for your class", icon=":material/school:"):
        st.markdown(
            "Choose what your class shall see; whoever opens the link finds nothing else in the sidebar and the "
            "lists. What you leave empty stays whole. It is a help to look at one thing, not a lock."
        )
        names, titles = dict(PAGES), widgets.unique_titles(cache.specs())
        lesson_titles = {lesson.key: lesson.title for lesson in lessons}
        left, right = st.columns(2, gap="large")
        with left:
            some = st.multiselect("Lessons", list(lesson_titles), format_func=lesson_titles.__getitem__, key="pin-l")
            pages = st.multiselect("Pages", list(names), ["lessons"], format_func=names.__getitem__, key="pin-p")
        with right:
            models = st.multiselect("Models", list(titles), format_func=titles.__getitem__, key="pin-m")
            typed = st.text_input(
                "Words, with commas between", key="pin-w", max_chars=200,
                help="Pages that look at a word begin with the first that they know and offer the others to click; "
                "pages that read a sentence begin with one that has it. Exactly three, such as man, woman, king, are "
                "also the question of the Analogies page.",
            )  # fmt: skip
        words = [word.strip() for word in (typed or "").split(",") if word.strip()]
        page = pages[0] if pages and "lessons" not in pages else "lessons"
        chosen = {"pages": pages, "lessons": some, "models": models, "words": words}
        _check(words, models)
        st.code(class_link.link(_base(), page, chosen), language=None, wrap_lines=True)
        st.caption("Copy it with the button in its corner.")


def _check(words: list[str], models: list[str]) -> None:
    """Say which of the words are not in the vocabularies of models with word vectors: the chosen ones, or all."""
    specs = cache.specs("static")
    specs = [spec for spec in specs if spec.key in models] if models else specs
    for word, lacking in lookups.lacking(words, specs).items():
        which = "any model with word vectors" if len(lacking) == len(specs) > 1 else ", ".join(map(md, lacking))
        st.warning(f"“{md(word, 60)}” is not in the vocabulary of {which}.", icon=":material/help:")


def _base() -> str:
    """The app's address as this browser has it, without the page."""
    here = (st.context.url or "").split("?")[0].rstrip("/")
    return here.removesuffix("/lessons")
