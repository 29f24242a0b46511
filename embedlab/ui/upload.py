"""Let a visitor choose a text: a sample, an uploaded file or pasted words; keep it on disk across reloads."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import streamlit as st

from embedlab.base import BadInput, EmbedLabError, files, typed_json
from embedlab.data import datasets
from embedlab.data.readers.archives import READABLE
from embedlab.data.readers.encoding import Decoded
from embedlab.data.readers.fields import Columns
from embedlab.data.tokenizer import TextOptions
from embedlab.jobs import api as jobs
from embedlab.jobs import inspection
from embedlab.jobs.kinds import inspect
from embedlab.jobs.run import STATE
from embedlab.plots.text import md
from embedlab.store import library
from embedlab.ui import encodings, forms, inputs, server, state
from embedlab.ui.visitor import address, mine, told, visitor
from embedlab.workflows import text_choice
from embedlab.workflows.text_choice import PASTED, TextChoice

WAYS = {"sample": "A sample", "upload": "A file of yours", "paste": "Pasted text"}
IN_TABLES = (".txt", ".text", ".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")


@dataclass(frozen=True)
class Chosen:
    """The text that the visitor chose.

    Attributes:
        text: what to open.
        draft: the run folder in which an uploaded or pasted text lies; ``None`` for a sample.
    """

    text: TextChoice
    draft: jobs.Run | None = None


def text_upload(options: TextOptions | None = None, sample: str = "kingdom") -> Chosen | None:
    """Let the visitor choose a text and how it is cut into words.

    The way and the sample are in the address (``source``, ``sample``), as is the folder of a text of one's own
    (``draft``), so that a reload loses nothing.

    Args:
        options: how the text becomes words; the visitor is asked if ``None``.
        sample: the one that is chosen at first.

    Returns:
        The choice, or ``None`` while there is no usable text (the page then says what is missing).
    """
    way = state.choice("source", list(WAYS), "sample", "Text", titles=WAYS)
    draft = None if way == "sample" else _draft(way)
    name = text_choice.laid_down(draft.folder) if draft else ""
    sample = _sample(sample) if way == "sample" else ""
    if way != "sample" and not name:
        inspection.prepare()
        _ask_for_file() if way == "upload" else _ask_for_words()
        return None
    column = encoding = ""
    if draft:
        _show_file(draft, name, way)
        encoding = _encoding(draft, name) if way == "upload" else ""
        column = _column(draft, name, encoding)
    if options is None:
        values = forms.settings_form(
            TextOptions, "words_", first=(), without=("locale",) if sample else (), more="How the text becomes words"
        )
        options = TextOptions(**values)
    return Chosen(TextChoice(sample, name, column, options, encoding), draft)


def _encoding(draft: jobs.Run, name: str) -> str:
    """The encoding that the visitor chose; empty for the one that is found, and for files that say it themselves."""
    kept = _decoded(draft.id)
    if not kept:
        text = dataclasses.asdict(TextChoice(file=name))
        kept.append(inspect.how(inputs.look("decoded", "Looking at the letters", text=text, folder=str(draft.folder))))
    return encodings.ask(kept[0]) if kept[0] else ""


@st.cache_resource(max_entries=50, ttl="1d", show_spinner=False)
def _decoded(identifier: str) -> list[tuple[Decoded, ...]]:
    """A cache entry for how a draft is decoded, empty at first; filled as ``_columns``."""
    return []


def _column(draft: jobs.Run, name: str, encoding: str = "") -> str:
    """The column or field with the text, of a table; empty for the one that is guessed, and for running text."""
    if not any(ending in name.lower() for ending in (*IN_TABLES, ".zip")):
        return ""
    kept = _columns(draft.id, encoding)
    if not kept:
        text = dataclasses.asdict(TextChoice(file=name, encoding=encoding))
        found = inputs.look("columns", "Looking at the columns", text=text, folder=str(draft.folder))
        kept.append(typed_json.made(Columns, found) if found else None)
    if kept[0] is None or not kept[0].names:
        return ""
    chosen = _chosen_column(kept[0])
    _show_columns(kept[0], chosen or kept[0].guess)
    return chosen


def _chosen_column(found: Columns) -> str:
    guess = f"{found.guess} (guessed: it has the most text)" if found.guess else "whole lines"
    return st.selectbox(
        found.what.capitalize(), ["", *found.names], format_func=lambda name: name or guess, key="column",
        help="The column or field that holds the text. JSON: a.b is field b inside a; one that only later rows have "
        "can be written.",
        accept_new_options=True, bind="query-params",
    )  # fmt: skip


def _show_columns(found: Columns, taken: str) -> None:
    """What the column that is taken begins with, how the rows were cut into cells, and what all columns begin with."""
    first = dict(zip(found.names, found.first, strict=False))
    values = " · ".join(md(value) for value in first.get(taken, ()))
    begins = f"**{md(taken)}** begins: {values}" if values else ""
    how = found.read_as if taken else f"It seems to be a table with {found.separated} between its cells."
    if said := "  \n".join(filter(None, (begins, how))):
        st.caption(said)
    if len(first) > 1:
        with st.expander(f"What all {found.what}s begin with"):
            st.dataframe(
                {found.what: list(first), "first values": [" · ".join(values) for values in first.values()]},
                hide_index=True, key="columns-seen",
            )  # fmt: skip


@st.cache_resource(max_entries=50, ttl="1d", show_spinner=False)
def _columns(identifier: str, encoding: str) -> list[Columns | None]:
    """A cache entry for the columns of a draft, empty at first; filled outside, where Streamlit can stop the run."""
    return []


def _sample(first: str) -> str:
    samples = {item.key: item for item in datasets.samples()}
    first = first if first in samples else next(iter(samples))
    key = state.choice("sample", list(samples), first, "Sample", titles={key: samples[key].title for key in samples})
    item = samples[key]
    st.caption(f"{md(item.text)} About {item.words:,} words. {md(item.licence)}.")
    return key


def _draft(way: str) -> jobs.Run | None:
    """The draft that the address or the session names, if it holds a text of this visitor given in this way."""
    identifier = st.query_params.get("draft") or st.session_state.get("_draft", "")
    try:
        run = jobs.find(identifier) if identifier else None
    except BadInput:
        run = None
    if run is None or run.state().status != "draft" or not mine(run):
        forget_draft()
        return None
    st.query_params["draft"] = st.session_state["_draft"] = run.id
    files.touch(run.folder / STATE)  # it is in use
    return run if (text_choice.laid_down(run.folder) == PASTED) == (way == "paste") else None


def take_over(run: jobs.Run) -> str:
    """Lay the text of an earlier run down in a new draft, so that it can be trained on once more; gives its way."""
    draft = jobs.draft(visitor(), address(), library.size(run.folder / text_choice.FOLDER))
    text_choice.copy(run.folder, draft.folder)
    st.session_state["_draft"] = st.query_params["draft"] = draft.id
    return "paste" if text_choice.laid_down(draft.folder) == PASTED else "upload"


def forget_draft() -> None:
    """Forget the draft: it has become a run, or is gone."""
    st.session_state.pop("_draft", None)
    st.query_params.pop("draft", None)


def _forget_column() -> None:
    """Forget the column that was chosen: another file has come, with columns of its own."""
    st.session_state.pop("column", None)
    st.query_params.pop("column", None)


def _ask_for_file() -> None:
    number = st.session_state.setdefault("_upload", 0)
    help = "Text, Markdown, tables, JSON, Parquet, PDF, Word; also packed."
    upload = inputs.file("File", READABLE, f"upload-{number}", help)
    if upload is None:
        st.info("Give a file with running text; a hundred thousand words and more are enough to see something.")
        return
    refused = st.session_state.get("_refused", ("", ""))
    if refused[0] != upload.file_id:
        error = _keep(upload.name, upload, upload.size)
        if not error:
            server.used(upload)
            st.session_state["_upload"] = number + 1
            st.rerun()
        refused = st.session_state["_refused"] = (upload.file_id, error)
    st.error(told(refused[1]))


def _ask_for_words() -> None:
    words = st.text_area("Words", height=220, key="pasted", placeholder="Paste running text here.", max_chars=5_000_000)
    if st.button("Use this text", key="use-pasted", disabled=not words.strip() if words else False):
        content = (words or "").encode()
        error = _keep(PASTED, content, len(content))
        if not error:
            st.rerun()
        st.error(told(error))


def _keep(name: str, content: object, size: int) -> str:
    """Lay a text of so many bytes down in a new draft; gives the sentence that says why it cannot be used, or none."""
    try:
        run = jobs.draft(visitor(), address(), size)
    except BadInput as error:
        return str(error)
    try:
        kept = text_choice.lay_down(run.folder, name, content)  # type: ignore[arg-type]
        text = dataclasses.asdict(TextChoice(file=kept))
        inputs.look("usable", "Looking at the file", text=text, folder=str(run.folder))
    except OSError as error:
        run.delete()
        return f"The text could not be kept: {error.strerror}. Is the disk full?"
    except EmbedLabError as error:
        run.delete()
        return str(error)
    except BaseException:  # the visitor has left or clicked elsewhere
        run.delete()
        raise
    encodings.forget()
    _forget_column()
    st.session_state["_draft"] = st.query_params["draft"] = run.id
    return ""


def _show_file(draft: jobs.Run, name: str, way: str) -> None:
    size = text_choice.text_file(draft.folder, name).stat().st_size
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = "Your pasted text" if way == "paste" else f"**{md(name)}**"
        st.markdown(f":material/description: {shown} ({size / 1e6:,.2f} MB)", width="content")
        st.button("Another text", key="another-text", on_click=_drop, args=(draft,), icon=":material/close:")


def _drop(draft: jobs.Run) -> None:
    draft.delete()
    forget_draft()
