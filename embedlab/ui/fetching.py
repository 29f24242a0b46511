"""Loading published vectors from the page: what is asked, and the run that does it with a bar."""

from __future__ import annotations

import streamlit as st

from embedlab import jobs, shelf, training_text
from embedlab.base import BadInput, BadModel, EmbedLabError
from embedlab.fetch_runs import FetchSettings, local_files, shelf_of
from embedlab.jobs import Run
from embedlab.plots.text import md
from embedlab.ui import cache, given, page_links, run_bar, runs, state, widgets
from embedlab.ui.visitor import address, place, told, visitor

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
    ways = [way for way in WAYS if way != "path" or (local_files() and not place())]
    way = state.choice("from", ways, "name", "From", titles=WAYS)
    found = source = None
    if way == "file":
        found = given.file("File of vectors", ENDINGS, "vectors-file")
    else:
        label, example = LABELS[way]
        source = state.text(f"from-{way}", "", label, placeholder=example, limit=500)
        if way == "name":
            widgets.chips("Well known", NAMES, "from-name")
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    name = left.text_input("Name", "", shelf.LONGEST, key="fetch-name", placeholder="that of the file")
    most = middle.number_input(
        "Words to keep", 1000, 3_000_000, 200_000, 10_000, key="fetch-words",
        help="The first in the file are the commonest. 200,000 words of 300 numbers are 240 MB.",
    )  # fmt: skip
    replace = right.checkbox("Replace a model of that name", key="fetch-replace")
    if st.button("Load", key="fetch", type="primary", icon=":material/cloud_download:"):
        with widgets.guard():
            if not (source or found):
                raise BadInput("Say first which vectors to load.")
            if name:
                shelf.check(name, replace=replace, source=shelf_of(place()), place=place())
            run = jobs.draft(visitor(), address(), found.size if found is not None else 0)
            if found is not None:
                training_text.lay_down(run.folder, found.name, found)
            settings = FetchSettings(source or "", (name or "").strip(), int(most), "", replace)
            jobs.start("fetch", settings, run, visitor(), address())
    loads = jobs.all_runs("fetch", visitor())
    active = [run for run in loads if run.state().active]
    for run in active or loads[:1]:  # of those that have ended, the latest is told
        shown(run.id)


def shown(identifier: str) -> None:
    """A loading run: its bar while it works, then what came of it."""
    run = jobs.find(identifier)
    if run.state().active:
        _live(identifier)
        return
    how, (_, asked) = run.state(), run.asked()
    what = md(str(asked.get("source") or asked.get("name") or "The uploaded file"), 80)
    with st.container(horizontal=True, vertical_alignment="center"):
        if how.status == "done":
            _loaded(run)
        elif how.status == "cancelled":
            st.info(f"{what}: loading was cancelled.")
        else:
            st.error(f"{what}: {told(how.error)}")
        st.button("Close", key=f"close-{identifier}", on_click=_close)


@st.fragment(run_every=1)
def _live(identifier: str) -> None:
    try:
        run = jobs.find(identifier)
    except EmbedLabError:
        st.rerun()
    if not run.state().active:
        st.rerun()
    events = run.events()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        last = events[-1] if events else None
        left = f", {runs.clock(last.eta)} left" if last and last.eta is not None else ""
        said = run_bar.waiting(run) or run_bar.starting(run) or "starting"
        st.progress(last.fraction if last else 0.0, md(f"{last.phase}{left}") if last else said)
        st.button("Cancel", key=f"cancel-{identifier}", icon=":material/stop:", on_click=run.cancel, width=120)


def _loaded(run: Run) -> None:
    try:
        spec = cache.find(shelf.kept_as(run.folder))
        st.success(f"**{md(spec.title)}** is loaded: {page_links.said(spec)} offer it now.")
    except BadModel:
        st.info("The vectors that were loaded last have been deleted since.")


def _close() -> None:
    """Forget every load that has ended; the models stay."""
    for run in jobs.all_runs("fetch", visitor()):
        if not run.state().active:
            run.delete()
