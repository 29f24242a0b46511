"""Next word page: text written greedily, by sampling, or by beam search with its tree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis import model_text
from embedlab.analysis.beam import Beam, beam_search
from embedlab.analysis.generation import GREEDY, Decoding, Generated, allowed, generate, reshaped
from embedlab.analysis.ranking import top
from embedlab.base import END
from embedlab.plots import next_tokens as drawn
from embedlab.plots.next_tokens import LEGEND, beam_tree
from embedlab.plots.text import md
from embedlab.ui import state, widgets
from embedlab.ui.cache import remembered
from embedlab.ui.views.next_word import controls
from embedlab.ui.views.next_word.controls import Speaker

TEMPERATURES = ("0.3", "0.7", "1", "1.5", "2")
TOP_K = ("all", "2", "5", "10", "40")
TOP_P = ("all", "0.5", "0.9", "0.95")
WAYS = {"greedy": "Always the likeliest", "sample": "By chance", "beam": "Beam search"}
MEANT = {
    "greedy": "**Greedy**: the likeliest word at each step. It always writes the same, and soon goes in circles.",
    "sample": "**Sampling**: each word is drawn with the model's own probability, or with what temperature, top-k and "
    "nucleus make of it.",
    "beam": "**Beam search** keeps several beginnings in view, lets each grow by every word, and keeps the likeliest "
    "of what comes out: a way to likelier texts than the greedy one.",
}
ENDS = "■ the model ended its sentence itself; … it was stopped, having written as many words or characters as it may."


def write(speakers: Sequence[Speaker], text: str) -> str:
    """Let the models go on by themselves; returns the lines that do the same."""
    way = state.choice("way", list(WAYS), "sample", "Choose each word", titles=WAYS)
    st.caption(MEANT[way])
    return beam(speakers, text) if way == "beam" else sampled(speakers, text, greedy=way == "greedy")


def sampled(speakers: Sequence[Speaker], text: str, *, greedy: bool) -> str:
    """Every model's text, and what may be drawn at its first step."""
    decoding = _greedy() if greedy else _settings()
    rows = []
    for speaker in speakers:
        with widgets.guard():
            made = _generated(speaker, decoding)
            _results(speaker, text, made)
            rows += [
                (speaker.title, i, model_text.name(token), float(probability), candidates)
                for i, (token, probability, candidates) in enumerate(
                    zip(made.tokens, made.probabilities, made.candidates, strict=True), 1
                )
            ]
    st.caption(ENDS)
    if not greedy:
        _first_step(speakers, decoding)
    columns = ["model", "step", "token", "probability", "drawn among"]
    widgets.table(pd.DataFrame(rows, columns=columns), "written", title="What was written, step by step")
    return f"""
from embedlab.analysis.generation import Decoding, generate
from embedlab.analysis.model_text import written

decoding = {decoding!r}
for key in {[speaker.spec.key for speaker in speakers]!r}:
    model = embedlab.load_model(key)
    print(key, written(model, generate(model, beginning(model, {text!r}), decoding).tokens))
"""


def _greedy() -> Decoding:
    length = state.number("length", 25, 5, 100, "Tokens at most")
    return Decoding(temperature=GREEDY.temperature, length=length)


def _settings() -> Decoding:
    """Widgets for temperature, top-k and nucleus."""
    first, second, third = st.columns(3, gap="small")
    with first:
        temperature = state.choice(
            "temperature", TEMPERATURES, "1", "Temperature", help="Below 1 likely words are preferred still more."
        )
    with second:
        top_k = state.choice("top_k", TOP_K, "all", "Top-k", help="Draw among the k likeliest only.")
    with third:
        top_p = state.choice(
            "top_p", TOP_P, "0.9", "Nucleus (top-p)", help="Draw among the fewest likeliest that hold this share."
        )
    first, second, third = st.columns(3, gap="medium", vertical_alignment="bottom")
    with first:
        length = state.number("length", 25, 5, 100, "Tokens at most")
    with second:
        seed = state.number("seed", 1, 1, 999, "Seed", help="The same seed writes the same text again.")
    with third:
        st.button("Throw the dice again", on_click=state.put, args=("seed", seed % 999 + 1), icon=":material/casino:")
    return Decoding(
        temperature=float(temperature),
        top_k=0 if top_k == "all" else int(top_k),
        top_p=1.0 if top_p == "all" else float(top_p),
        length=length,
        seed=seed,
    )


def _results(speaker: Speaker, text: str, made: Generated) -> None:
    """A text as Markdown, what the model wrote in bold, and a button that takes it."""
    before, after = text.strip(), model_text.extended(speaker.model, text, made.tokens)
    added = after[len(text.rstrip()) :].strip()
    bold = f"**{md(added)}**" if added else ""
    gap = "" if after[len(text.rstrip()) :][:1].strip() else " "
    end = "■" if made.finished else "…"
    with st.container(gap="xsmall"):
        st.markdown(f"{md(speaker.title)}: {md(before)}{gap}{bold} {end}")
        if added:
            st.button(
                "Take this text", key=f"take-text-{speaker.spec.key}", on_click=controls.take, args=(after,),
                type="tertiary", icon=":material/south_west:",
            )  # fmt: skip


def _first_step(speakers: Sequence[Speaker], decoding: Decoding) -> None:
    """Show how temperature, top-k and nucleus change the probabilities of the first step."""
    figures = []
    for speaker in speakers:
        with widgets.guard():
            first = _first(speaker, decoding)
            title = f"{speaker.title}: {first.left:,} of {first.size:,}"
            fig = drawn.decoded(first.tokens, first.before, first.after, title, speaker.color)
            figures.append((fig, f"{speaker.title} may draw {first.left} tokens at the first step."))
    if figures:
        st.markdown("What may be drawn at the first step, of how many; the next steps are cut anew:")
        widgets.figures(figures, "decoded")


@dataclass(frozen=True)
class _First:
    """The first step of a text: the likeliest tokens, with their probabilities before and after the cut.

    Attributes:
        tokens: the likeliest.
        before: their probabilities as the model gives them.
        after: the same once temperature, top-k and nucleus have had their say.
        left: how many tokens may be drawn.
        size: of how many.
    """

    tokens: list[str]
    before: list[float]
    after: list[float]
    left: int
    size: int


def _generated(speaker: Speaker, decoding: Decoding) -> Generated:
    key = ("written", *speaker.key, decoding)
    return remembered(key, lambda: generate(speaker.model, speaker.context, decoding))


def _first(speaker: Speaker, decoding: Decoding) -> _First:
    def make() -> _First:
        model = speaker.model
        before = allowed(model.next(speaker.context), model.vocabulary, unknown=False)
        after, best = reshaped(before, decoding), top(before, 8)
        tokens = [model.vocabulary[i] for i in best]
        return _First(tokens, before[best].tolist(), after[best].tolist(), int((after > 0).sum()), len(after))

    return remembered(("first step", *speaker.key, decoding), make)


def beam(speakers: Sequence[Speaker], text: str) -> str:
    """One model's tree, its best texts, and the greedy one beside them."""
    shown = {speaker.title: speaker for speaker in speakers}
    title = next(iter(shown))
    if len(shown) > 1:
        title = state.choice("focus", list(shown), title, "Model")
    speaker = shown[title]
    left, right = st.columns(2, gap="medium")
    with left:
        width = state.number("width", 3, 1, 8, "Width", help="How many beginnings are kept. 1 is the greedy way.")
    with right:
        length = state.number("steps", 8, 2, 20, "Tokens at most")
    with widgets.guard():
        result = beam_search(speaker.model, speaker.context, width, length, shown=2)
        best = _text(speaker, result)
        start = " ".join(text.split()[-3:]) or "beginning"
        _verdict(speaker, result, length, f"{start} {best}")
        widgets.figure(
            beam_tree(result, f"{title}: beam search of width {width}", start),
            "beam",
            f"Tree of a beam search of width {width}; the likeliest text found is: {start} {best}.",
        )
        st.caption(f"A row is a beginning. {LEGEND} Point at one to see its probability.")
        rows = [
            (rank, model_text.visible(speaker.model, result.tokens(i)), total, math.exp(total))
            for rank, i in enumerate(result.best, 1)
            for total in [result.nodes[i].total]
        ]
        frame = pd.DataFrame(rows, columns=["rank", "text", "log-probability", "probability"])
        widgets.table(frame, "beam", title="The best texts found")
    return f"""
from embedlab.analysis.beam import beam_search

model = embedlab.load_model({speaker.spec.key!r})
found = beam_search(model, beginning(model, {text!r}), width={width}, length={length})
for place in found.best:
    print(round(found.nodes[place].total, 3), found.tokens(place))
"""


def _verdict(speaker: Speaker, result: Beam, length: int, text: str) -> None:
    """The best text against the greedy one, and whether it is certain to be the best."""
    greedy = beam_search(speaker.model, speaker.context, 1, length, shown=0)
    best, other = result.nodes[result.best[0]].total, greedy.nodes[greedy.best[0]].total
    if result.tokens(result.best[0]) == greedy.tokens(greedy.best[0]):
        sentence = "Taking the likeliest word each time (greedy) gives the same text."
    else:
        words = md(_text(speaker, greedy))
        ratio = math.exp(abs(best - other))
        more = "more" if best > other else "less"
        sentence = f"It is {_times(ratio)} times {more} likely than the greedy one, “{words}”."
        if best > other and len(result.tokens(result.best[0])) < len(greedy.tokens(greedy.best[0])):
            sentence += " (Every word costs probability: it is shorter, too.)"
    certain = (
        "Nothing that was pruned is likelier, and texts only get less likely as they grow: so this is **certainly the "
        f"likeliest** text of at most {length} tokens."
        if result.exact
        else "Something that was pruned was likelier when it was cut off, so a likelier text may have been missed; "
        "a wider beam looks further."
    )
    st.markdown(
        f"The best text found, “**{md(text)}**”, has a probability of {math.exp(best):.2g}. {sentence} {certain}"
    )


def _text(speaker: Speaker, result: Beam) -> str:
    """The best text found, without the mark of its end."""
    return model_text.visible(speaker.model, [token for token in result.tokens(result.best[0]) if token != END])


def _times(ratio: float) -> str:
    """A factor for people: "1.4", "320", "30 million"."""
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if ratio >= size:
            return f"{ratio / size:,.0f} {name}"
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
