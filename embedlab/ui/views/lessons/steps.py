"""Draw a lesson step by step: prediction, answer of the models, explanation.

List the fragments that lessons can show, and compute the answer of each once for all visitors.

Draw the form with which a teacher makes a link for a class.
"""

from __future__ import annotations

import streamlit as st

from embedlab import registry
from embedlab.base import BadInput
from embedlab.data.lessons import Lesson, Step
from embedlab.plots.text import md
from embedlab.ui import cache, links, lookups, widgets
from embedlab.ui.navigation import PAGES
from embedlab.ui.views.lessons import contexts, language, words
from embedlab.ui.views.lessons.language import Prediction, answer_text, judge
from embedlab.ui.views.lessons.results import OTHER, Fragment, Shown, keys

FRAGMENTS: dict[str, Fragment] = {
    **words.WORD_FRAGMENTS, **words.STABILITY_FRAGMENTS, **language.TEXT_FRAGMENTS, **contexts.SENSE_FRAGMENTS,
    **contexts.PROBE_FRAGMENTS,
}  # fmt: skip


def check(lesson: Lesson, step: Step) -> None:
    """Look whether a step names a fragment, gives it what it needs, and offers every outcome that there can be.

    Raises:
        BadInput: it does not.
        BadModel: a model is not at hand.
    """
    where = f"Lesson '{lesson.key}', step '{step.title}'"
    if step.show not in FRAGMENTS:
        raise BadInput(f"{where}: there is no fragment '{step.show}'. There are: {', '.join(FRAGMENTS)}.")
    fragment, given = FRAGMENTS[step.show], set(step.args)
    if not fragment.needs <= given <= fragment.needs | fragment.may:
        raise BadInput(f"{where}: '{step.show}' needs {', '.join(sorted(fragment.needs))}.")
    if others := set(keys(step.args)) - set(lesson.models):
        raise BadInput(f"{where}: the lesson's models do not name {', '.join(sorted(others))}.")
    if fragment.number != (step.number is not None):
        raise BadInput(f"{where}: the outcome is {'a number' if fragment.number else 'no number'}.")
    if not fragment.number:
        needed = fragment.possible(step.args) if fragment.possible else (OTHER,)
        if missing := set(needed) - set(step.choices):
            raise BadInput(f"{where}: the choices lack {', '.join(sorted(missing))}.")


def answer(step: Step) -> Shown:
    """The answer, computed now or for an earlier visitor by the same models.

    Raises:
        EmbedLabError: a model is not at hand, or does not know a word.
    """
    stamps = tuple(cache.stamp(registry.find(key)) for key in keys(step.args))
    return _fragment_answer(step.show, tuple(sorted(step.args.items())), stamps)


@st.cache_data(max_entries=200, ttl="1d", show_spinner="The models answer …")
def _fragment_answer(show: str, args: tuple[tuple[str, str], ...], stamps: tuple[int, ...]) -> Shown:
    return FRAGMENTS[show].compute(dict(args))


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
    shown = answer(step)
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


def form(lessons: list[Lesson]) -> None:
    """Choose lessons, pages, models and words; the link to copy stands below. Hidden from those who came by one."""
    if links.anything():
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
        st.code(links.link(_base(), page, chosen), language=None, wrap_lines=True)
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
