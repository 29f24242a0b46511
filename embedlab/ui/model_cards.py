"""The cards of models: what each is, where it comes from, what it uses on disk, and what can be done with it."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from embedlab import archive, registry, shelf
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import given, page_links, widgets

SHELVES = {"starter": "Starters", "published": "Published", "yours": "Yours"}
EMPTY = {
    "starter": "No starter is in the assets folder.",
    "published": "None yet. Load some below.",
    "yours": "None yet. Train one, or import one below.",
}


def disk() -> shelf.Disk:
    """What models and runs use on disk, measured now."""
    return shelf.disk()


def megabytes(size: int) -> str:
    """Bytes for people: "320 kB", "8.7 MB", "1.20 GB"."""
    if size < 1e6:
        return f"{math.ceil(size / 1e3):,} kB" if size < 999e3 else "1.0 MB"
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"


def table(specs: list[ModelSpec], sizes: dict[str, int]) -> pd.DataFrame:
    """All models, one a row."""
    rows = [
        (s.title, s.source, s.year, s.card.text, s.card.licence, s.card.tokens, s.card.seconds, s.card.loss,
         s.card.created, round(sizes.get(s.key, 0) / 1e6, 3), s.key)
        for s in specs
    ]  # fmt: skip
    columns = ["title", "source", "year", "text", "licence", "words of text", "seconds", "loss", "made", "MB", "key"]
    return pd.DataFrame(rows, columns=columns)


def show(spec: ModelSpec, size: int) -> None:
    """One model's card as a fold-out, with its buttons."""
    card = spec.card
    with st.expander(f"**{md(spec.title)}** :gray[{spec.year} · {megabytes(size)}]"):
        st.markdown(md(spec.family.idea))
        said = [
            ("Text", card.text),
            ("Licence of the text", card.licence),
            ("Attribution", card.attribution),
            ("Running words", f"{card.tokens:,}" if card.tokens else ""),
            ("Training took", f"{card.seconds:,.0f} s" if card.seconds else ""),
            ("Final loss", f"{card.loss:.4f}" if card.loss is not None else ""),
            ("Made", card.created),
            ("With", ", ".join(f"{name} {version}" for name, version in card.versions)),
            ("Note", card.note),
            ("Key", spec.key),
        ]
        st.markdown("\n".join(f"- {name}: {md(value)}" for name, value in said if value))
        st.markdown(f"Paper: [{md(spec.family.paper)}]({spec.family.url})")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                "Export as zip", lambda: archive.pack(spec.folder), f"{spec.folder.name}.zip", "application/zip",
                key=f"export-{spec.key}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
            if spec.source != "starter":
                with st.popover("Delete", icon=":material/delete:"):
                    st.markdown(f"Delete **{md(spec.title)}** from this machine? This cannot be undone.")
                    st.button("Delete it", key=f"delete-{spec.key}", on_click=_delete, args=(spec,), type="primary")
        page_links.show([spec.key])


def _delete(spec: ModelSpec) -> None:
    with widgets.guard():
        shelf.delete(spec)
        st.session_state["_said"] = f"'{spec.title}' is deleted."


def import_form() -> None:
    """Take a model from a zip file."""
    number = st.session_state.setdefault("_imports", 0)
    help = "A zip file that Export made, here or on another machine."
    found = given.file("Model as zip", ["zip"], f"import-{number}", help)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    name = left.text_input("Name of the import", "", shelf.LONGEST, key="import-name", placeholder="that on its card")
    replace = st.checkbox("Replace a model of that name", key="import-replace")
    if right.button("Import", key="import", type="primary", disabled=found is None, width="stretch") and found:
        with widgets.guard():
            key = archive.take(found, name or "", replace=replace)
            st.session_state["_imports"] += 1
            st.session_state["_said"] = f"'{registry.find(key).title}' is imported."
            st.rerun()
