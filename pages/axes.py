"""Axes: a direction made of word pairs, and words laid along one or two of them."""

import pandas as pd
import streamlit as st

from embedlab.analysis.axes import SETS, WORD_SETS, Axis, axis, place
from embedlab.plots import bars, scatter
from embedlab.plots.text import composed, md
from embedlab.ui import cache, inputs, links, lookups, state, widgets

OWN, NONE, PINNED = "own", "none", "pinned"
AXES = {group.key: group for group in SETS}
LISTS = {group.key: group for group in WORD_SETS}


def choose(
    name: str, label: str, default: str, *, optional: bool
) -> tuple[list[tuple[str, str]], tuple[str, str]] | None:
    """A ready axis or the visitor's own: its pairs and the names of its ends."""
    shown = {key: group.title for key, group in AXES.items()} | {OWN: "my own pairs"}
    shown = ({NONE: "none"} if optional else {}) | shown
    key = state.choice(name, list(shown), default, label, titles=shown)
    if key == NONE:
        return None
    if key != OWN:
        return list(AXES[key].pairs), (AXES[key].low, AXES[key].high)
    text = state.area(f"{name}_pairs", "weak:strong, slow:fast", "Pairs, from : to", height=80)
    pairs = inputs.pairs(text)
    return pairs, pairs[0]


def describe(made: Axis, ends: tuple[str, str]) -> None:
    """How well the pairs of an axis agree, and which were left out."""
    chance = len(made.pairs) ** -0.5
    st.markdown(
        f"**{md(ends[0])} – {md(ends[1])}**, from {len(made.pairs)} pairs. They agree to **{made.agreement:.2f}**: 1 "
        f"would mean that all point the same way, and pairs that have nothing in common give about {chance:.2f}."
    )
    if made.skipped:
        left_out = ", ".join(f"{md(a)} : {md(b)}" for a, b in made.skipped)
        st.caption(f"Left out, as the model lacks a word or sees no difference: {left_out}")


widgets.opening(
    "Axes",
    "A few opposite pairs, such as man : woman, make a direction; every other word lies somewhere along it. "
    "**Look for** the axes that order words by meaning, and for those that only repeat what people used to write.",
)
st.warning(
    "Where a word lies says how the training text uses it, not how the world is or ought to be. If nurse lies "
    "nearer to woman than engineer does, that is a habit of the writers; a program that relies on these vectors takes "
    "the habit over.",
    icon=":material/balance:",
)
picked = widgets.model_picker("static", many=False, default=("word2vec", "glove", "fasttext"))
if not picked:
    st.stop()
spec = picked[0]
with widgets.guard():
    model = cache.static(spec.key)
    left, right = st.columns(2, gap="large")
    with left:
        across = choose("x", "Axis", "gender", optional=False)
    with right:
        up = choose("y", "Second axis", NONE, optional=True)
    shown = {key: group.title for key, group in LISTS.items()} | {OWN: "my own words"}
    by_link = links.pinned("words")
    shown = ({PINNED: "words of the link"} if by_link else {}) | shown
    chosen = state.choice("list", list(shown), PINNED if by_link else "occupations", "Words", titles=shown)
    if chosen == PINNED:
        listed = by_link
    elif chosen == OWN:
        listed = inputs.words(state.area("words", "doctor, nurse, captain, king, queen", "My words", height=80))
    else:
        listed = list(LISTS[chosen].words)

    if across is None:
        st.stop()
    pairs_x, ends_x = across
    axis_x = axis(model, pairs_x)
    along = place(model, axis_x, listed)
    taken = [*axis_x.lookups, *along.lookups]
    frame = pd.DataFrame({"word": along.words, f"{ends_x[0]} – {ends_x[1]}": along.values})
    source = f"first = axis(model, {pairs_x!r})\nprint(first.agreement, place(model, first, words))"
    if not along.words:
        st.info("The model knows none of these words. Choose others.")
    elif up is None:
        low, high = along.words[int(along.values.argmin())], along.words[int(along.values.argmax())]
        widgets.figure(
            bars.placement(along, *ends_x),
            "axis",
            f"Words from {ends_x[0]} to {ends_x[1]}: {low} lies furthest to the one side, {high} to the other.",
        )
    else:
        pairs_y, ends_y = up
        axis_y = axis(model, pairs_y)
        taken += axis_y.lookups
        upward = place(model, axis_y, listed)
        frame[f"{ends_y[0]} – {ends_y[1]}"] = upward.values
        source += f"\nsecond = axis(model, {pairs_y!r})\nprint(second.agreement, place(model, second, words))"
        note = composed([*along.composed, *axis_x.composed, *axis_y.composed])
        widgets.figure(
            scatter.plane(along.words, along.values.tolist(), upward.values.tolist(), ends_x, ends_y, note=note),
            "axes",
            f"{len(along.words)} words between {ends_x[0]} and {ends_x[1]} (across), {ends_y[0]} and {ends_y[1]} (up).",
        )
        between = float(axis_x.direction @ axis_y.direction)
        st.markdown(
            f"The two axes have a cosine of {between:+.2f}: 0 would mean that they are independent, "
            "1 that they are the same direction, −1 that they are opposite ones."
        )
    lookups.answered({spec.title: taken})
    if along.skipped:
        st.caption(f"Not known to {md(spec.title)}: {', '.join(md(word) for word in along.skipped)}")
    describe(axis_x, ends_x)
    if up is not None:
        describe(axis(model, up[0]), up[1])
    widgets.table(frame, "axes")
    widgets.code(
        f"""
import embedlab
from embedlab.analysis.axes import axis, place

model = embedlab.load_model({spec.key!r})
words = {listed!r}
{source}
"""
    )
widgets.explain("axes")
