"""A model's card, and the link that shows it to somebody: its card, its neighbors and the file, nothing to change."""

from __future__ import annotations

import streamlit as st

from embedlab import archive, shares
from embedlab.analysis.moving import telling_words
from embedlab.analysis.neighbors import nearest
from embedlab.base import StaticModel, UnknownWord
from embedlab.plots import bars
from embedlab.plots.palette import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, lookups, place_link, state, widgets

ADDRESS = "shared"
K = 10


def card(spec: ModelSpec) -> None:
    """What a model says of itself."""
    of = spec.card
    st.markdown(md(spec.family.idea))
    said = [
        ("Text", of.text),
        ("Licence of the text", of.licence),
        ("Attribution", of.attribution),
        ("Running words", f"{of.tokens:,}" if of.tokens else ""),
        ("Training took", f"{of.seconds:,.0f} s" if of.seconds else ""),
        ("Final loss", f"{of.loss:.4f}" if of.loss is not None else ""),
        ("Made", of.created),
        ("With", ", ".join(f"{name} {version}" for name, version in of.versions)),
        ("Note", of.note),
        ("Key", spec.short_key),
    ]
    st.markdown("\n".join(f"- {name}: {md(value)}" for name, value in said if value))
    st.markdown(f"Paper: [{md(spec.family.paper)}]({spec.family.url})")


def export(spec: ModelSpec) -> None:
    """The button that gives the model as a zip file."""
    st.download_button(
        "Export as zip", lambda: archive.pack(spec.folder), f"{spec.folder.name}.zip", "application/zip",
        key=f"export-{spec.key}", on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def share(spec: ModelSpec) -> None:
    """The link to copy, once it is wished for, and what it shows."""
    with st.popover("Share", icon=":material/share:"):
        st.markdown(
            "Whoever has the link sees this model's card and the neighbors of its words, and can download it. They "
            "find nothing else of yours, and can change nothing."
        )
        if token := shares.shared_as(spec.key):
            st.code(f"{place_link.base()}/models?{ADDRESS}={token}", language=None, wrap_lines=True)
            st.button("Withdraw the link", key=f"withdraw-{spec.key}", on_click=shares.withdraw, args=(spec.key,))
        else:
            st.button("Make a link", key=f"share-{spec.key}", on_click=_share, args=(spec.key,), type="primary")


def _share(key: str) -> None:
    with widgets.guard():
        shares.share(cache.find(key).key)


def asked() -> str:
    """What the address says is to be shown; empty for the page as usual."""
    return st.query_params.get(ADDRESS, "")


def show(token: str) -> None:
    """The model that a link shows.

    Raises:
        BadInput: the link leads nowhere (any more).
    """
    st.button("All models", key="all-models", icon=":material/arrow_back:", on_click=_leave)
    spec = shares.find(token)
    st.header(md(spec.title), anchor=False)
    st.caption(":material/visibility: Somebody shares this model with you, to look at and to download.")
    card(spec)
    export(spec)
    model = cache.at(spec.folder)
    if isinstance(model, StaticModel):
        _neighbors(spec, model)


def _neighbors(spec: ModelSpec, model: StaticModel) -> None:
    word = state.text("shared_word", next(iter(telling_words(model)), ""), "Word")
    widgets.chips("Try", telling_words(model, 6), "shared_word")
    if not word:
        st.info("Write a word above, or click one.")
        return
    try:
        found = nearest(model, word, K)
    except UnknownWord:
        widgets.spellings(model, spec.title, word, "shared_word")
        return
    said = ", ".join(f"{near} {value:.2f}" for near, value in zip(found.words, found.similarities, strict=True))
    lookups.answered({spec.title: found.lookups})
    figure = bars.neighbors(found, f"Nearest to {word}", family_color(spec.family.key))
    widgets.figure(figure, "shared-neighbors", f"{spec.title}: nearest to {word} are {said}.")


def _leave() -> None:
    st.query_params.pop(ADDRESS, None)
