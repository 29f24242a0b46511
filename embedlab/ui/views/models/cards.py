"""Cards of the models at hand: what each is, export, sharing by a link, deletion; and the import of a model."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import BinaryIO

import pandas as pd
import streamlit as st

from embedlab import registry
from embedlab.analysis.neighbors import nearest
from embedlab.analysis.training_snapshots import telling_words
from embedlab.base import StaticModel, UnknownWord
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds import import_model
from embedlab.plots import bars
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.store import archive, library, share_links
from embedlab.ui import cache, inputs, links, lookups, page_links, server, state, widgets
from embedlab.ui.visitor import address, visitor, workspace

ADDRESS = "shared"
K = 10


def card(spec: ModelSpec) -> None:
    """Show a model's card."""
    of = spec.card
    st.markdown(md(spec.family.idea))
    facts = [
        ("Text", of.text),
        ("Licence of the text", of.licence),
        ("Attribution", of.attribution),
        ("Running words", f"{of.tokens:,}" if of.tokens else ""),
        ("Training took", f"{of.seconds:,.0f} s" if of.seconds else ""),
        ("Final loss", f"{of.loss:.4f}" if of.loss is not None else ""),
        ("Made", of.created),
        ("With", ", ".join(f"{name} {version}" for name, version in of.versions)),
        ("Loaded from", of.origin),
        ("Revision", of.revision),
        ("Parameters", f"{of.parameters:,}" if of.parameters else ""),
        ("Checksum of the weights", of.checksum),
        ("Note", of.note),
        ("Key", spec.short_key),
    ]
    st.markdown("\n".join(f"- {name}: {md(value)}" for name, value in facts if value))
    st.markdown(f"Paper: [{md(spec.family.paper)}]({spec.family.url})")


def export(spec: ModelSpec) -> None:
    """The button that gives the model as a zip file."""
    st.download_button(
        "Export as zip", lambda: archive.pack(spec.folder), f"{spec.folder.name}.zip", "application/zip",
        key=f"export-{spec.key}", on_click="ignore", icon=":material/download:",
    )  # fmt: skip


def share(spec: ModelSpec) -> None:
    """Offer a link to the model, and say what it shows."""
    with st.popover("Share", icon=":material/share:"):
        st.markdown(
            "Whoever has the link sees this model's card and the neighbors of its words, and can download it. They "
            "find nothing else of yours, and can change nothing."
        )
        if token := share_links.shared_as(spec.key):
            st.code(f"{links.base()}/models?{ADDRESS}={token}", language=None, wrap_lines=True)
            st.button("Withdraw the link", key=f"withdraw-{spec.key}", on_click=share_links.withdraw, args=(spec.key,))
        else:
            st.button("Make a link", key=f"share-{spec.key}", on_click=_share, args=(spec.key,), type="primary")


def _share(key: str) -> None:
    with widgets.guard():
        share_links.share(cache.find(key).key)


def shared_in_address() -> str:
    """The shared model that the address names; empty for the page as usual."""
    return st.query_params.get(ADDRESS, "")


def show_shared(token: str) -> None:
    """The model that a link shows.

    Raises:
        BadInput: the link leads nowhere (any more).
    """
    st.button("All models", key="all-models", icon=":material/arrow_back:", on_click=_leave)
    spec = share_links.find(token)
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
        result = nearest(model, word, K)
    except UnknownWord:
        widgets.spellings(model, spec.title, word, "shared_word")
        return
    listed = ", ".join(f"{near} {value:.2f}" for near, value in zip(result.words, result.similarities, strict=True))
    lookups.answered({spec.title: result.lookups})
    figure = bars.neighbors(result, f"Nearest to {word}", family_color(spec.family.key))
    widgets.figure(figure, "shared-neighbors", f"{spec.title}: nearest to {word} are {listed}.")


def _leave() -> None:
    st.query_params.pop(ADDRESS, None)


SHELVES = {"starter": "Starters", "published": "Published", "yours": "Yours"}
EMPTY = {
    "starter": "No starter is in the assets folder.",
    "published": "None yet. Load some below.",
    "yours": "None yet. Train one, or import one below.",
}
LOOK = 0.2
"""Seconds between two looks at an import."""


def disk(specs: list[ModelSpec]) -> library.Disk:
    """Disk use of the models and of this visitor's runs, measured now."""
    return library.disk(specs, [run.folder for run in jobs.all_runs(visitor=visitor())])


def megabytes(size: int) -> str:
    """Bytes for people: "320 kB", "8.7 MB", "1.20 GB"."""
    if size < 1e6:
        return f"{math.ceil(size / 1e3):,} kB" if size < 999e3 else "1.0 MB"
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"


def table(specs: list[ModelSpec], sizes: dict[str, int]) -> pd.DataFrame:
    """All models, one a row."""
    rows = [
        (s.title, s.source, s.year, s.card.text, s.card.licence, s.card.tokens, s.card.seconds, s.card.loss,
         s.card.created, round(sizes.get(s.key, 0) / 1e6, 3), s.short_key)
        for s in specs
    ]  # fmt: skip
    columns = ["title", "source", "year", "text", "licence", "words of text", "seconds", "loss", "made", "MB", "key"]
    return pd.DataFrame(rows, columns=columns)


def show_card(spec: ModelSpec, size: int, at_hand: Sequence[ModelSpec]) -> None:
    """One of the models at hand: its card as a fold-out, with its buttons."""
    with st.expander(f"**{md(spec.title)}** :gray[{spec.year} · {megabytes(size)}]"):
        card(spec)
        with st.container(horizontal=True, vertical_alignment="center"):
            export(spec)
            if spec.source == "yours":
                share(spec)
            if spec.source == "yours" or (spec.source == "published" and not workspace()):
                with st.popover("Delete", icon=":material/delete:"):
                    st.markdown(f"Delete **{md(spec.title)}** from this machine? This cannot be undone.")
                    st.button("Delete it", key=f"delete-{spec.key}", on_click=_delete, args=(spec,), type="primary")
        if spec.source != "starter" and not workspace():
            st.toggle(
                "The class sees it", registry.offered(spec), key=f"offer-to-class-{spec.key}", on_change=_offer,
                args=(spec,), help="Whether visitors find this model on all pages. They can change nothing about it.",
            )  # fmt: skip
        page_links.show([spec.key], at_hand=at_hand)


def _offer(spec: ModelSpec) -> None:
    with widgets.guard():
        library.offer(cache.find(spec.key), on=bool(st.session_state[f"offer-to-class-{spec.key}"]))


def _delete(spec: ModelSpec) -> None:
    with widgets.guard():
        library.delete(cache.find(spec.key))
        st.session_state["_said"] = f"'{spec.title}' is deleted."


def import_form() -> None:
    """Take a model from a zip file."""
    number = st.session_state.setdefault("_imports", 0)
    help = "A zip file that Export made, here or on another machine."
    upload = inputs.file("Model as zip", [".zip"], f"import-{number}", help)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    name = left.text_input("Name of the import", "", library.LONGEST, key="import-name", placeholder="that on its card")
    replace = st.checkbox("Replace a model of that name", key="import-replace")
    if right.button("Import", key="import", type="primary", disabled=upload is None, width="stretch") and upload:
        with widgets.guard():
            key = _imported(upload, name or "", upload.size, replace=replace)
            server.used(upload)
            st.session_state["_imports"] += 1
            st.session_state["_said"] = f"'{cache.find(key).title}' is imported."
            st.rerun()


def _imported(file: BinaryIO, name: str, size: int, *, replace: bool) -> str:
    """Import a zip file in a process of its own and wait for it; return the key of the model.

    The process ends with the visit: whoever leaves, or clicks elsewhere, is gone at the next line that is shown.

    Raises:
        BadInput: it is no model, or the visitor has enough runs waiting.
    """
    run = import_model.start(file, name, replace=replace, visitor=visitor(), address=address(), size=size)
    try:
        with st.spinner("Looking at the model …"):
            shown = st.empty()
            while run.state().active:
                time.sleep(LOOK)
                waits = jobs.queue_position(run)
                shown.caption(f"Number {waits.position} in the queue." if waits else "")
        return import_model.key(run)
    finally:
        run.delete()
