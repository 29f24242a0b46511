"""List the fragments that lessons can show, and compute the answer of each once for all visitors."""

from __future__ import annotations

import streamlit as st

from embedlab import registry
from embedlab.base import BadInput
from embedlab.data.lessons import Lesson, Step
from embedlab.ui import cache
from embedlab.ui.views.lessons import contexts, language, words
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
    return _answer(step.show, tuple(sorted(step.args.items())), stamps)


@st.cache_data(max_entries=200, ttl="1d", show_spinner="The models answer …")
def _answer(show: str, args: tuple[tuple[str, str], ...], stamps: tuple[int, ...]) -> Shown:
    return FRAGMENTS[show].compute(dict(args))
