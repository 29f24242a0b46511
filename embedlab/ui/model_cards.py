"""The cards of models: what each is, where it comes from, what it uses on disk, and what can be done with it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import BinaryIO

import pandas as pd
import streamlit as st

from embedlab import import_runs, jobs, shelf
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, given, page_links, shared_model, uploads, widgets
from embedlab.ui.visitor import address, place, visitor

SHELVES = {"starter": "Starters", "published": "Published", "yours": "Yours"}
EMPTY = {
    "starter": "No starter is in the assets folder.",
    "published": "None yet. Load some below.",
    "yours": "None yet. Train one, or import one below.",
}
LOOK = 0.2
"""Seconds between two looks at an import."""


def disk(specs: list[ModelSpec]) -> shelf.Disk:
    """What models and this visitor's runs use on disk, measured now."""
    return shelf.disk(specs, [run.folder for run in jobs.all_runs(visitor=visitor())])


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


def show(spec: ModelSpec, size: int, at_hand: Sequence[ModelSpec]) -> None:
    """One of the models at hand: its card as a fold-out, with its buttons."""
    with st.expander(f"**{md(spec.title)}** :gray[{spec.year} · {megabytes(size)}]"):
        shared_model.card(spec)
        with st.container(horizontal=True, vertical_alignment="center"):
            shared_model.export(spec)
            if spec.source == "yours":
                shared_model.share(spec)
            if spec.source == "yours" or (spec.source == "published" and not place()):
                with st.popover("Delete", icon=":material/delete:"):
                    st.markdown(f"Delete **{md(spec.title)}** from this machine? This cannot be undone.")
                    st.button("Delete it", key=f"delete-{spec.key}", on_click=_delete, args=(spec,), type="primary")
        page_links.show([spec.key], at_hand=at_hand)


def _delete(spec: ModelSpec) -> None:
    with widgets.guard():
        shelf.delete(cache.find(spec.key))
        st.session_state["_said"] = f"'{spec.title}' is deleted."


def import_form() -> None:
    """Take a model from a zip file."""
    number = st.session_state.setdefault("_imports", 0)
    help = "A zip file that Export made, here or on another machine."
    found = given.file("Model as zip", [".zip"], f"import-{number}", help)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    name = left.text_input("Name of the import", "", shelf.LONGEST, key="import-name", placeholder="that on its card")
    replace = st.checkbox("Replace a model of that name", key="import-replace")
    if right.button("Import", key="import", type="primary", disabled=found is None, width="stretch") and found:
        with widgets.guard():
            key = _imported(found, name or "", found.size, replace=replace)
            uploads.used(found)
            st.session_state["_imports"] += 1
            st.session_state["_said"] = f"'{cache.find(key).title}' is imported."
            st.rerun()


def _imported(file: BinaryIO, name: str, size: int, *, replace: bool) -> str:
    """Wait until a process of its own has looked at a zip file; gives the key of its model.

    The process ends with the visit: whoever leaves, or clicks elsewhere, is gone at the next line that is shown.

    Raises:
        BadInput: it is no model, or the visitor has enough runs waiting.
    """
    run = import_runs.start(file, name, replace=replace, visitor=visitor(), address=address(), size=size)
    try:
        with st.spinner("Looking at the model …"):
            shown = st.empty()
            while run.state().active:
                time.sleep(LOOK)
                waits = jobs.place(run)
                shown.caption(f"Number {waits.position} in the queue." if waits else "")
        return import_runs.key(run)
    finally:
        run.delete()
