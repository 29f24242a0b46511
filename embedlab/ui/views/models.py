"""Models page: cards, published vectors to load, import and export, sharing by a link, and how long things are kept."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Sequence
from typing import BinaryIO

import pandas as pd
import streamlit as st

from embedlab.analysis.neighbors import nearest
from embedlab.analysis.training_snapshots import telling_words
from embedlab.base import BadInput, BadModel, StaticModel, UnknownWord, paths
from embedlab.base.limits import Limits, size
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.jobs.api import Run, RunEvent
from embedlab.jobs.kinds import import_model, train
from embedlab.jobs.kinds.fetch import FetchSettings, local_files, shelf_of
from embedlab.plots import bars, text
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.store import archive, library, share_links
from embedlab.ui import cache, inputs, links, lookups, page_links, run_bar, server, state, widgets
from embedlab.ui.visitor import address, visitor, workspace
from embedlab.workflows import published, text_choice

WAYS = {"name": "By name", "url": "Address", "path": "On this machine", "file": "Upload"}
LABELS = {
    "name": ("Name in gensim's catalogue", "glove-wiki-gigaword-100"),
    "url": ("Address (https)", "https://dl.fbaipublicfiles.com/fasttext/vectors-crawl/cc.en.300.vec.gz"),
    "path": ("File or folder on the machine that runs the lab", "/home/me/vectors/glove.6B.100d.txt"),
}
NAMES = (
    "glove-wiki-gigaword-50", "glove-wiki-gigaword-100", "glove-twitter-25", "word2vec-google-news-300",
    "fasttext-wiki-news-subwords-300",
)  # fmt: skip
ENDINGS = (".txt", ".vec", ".bin", ".gz", ".zip", ".w2v")


def form() -> None:
    """Ask for published vectors and start loading them."""
    st.markdown(
        "The vectors people know, in the formats of word2vec, GloVe and fastText (`.txt`, `.vec`, `.bin`, also packed)."
    )
    ways = [way for way in WAYS if way != "path" or (local_files() and not workspace())]
    way = state.choice("from", ways, "name", "From", titles=WAYS)
    upload = source = None
    if way == "file":
        upload = inputs.file("File of vectors", ENDINGS, "vectors-file")
    else:
        label, example = LABELS[way]
        source = state.text(f"from-{way}", "", label, placeholder=example, limit=500)
        if way == "name":
            widgets.chips("Well known", NAMES, "from-name")
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    name = left.text_input("Name", "", library.LONGEST, key="fetch-name", placeholder="that of the file")
    most = middle.number_input(
        "Words to keep", 1000, 3_000_000, 200_000, 10_000, key="fetch-words",
        help="The first in the file are the commonest. 200,000 words of 300 numbers are 240 MB.",
    )  # fmt: skip
    replace = right.checkbox("Replace a model of that name", key="fetch-replace")
    left, right = st.columns(2)
    layout = left.selectbox(
        "Format", ["", *published.FORMATS], key="fetch-layout",
        format_func=lambda layout: published.FORMATS.get(layout, "as the file looks"),
        help="The card of what was loaded says what it was read as. Choose the format here if that was wrong.",
    )  # fmt: skip
    member = right.text_input("File in the zip", "", 200, key="fetch-member", placeholder="the only one")
    if st.button("Load", key="fetch", type="primary", icon=":material/cloud_download:"):
        with widgets.guard():
            if not (source or upload):
                raise BadInput("Say first which vectors to load.")
            if name:
                library.check(name, replace=replace, source=shelf_of(workspace()), workspace=workspace())
            run = jobs.draft(visitor(), address(), upload.size if upload is not None else 0)
            if upload is not None:
                text_choice.lay_down(run.folder, upload.name, upload)
            settings = FetchSettings(
                source or "", (name or "").strip(), int(most), "", replace, layout, (member or "").strip()
            )
            jobs.start("fetch", settings, run, visitor(), address())
    loads = jobs.all_runs("fetch", visitor())
    active = [run for run in loads if run.state().active]
    for run in active or loads[:1]:  # of those that have ended, the latest is told
        _load(run)


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
        st.info("The vectors that were loaded last have been deleted since.")


def _close() -> None:
    """Forget every load that has ended; the models stay."""
    for run in jobs.all_runs("fetch", visitor()):
        if not run.state().active:
            run.delete()


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
        page_links.show([spec.key], at_hand=at_hand)


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


NEXT = 3
"""Runs that are named as the next to be deleted."""
KINDS = {
    "train": "a training", "fetch": "vectors that were loaded", "softmax": "a measurement of the softmax",
    "cloud": "a context cloud", "probes": "layer probes", "measure": "a measurement for the leaderboard",
    "elmo_layers": "weights of layers", "stability": "models trained several times",
    "import": "a model that was looked at", "map": "a map", "analogies": "the benchmark of analogies",
    "contextuality": "a measurement of how contextual models are",
}  # fmt: skip


def show_kept() -> None:
    """The rules as they are set here, and this visitor's runs that go next."""
    limits = Limits.from_environment()
    st.markdown("\n".join(f"- {line}" for line in [_runs(limits), _own(limits), _files(limits)]))
    if going := cleanup.ended(jobs.all_runs(visitor=visitor()))[:NEXT]:
        kept = [bool(run_bar.kept_as(one.run)) for one in going]
        listed = [
            f"{_named(one.run)} ({_day(cleanup.goes(one, limits))}{'; its model is kept and stays' if stays else ''})"
            for one, stays in zip(going, kept, strict=True)
        ]
        can = any(_keepable(one.run) and not stays for one, stays in zip(going, kept, strict=True))
        st.markdown(f"Next to go: {', '.join(listed)}.{' Keep a model to have it longer.' if can else ''}")


def _keepable(run: Run) -> bool:
    """Whether a run has made a model that its visitor could keep."""
    with contextlib.suppress(BadInput):
        return run.request()[0] == "train" and run.state().status == "done"
    return False


def _runs(limits: Limits) -> str:
    return (
        f"**A training or another run** is kept for {_days(limits.run_days)} after its end, with its text and its "
        "result. What is at work or waiting is never cleared away, and nothing is to make room: whoever has "
        f"{size(limits.visitor_runs_bytes)} of texts and runs deletes some before starting more. A text that was given "
        f"and never used goes after {cleanup.DRAFT_SECONDS / 3600:.0f} hours."
    )


def _own(limits: Limits) -> str:
    if here := workspace():
        taken = size(library.size(paths.workspace(here)))
        return (
            f"**Your models** are kept for {_days(limits.place_days)} after your last visit, and may take "
            f"{size(limits.place_bytes)} together (now {taken}). Export what you want for good."
        )
    visitors = len(paths.all_workspaces())
    text = f"**Your models** stay until you delete them. What visitors keep goes {_days(limits.place_days)} after their"
    return f"{text} last visit; there {'is 1 place' if visitors == 1 else f'are {visitors} places'} of visitors now."


def _files(limits: Limits) -> str:
    return f"**Small results and tagged files** go {_days(limits.run_days)} after they were last looked at."


def _days(count: int) -> str:
    return f"{count:,} day{'s' * (count != 1)}"


def _named(run: Run) -> str:
    try:
        kind = run.request()[0]
        if kind == "train":
            return f"**{md(train.of(run).name, 60)}**"
    except BadInput:
        return "a run that cannot be read"
    return KINDS.get(kind, "a run")


def _day(when: float) -> str:
    """A date for people; overdue runs are deleted once the lab has run for a day (see ``jobs.cleanup``)."""
    return time.strftime("%d %B", time.localtime(when)).lstrip("0") if when > time.time() else "within a day"
