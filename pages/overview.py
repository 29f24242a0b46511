"""Overview: the road from one-hot to BERT, and the models at hand."""

from contextlib import suppress

import pandas as pd
import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from embedlab.base import Capability
from embedlab.families import Family, families
from embedlab.plots.curves import Step, timeline
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, state, widgets

PAGES: dict[Capability, str] = {
    "static": "pages/neighbors.py", "language_model": "pages/next_word.py", "contextual": "pages/polysemy.py",
}  # fmt: skip
SOURCES = {"starter": "shipped with the lab", "yours": "your own", "published": "published by others"}


def page_of(spec: ModelSpec) -> Capability | None:
    """By what the first page that shows a model offers it; ``None`` if there is no such page."""
    return next((item for item in PAGES if item in widgets.pages_of(spec)), None)


def open_in_a_page(spec: ModelSpec, name: str) -> None:
    """A button that opens a model on the first page that shows what it can do."""
    shown = page_of(spec)
    if shown is None:
        return
    if st.button("Try it", key=f"try-{name}-{spec.key}", icon=":material/arrow_forward:", icon_position="right"):
        state.put(widgets.ADDRESSES[shown], [spec.key])
        st.switch_page(PAGES[shown])


def open_in_training(family: Family) -> None:
    """A button that opens the Training page on a family."""
    if st.button("Train one", key=f"train-{family.key}", icon=":material/arrow_forward:", icon_position="right"):
        state.put("train", family.kind)
        st.switch_page("pages/training.py")


def step(family: Family, at_hand: dict[str, ModelSpec]) -> None:
    """One station of the road."""
    with st.container(border=True):
        year, words, action = st.columns([1, 8, 2], vertical_alignment="center")
        year.markdown(f"**{family.year}**")
        before, paper = f":gray[What was missing before: {family.before}]", f"[{md(family.paper)}]({family.url})"
        words.markdown(f"**{family.title}**  \n{family.idea}  \n:small[{before}]  \n:small[{paper}]")
        with action:
            if family.key in at_hand and page_of(at_hand[family.key]):
                open_in_a_page(at_hand[family.key], "road")
            elif family.here:
                open_in_training(family)
            else:
                st.badge("not here yet", color="gray")


widgets.opening(
    "Embedding Lab",
    "For seventy years people have looked for numbers that say what a word means; the road below leads from a list "
    "with a single 1 in it to BERT. **Look for** what each model could do that the one before it could not: every "
    "station answers a complaint about the last.",
)
with suppress(StreamlitPageNotFoundError):  # where the page runs by itself
    label = "New here? Begin with the lessons"
    st.page_link("pages/lessons.py", label=label, icon=":material/school:")
road = sorted(families(), key=lambda family: family.year)  # of one year: in the order of their ideas
specs = cache.specs()
at_hand = {spec.family.key: spec for spec in reversed(specs)}

st.header("The models at hand")
if specs:
    for spec in specs:
        name, text, action = st.columns([3, 7, 2], vertical_alignment="center")
        name.markdown(f"**{md(spec.title, 60)}**")
        memory = "in memory now" if cache.loaded(spec) else "on disk, loaded when asked for"
        words = f"{spec.card.tokens:,} words of text" if spec.card.tokens else "text of unknown size"
        text.caption(f"{SOURCES[spec.source]} · {words} · {memory}")
        with action:
            open_in_a_page(spec, "hand")
else:
    st.info("There is no model yet. Train one on the Training page.")

st.header("The road, in years")
steps = [Step(f.year, f.title, f.idea, family_color(f.key), f.here) for f in road]
here = sum(f.here for f in road)
st.caption("A filled dot is a model that this lab can train and load; a hollow one is still to come.")
widgets.figure(
    timeline(steps),
    "timeline",
    f"A timeline of {len(road)} models from {road[0].title}, {road[0].year}, to {road[-1].title}, {road[-1].year}; "
    f"{here} of them are here.",
)

st.header("The road, in ideas")
for family in road:
    step(family, at_hand)

widgets.table(
    pd.DataFrame(
        {
            "model": [f.title for f in road],
            "year": [f.year for f in road],
            "idea": [f.idea for f in road],
            "what was missing before": [f.before for f in road],
            "here": ["yes" if f.here else "not yet" for f in road],
            "paper": [f.paper for f in road],
            "link": [f.url for f in road],
        }
    ),
    "road",
)
widgets.code(
    """
import embedlab
from embedlab.families import families

for family in families():
    print(family.year, family.title, "here" if family.here else "not yet", "-", family.idea)
for spec in embedlab.list_models():
    print(spec.key, "|", spec.title, "|", spec.source, "|", spec.card.text)
"""
)
widgets.explain("overview")
