"""Tagged files of visitors: the choice of the columns of words and tags, and how a file was read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from embedlab.base import BadInput
from embedlab.data.tag_columns import Column, Wanted
from embedlab.data.tag_reading import HowRead
from embedlab.data.tagged import TaggedSet
from embedlab.jobs.kinds import inspect
from embedlab.jobs.kinds.inspect import TaskSizes
from embedlab.jobs.kinds.probes import ProbeJob
from embedlab.plots.text import md
from embedlab.store import uploads
from embedlab.ui import inputs, state
from embedlab.workflows import probe_data
from embedlab.workflows.probe_data import TaggedFile

ENDINGS = (
    ".conll", ".conllu", ".conllup", ".bio", ".iob", ".iob2", ".txt", ".tsv", ".csv", ".jsonl", ".json", ".parquet",
)  # fmt: skip
"""Of files with tags."""
SAID = "Reading the tagged file"
GONE = "The tagged file is not here (any more). Upload it again."
FOUND = "as found"
SHOWN = 12
"""Columns whose first values are shown."""


def choose(name: str, *, entities: bool, tag: str = "tag_column") -> Wanted:
    """Let the visitor choose the columns of the words and of the tags of a stored file.

    Args:
        name: of the file.
        entities: whether only tags that mark names are of use.
        tag: the query parameter of the tags' column; that of the words' is ``word_column``.

    Returns:
        The choice: numbers of columns, empty for those that are found.

    Raises:
        BadInput: the file is gone, or cannot be read.
    """
    found = _columns(name, entities)
    names = Counter(one.name for one in found.columns)
    titles = {"": FOUND} | {
        str(one.number): one.name if one.name and names[one.name] == 1 else _number(one) for one in _offered(found)
    }
    left, right = st.columns(2, gap="medium")
    with left:
        word = state.choice("word_column", list(titles), "", "Column of the words", titles=titles)
    with right:
        chosen = state.choice(tag, list(titles), "", "Column of the tags", titles=titles)
    shown = [f"{one.title} ({', '.join(one.first)})" for one in _offered(found)[:SHOWN]]
    st.caption(md(f"First values by column: {'; '.join(shown)}{'; …' if len(_offered(found)) > SHOWN else ''}."))
    return Wanted(word, chosen)


def begin(tag: str = "tag_column") -> None:
    """Let the columns of another file be found, whatever was chosen for the one before."""
    state.put("word_column", "")
    state.put(tag, "")


def said(how: HowRead) -> None:
    """Say which columns were taken, and what was left out."""
    st.caption(md(how.taken))
    if how.missing:
        (st.warning if how.left.sentences else st.caption)(md(how.missing))


def forget() -> None:
    """Read the shipped sentences again when they are next wanted."""
    _kept_sentences.clear()


def code(job: ProbeJob) -> str:
    """The expression that reads the sentences of a job, in code that is shown."""
    if not job.data:
        return "probe_data.dataset()"
    asked = [f", {name}={getattr(job, name)!r}" for name in ("word_column", "tag_column") if getattr(job, name)]
    return f'probe_data.read("your file.conll", seed={job.settings["seed"]}{"".join(asked)})'


def _offered(found: HowRead) -> list[Column]:
    return [one for one in found.columns if one.number >= -1]


def _number(column: Column) -> str:
    return "last" if column.number == -1 else str(column.number)


def sentences(name: str, seed: int, wanted: Wanted) -> tuple[TaggedSet, str]:
    """The sentences of a stored file, the shipped ones without a name; and what names them by their content.

    Raises:
        BadInput: the file is gone, or cannot be used.
    """
    if name:
        file, digest = entities(name, seed, wanted)
        return file.sentences, digest
    kept = _kept_sentences()
    if not kept:
        shipped = probe_data.dataset()
        kept.append((shipped, probe_data.digest(shipped)))
    return kept[0]


def entities(name: str, seed: int, wanted: Wanted) -> tuple[TaggedFile, str]:
    """A stored file with tags of names, and what names its sentences by their content.

    Raises:
        BadInput: it is gone, or cannot be used.
    """
    path = _path(name)
    kept = _kept_file(name, seed, wanted.word, wanted.tag)
    if not kept:
        values = {"file": str(path), "seed": seed, "word": wanted.word, "tag": wanted.tag}
        with uploads.unnamed(path):
            found = inspect.tagged(inputs.look("entities", SAID, **values))
        kept.append((found, probe_data.digest(found.sentences)))
    return kept[0]


def sizes(name: str, wanted: Wanted) -> TaskSizes:
    """What a stored file with tags of any sort holds.

    Raises:
        BadInput: it is gone, cannot be read, or holds nothing to learn.
    """
    word, tag = int(wanted.word or 0), int(wanted.tag or 0)
    kept = _kept_sizes(name, word, tag)
    if not kept:
        kept.append(inspect.task_sizes(inputs.look("tags", SAID, file=name, column=tag, word_column=word)))
    return kept[0]


def _path(name: str) -> Path:
    path = uploads.laid_down(name)
    if path is None:
        raise BadInput(GONE)
    return path


def _columns(name: str, entities: bool) -> HowRead:
    """The columns of a stored file.

    Raises:
        BadInput: it is gone, or cannot be read.
    """
    path, kept = _path(name), _kept_columns(name, entities)
    if not kept:
        with uploads.unnamed(path):
            kept.append(inspect.how_read(inputs.look("tag_columns", SAID, file=str(path), entities=entities)))
    return kept[0]


@st.cache_resource(max_entries=16, ttl="1d", show_spinner=False)
def _kept_columns(name: str, entities: bool) -> list[HowRead]:
    """A cache entry for the columns of a file, empty at first; filled outside, where Streamlit can stop the run."""
    return []


@st.cache_resource(max_entries=4, ttl="1d", show_spinner=False)
def _kept_file(name: str, seed: int, word: str, tag: str) -> list[tuple[TaggedFile, str]]:
    """The same for the sentences of a file."""
    return []


@st.cache_resource(max_entries=1, ttl="1d", show_spinner=False)
def _kept_sentences() -> list[tuple[TaggedSet, str]]:
    """The same for the shipped sentences."""
    return []


@st.cache_resource(max_entries=16, ttl="1d", show_spinner=False)
def _kept_sizes(name: str, word: int, tag: int) -> list[TaskSizes]:
    """The same for what a file with tags of any sort holds."""
    return []
