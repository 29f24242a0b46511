"""Next word page: the text, the models that continue it, and their predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from embedlab.analysis import model_text
from embedlab.analysis.next_tokens import NextTokens, next_tokens
from embedlab.base import END, UNKNOWN, LanguageModel
from embedlab.plots import next_tokens as drawn
from embedlab.plots.figure import Figure
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, lookups, state, widgets
from embedlab.ui.cache import remembered

BEGIN, TAKEN = "begin", "_taken"
"""State: the beginning as typed; the beginnings before each click, to go back to."""
LONGEST = 500


@dataclass(frozen=True)
class Speaker:
    """A model that reads forward.

    Attributes:
        spec: which it is.
        title: what people read.
        model: the model.
        context: the beginning, as its tokens.
    """

    spec: ModelSpec
    title: str
    model: LanguageModel
    context: list[str]

    @property
    def key(self) -> tuple[object, ...]:
        """Key under which an answer of the model is kept."""
        return self.spec.key, cache.stamp(self.spec), tuple(self.context)

    @property
    def color(self) -> str:
        """Of its family."""
        return family_color(self.spec.family.key)


def beginning() -> str:
    """The field for the beginning; a space at its end counts, since models of characters read it."""
    state.text(
        BEGIN, "The king of", "Beginning", limit=LONGEST,
        help="Empty asks how sentences begin. Models of characters go on from the last letter: with a space at the "
        "end they begin a new word, without one they may finish yours.",
    )  # fmt: skip
    typed: str = st.session_state[BEGIN] or ""
    return typed[-LONGEST:]


def speakers(text: str, specs: Sequence[ModelSpec]) -> list[Speaker]:
    """The chosen models that read forward; the page says which do not."""
    titles = widgets.unique_titles(cache.specs("language_model"))
    known, others = [], []
    for spec in specs:
        with widgets.guard():
            model = cache.language(spec.key)
            if not model_text.reads_forward(model):
                others.append(titles[spec.key])
                continue
            known.append(Speaker(spec, titles[spec.key], model, model_text.beginning(model, text)))
    if others:
        st.info(
            f"Left out, as they do not read from the beginning to the end (but backward, or both sides of a gap): "
            f"{md('; '.join(others))}."
        )
    read = {
        one.title: remembered(("folded", *one.key, text), partial(model_text.lookups, one.model, text)) for one in known
    }
    lookups.say(read, "is read as")
    return known


def expectations(speakers: Sequence[Speaker], k: int) -> dict[str, NextTokens]:
    """Every model's bars, side by side, and buttons that take a token; the results by title."""
    results: dict[str, NextTokens] = {}
    for speaker in speakers:
        with widgets.guard():
            results[speaker.title] = _next(speaker, k)
    longest = max((float(result.probabilities[0]) for result in results.values()), default=0.0)
    known = [speaker for speaker in speakers if speaker.title in results]
    if known:
        widgets.figures([_figure(speaker, results[speaker.title], longest) for speaker in known], "next-word")
        _hatched(results)
        st.markdown("**Click on a word to take it**: the beginning grows, and all models guess again.")
    for speaker in known:
        _take(speaker, results[speaker.title])
    _unknown(known)
    return results


def _next(speaker: Speaker, k: int) -> NextTokens:
    return remembered(("next", *speaker.key, k), lambda: next_tokens(speaker.model, speaker.context, k))


def _figure(speaker: Speaker, result: NextTokens, longest: float) -> tuple[Figure, str]:
    first = model_text.name(result.tokens[0])
    fig = drawn.next_tokens(result, speaker.title, speaker.color, longest=longest)
    return fig, f"{speaker.title} expects {first} with {result.probabilities[0]:.1%}."


def _hatched(results: dict[str, NextTokens]) -> None:
    """Explain the hatched bars, if there are any."""
    tokens = {token for result in results.values() for token in result.tokens}
    parts = []
    if UNKNOWN in tokens:
        parts.append("the *unknown word* stands for every word that is not in the model's vocabulary")
    if END in tokens:
        parts.append("at the *end of sentence* the model writes no more")
    if parts:
        st.caption(f"Hatched bars are no words: {', and '.join(parts)}.")


def _take(speaker: Speaker, result: NextTokens) -> None:
    """A row of buttons that write one more token."""
    text = st.session_state[BEGIN] or ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{md(speaker.title)}:", width="content")
        for token in result.tokens:
            if token in (END, UNKNOWN, model_text.LINE_END):
                continue
            more = model_text.extended(speaker.model, text, [token])
            key = f"take-{speaker.spec.key}-{token}"
            st.button(md(model_text.name(token), 30), key=key, on_click=take, args=(more,))


def take(text: str) -> None:
    """Let the beginning grow; from a button's ``on_click``."""
    st.session_state.setdefault(TAKEN, []).append(st.session_state.get(BEGIN) or "")
    state.put(BEGIN, text[-LONGEST:])


def go_back() -> None:
    """Buttons that undo the last taking, or all."""
    taken: list[str] = st.session_state.get(TAKEN, [])
    with st.container(horizontal=True, gap="small"):
        st.button("Take back", disabled=not taken, on_click=_back, args=(-1,), icon=":material/undo:")
        st.button("Start again", disabled=not taken, on_click=_back, args=(0,), icon=":material/first_page:")


def _back(to: int) -> None:
    taken: list[str] = st.session_state[TAKEN]
    state.put(BEGIN, taken[to])
    st.session_state[TAKEN] = taken[:to]


def _unknown(speakers: Sequence[Speaker]) -> None:
    """Which words of the beginning a model does not know."""
    for speaker in speakers:
        if lacking := model_text.unknown(speaker.model, speaker.context):
            words = ", ".join(f"“{md(model_text.name(token), 30)}”" for token in lacking)
            if speaker.model.reads_letters:
                text = f"does not have {words} among the words that it can guess, but reads the letters"
            else:
                text = f"does not know {words} and reads the unknown word there"
            st.caption(f"{md(speaker.title)} {text}.")


def table(results: dict[str, NextTokens]) -> pd.DataFrame:
    """All expectations, one a row."""
    rows = [
        (title, rank, model_text.name(token), float(probability), result.entropy)
        for title, result in results.items()
        for rank, (token, probability) in enumerate(zip(result.tokens, result.probabilities, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=["model", "rank", "next", "probability", "entropy (bits)"])


def unsureness(results: dict[str, NextTokens]) -> None:
    """How unsure every model is, in a line each."""
    lines = [
        f"- {md(title)}: {result.entropy:.1f} bits, as unsure as between {_choices(result)} equally likely ones; "
        f"the bars hold {1 - result.rest:.0%} of the probability."
        for title, result in results.items()
    ]
    st.markdown("How unsure is each of them? (Its entropy; one bit is one yes-or-no question.)\n" + "\n".join(lines))


def _choices(result: NextTokens) -> str:
    return f"{result.choices:,.0f}" if result.choices >= 10 else f"{result.choices:.1f}"


def source(speakers: Sequence[Speaker], text: str, k: int) -> str:
    """Lines that compute the bars."""
    return f"""
import embedlab
from embedlab.analysis.model_text import beginning
from embedlab.analysis.next_tokens import next_tokens

for key in {[speaker.spec.key for speaker in speakers]!r}:
    model = embedlab.load_model(key)
    result = next_tokens(model, beginning(model, {text!r}), k={k})
    print(key, list(zip(result.tokens, result.probabilities.round(4))))
"""
