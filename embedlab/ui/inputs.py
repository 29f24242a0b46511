"""Read what visitors type or upload: words, word pairs, sentences, files; and list the texts that can be searched.

Wait on a page for the inspection of a file; the wait ends when the visitor leaves or clicks elsewhere.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import streamlit as st

from embedlab.base import BadInput
from embedlab.base.folding import listed
from embedlab.base.limits import Limits
from embedlab.data import datasets
from embedlab.data.datasets import AS_WRITTEN, Occurrence, load_senses
from embedlab.data.readers.archives import refusal
from embedlab.data.tokenizer import Tokenizer
from embedlab.jobs import api as jobs
from embedlab.jobs import inspection
from embedlab.jobs.kinds import train
from embedlab.plots.text import Paint, md, tinted
from embedlab.registry import ModelSpec
from embedlab.ui import server
from embedlab.ui.server import Given
from embedlab.ui.visitor import told, visitor

AT_ONCE = 0.4
"""Seconds before the first message on the page."""
EVERY = 0.2
"""Seconds between two messages; at each Streamlit can stop the page's run."""


def look(call: str, doing: str, **values: Any) -> Any:
    """Inspect a file in another process and return its answer, see ``jobs.kinds.inspect.answer``.

    Args:
        call: name of the inspection.
        doing: what the page says meanwhile.
        values: its arguments, as plain values.

    Raises:
        BadInput: the file cannot be used, or the look reached a limit.
    """
    line = st.empty()
    with inspection.begin(call, **values) as pending:
        began, over = time.monotonic(), pending.done(AT_ONCE)
        while not over:
            line.caption(f"{doing} … {time.monotonic() - began:.0f} s")  # Streamlit stops an abandoned run here
            over = pending.done(EVERY)
        line.empty()
        return pending.answer()


MOST = 200
"""Words or pairs that are read at most."""


def words(text: str) -> list[str]:
    """Words between commas, semicolons, line ends or spaces, each once, tidied as texts are."""
    return listed(text)[:MOST]


def pairs(text: str) -> list[tuple[str, str]]:
    """Pairs such as "poor:rich", between commas, semicolons, line ends or spaces.

    Raises:
        BadInput: a piece is not two different words with a colon between.
    """
    results = []
    for item in words(":".join(part.strip() for part in re.split("[:\uff1a]", text))):
        first, colon, second = item.partition(":")
        if not (first and colon and second) or first == second or ":" in second:
            raise BadInput(f"'{item}' is not a pair. Write two different words with a colon between: poor:rich")
        results.append((first, second))
    if not results:
        raise BadInput("Write at least one pair, such as poor:rich")
    return results


def tokens(text: str) -> list[str]:
    """Its words, capitals kept, punctuation marks among them."""
    return Tokenizer(AS_WRITTEN).words(text)


def names(cut: Sequence[str]) -> list[str]:
    """The words, a second "the" as "the (2)": buttons and addresses need names that differ."""
    return [f"{word} ({n})" if (n := cut[: i + 1].count(word)) > 1 else word for i, word in enumerate(cut)]


if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

MIB = 1 << 20


def file(label: str, endings: Sequence[str], key: str, help: str | None = None) -> Given | UploadedFile | None:
    """Ask for a file; ``None`` while there is none, and for one that is refused (the page then says why).

    Files of every kind are taken, since the browser refuses one of another kind without saying what to do.

    Args:
        label: of the widget.
        endings: that files may have, with their dots.
        key: of the widget.
        help: its tooltip.
    """
    found = files(label, endings, key, help, several=False)
    return found[0] if found else None


def files(
    label: str, endings: Sequence[str], key: str, help: str | None = None, *, several: bool = True
) -> list[Given | UploadedFile]:
    """Ask for one file or several; empty while there is none, and if one is refused (the page then says why).

    Args:
        label: of the widget.
        endings: that files may have, with their dots.
        key: of the widget.
        help: its tooltip.
        several: whether more than one may be given.
    """
    limits = Limits.from_environment()
    most = max(1, -(-limits.upload_bytes // MIB))
    found: Any = st.file_uploader(label, key=key, help=help, max_upload_size=most, accept_multiple_files=several)
    uploads = list(found) if several else [found] * (found is not None)
    if not uploads:
        st.caption(f"Files that end in {md(', '.join(endings))}")
    try:
        given = [server.opened(upload) for upload in uploads]
        for one in given:
            limits.check_upload(one.name, one.size)
            if refused := refusal(one.name, endings):
                raise BadInput(refused)
    except BadInput as error:
        st.error(told(error))
        return []
    return given


LONGEST = 200_000
"""Sentences of a text that are kept in memory."""
MOST_WORDS = 2_000_000
"""Words of them."""


def titles() -> dict[str, str]:
    """Key and title of every text at hand: the samples, then those that this visitor gave, the newest first."""
    by_key = {sample.key: sample.title for sample in datasets.samples()}
    for key, title in _own():
        if title not in by_key.values():
            by_key[key] = title
    return by_key


def behind(spec: ModelSpec) -> str:
    """Key of the text that a model was trained on, by what its card says; "" if that text is not at hand."""
    text = spec.card.text
    return next((key for key, title in titles().items() if text == title or text.startswith(f"{title}: ")), "")


def _own() -> Iterator[tuple[str, str]]:
    for run in jobs.all_runs("train", visitor()):
        try:
            text = train.of(run).text
        except BadInput:
            continue
        if not text.sample and (run.folder / "text").is_dir():
            yield run.folder.name, text.title


def sentences(key: str) -> tuple[list[str], ...]:
    """The first ``LONGEST`` sentences of a text, each as words; shared, so never change them.

    Raises:
        BadInput: there is no text of that key, or it cannot be read any more.
    """
    kept = _kept(key)
    if not kept:
        if key in {sample.key for sample in datasets.samples()}:
            with st.spinner("Reading the text …"):
                kept.append(tuple(islice(datasets.load_sample(key), LONGEST)))
        else:
            run = jobs.find(key)
            text = dataclasses.asdict(train.of(run).text)
            values = {"text": text, "folder": str(run.folder), "words": MOST_WORDS, "sentences": LONGEST}
            kept.append(tuple(look("beginning", "Reading the text", **values)["sentences"]))
    return kept[0]


@st.cache_resource(max_entries=2, ttl="1d", show_spinner=False)
def _kept(key: str) -> list[tuple[list[str], ...]]:
    """A cache entry for the sentences, empty at first; filled outside, where Streamlit can stop the page's run."""
    return []


PAINTS: tuple[Paint, ...] = ("blue", "orange", "green", "violet")
"""Streamlit's names of about the colours that the first groups have in figures; more groups are grey."""


@st.cache_data(show_spinner=False)
def shipped_senses() -> dict[str, tuple[Occurrence, ...]]:
    """The shipped sentences by word, as they stand in the file; within a word sense by sense."""
    by_word: dict[str, list[Occurrence]] = {}
    for one in load_senses():
        by_word.setdefault(one.word, []).append(one)
    return {word: by_sense(group) for word, group in by_word.items()}


def by_sense(occurrences: Sequence[Occurrence]) -> tuple[Occurrence, ...]:
    """Group occurrences by sense, senses in the order of their first sentence."""
    order = list(dict.fromkeys(one.sense for one in occurrences))
    return tuple(sorted(occurrences, key=lambda one: order.index(one.sense)))


def tag(name: str, group: int) -> str:
    """A name as Markdown on about the colour that its group has in the figures."""
    return tinted(PAINTS[group] if 0 <= group < len(PAINTS) else "gray", md(name, 30))


def marked(one: Occurrence) -> str:
    """A sentence as Markdown with its marked word in bold."""
    words = [f"**{md(word)}**" if i == one.position else md(word) for i, word in enumerate(one.words)]
    return re.sub(r" (?=(?:\\?[.,;:!?)\]%]|'s\b|n't\b)(?: |$))", "", " ".join(words))
