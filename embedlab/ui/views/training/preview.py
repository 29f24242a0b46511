"""Training page: the first sentences and words of a text, and what the settings would drop."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.preview import Preview, preview
from embedlab.data.readers.encoding import Decoded
from embedlab.jobs.kinds import inspect
from embedlab.plots import curves
from embedlab.plots.figure import Figure
from embedlab.plots.layout import GREY
from embedlab.plots.text import md
from embedlab.ui import encodings, inputs, widgets
from embedlab.ui.upload import Chosen

HEAD = 300_000
"""Running words that are read; of a longer text, the beginning."""
FEWEST = 100
"""Running words below which there is nothing to learn from."""


@dataclass(frozen=True)
class Head:
    """The beginning of a text, cut into words once.

    Attributes:
        corpus: its sentences.
        tokens: running words in it.
        types: different words in it.
        whole: running words of the whole text: counted if that was short, estimated otherwise.
        complete: whether the beginning is the whole text.
        decoded: how its files were decoded; empty for a sample.
    """

    corpus: Corpus
    tokens: int
    types: int
    whole: int
    complete: bool
    decoded: tuple[Decoded, ...] = ()


def head(chosen: Chosen) -> Head:
    """The beginning of the chosen text, read once and kept.

    Raises:
        BadInput: it cannot be read, or has too few words to learn from.
    """
    kept = _kept(repr(chosen.text), _folder(chosen))
    if not kept:
        kept.append(_read(chosen))
    result = kept[0]
    if result.tokens < FEWEST:
        raise BadInput(
            f"This text has only {result.tokens} words. Give at least {FEWEST}; "
            "a hundred thousand and more are enough to see something."
        )
    return result


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _kept(text: str, folder: str) -> list[Head]:
    """A cache entry for the beginning of a text, empty at first; filled outside, where Streamlit can stop the run."""
    return []


def _read(chosen: Chosen) -> Head:
    if chosen.draft:
        values = inputs.look("beginning", "Reading the text", **_values(chosen), words=HEAD)
        beginning = inspect.begun(values)
    else:
        with st.spinner("Reading the text …"):
            beginning = inspect.beginning(chosen.text, None, HEAD)
    same: dict[str, str] = {}
    sentences = [[same.setdefault(word, word) for word in sentence] for sentence in beginning.sentences]
    return Head(
        Corpus.from_sentences(sentences, name=beginning.name),
        beginning.tokens,
        len(same),
        beginning.whole,
        beginning.complete,
        beginning.decoded if chosen.draft else (),
    )


def _values(chosen: Chosen) -> dict[str, Any]:
    return {"text": dataclasses.asdict(chosen.text), "folder": _folder(chosen)}


def _folder(chosen: Chosen) -> str:
    return str(chosen.draft.folder) if chosen.draft else ""


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False)
def _preview(text: str, folder: str, min_count: int, max_words: int, sample: float, _head: Head) -> Preview:
    return preview(_head.corpus, min_count=min_count, max_words=max_words, subsample=sample, sentences=8)


def show(chosen: Chosen, beginning: Head, values: Mapping[str, Any]) -> Preview:
    """Draw the preview for the settings as they are in the form now.

    Raises:
        BadInput: the text cannot be read.
    """
    sample = float(values.get("sample", 0.0))
    seen = _preview(
        repr(chosen.text), str(chosen.draft.folder) if chosen.draft else "",
        int(values["min_count"]), int(values["max_words"]), sample, beginning,
    )  # fmt: skip
    st.header("What the model will read", anchor=False)
    about = "" if beginning.complete else f" This was counted on the first {beginning.tokens:,} words."
    numbers = st.columns(4)
    numbers[0].metric("Running words", running(beginning))
    numbers[1].metric("Different words", f"{seen.types:,}")
    numbers[2].metric("Vocabulary", f"{seen.vocabulary_size:,}", help="Words that are left by the settings.")
    numbers[3].metric("Text kept", f"{100 * seen.kept_share:.1f} %", help="Running words that are in the vocabulary.")
    st.markdown(_dropped(seen, values, sample) + about)
    _beside(seen, values["min_count"], beginning.decoded)
    return seen


def _beside(seen: Preview, min_count: int, decoded: Sequence[Decoded]) -> None:
    """The first sentences and how they were decoded, and beside them how often the words occur."""
    left, right = st.columns(2)
    with left:
        st.markdown("**First sentences**, as words")
        _say(decoded)
        shown = (" · ".join(md(word, 30) for word in sentence[:40]) for sentence in seen.sentences)
        st.markdown("\n".join(f"- {sentence}" for sentence in shown))
    with right:
        series = {"words": (list(seen.ranks), list(seen.frequencies))}
        fig = curves.lines(series, x_title="rank", y_title="occurrences", log_x=True, log_y=True, height=300)
        if min_count > 1:
            _mark(fig, min_count - 0.5)
        widgets.figure(fig, "zipf", "How often the words occur, by rank, on logarithmic axes: nearly a straight line.")


def _say(decoded: Sequence[Decoded]) -> None:
    if text := encodings.said(decoded):
        st.caption(text)


def _mark(fig: Figure, least: float) -> None:
    """Draw where words begin to count."""
    fig.add_hline(least, line={"color": GREY, "dash": "dot"})
    fig.add_annotation(
        text="minimum count", x=1, xref="x domain", xanchor="right", y=least, yref="y", yanchor="bottom",
        showarrow=False,
    )  # fmt: skip


def running(beginning: Head) -> str:
    """How long the text is, for a label: "203,214" if it was counted, "≈ 350,000" or "≈ 8.2 M" if estimated."""
    if beginning.complete:
        return f"{beginning.whole:,}"
    return f"≈ {beginning.whole / 1e6:,.1f} M" if beginning.whole >= 1e6 else f"≈ {round(beginning.whole, -3):,}"


def show_wordpieces(chosen: Chosen, beginning: Head, wordpieces: int) -> None:
    """The preview for a model with a vocabulary of at most so many wordpieces.

    Raises:
        BadInput: the text cannot be read.
    """
    folder = str(chosen.draft.folder) if chosen.draft else ""
    seen = _preview(repr(chosen.text), folder, 1, sys.maxsize, 0.0, beginning)
    st.header("What the model will read", anchor=False)
    numbers = st.columns(3)
    numbers[0].metric("Running words", running(beginning))
    numbers[1].metric("Different words", f"{seen.types:,}")
    numbers[2].metric("Wordpieces", f"≤ {wordpieces:,}", help="They are found when the training begins.")
    st.markdown(
        "**In pieces**: a common word stays whole, a rare one is put together of several pieces, down to single "
        "letters. So no word is left out."
    )
    _beside(seen, 1, beginning.decoded)


def show_characters(chosen: Chosen, beginning: Head) -> None:
    """The preview for a model that reads characters: the text as it was written.

    Raises:
        BadInput: the text cannot be read.
    """
    kept = _paragraphs(repr(chosen.text), _folder(chosen))
    if not kept:
        texts = (
            inputs.look("paragraphs", "Reading the text", **_values(chosen))
            if chosen.draft
            else inspect.paragraphs(chosen.text, None)
        )
        kept.append(texts)
    texts = kept[0]
    counts = Counter("".join(texts))
    st.header("What the model will read", anchor=False)
    numbers = st.columns(3)
    numbers[0].metric("Running words", running(beginning))
    numbers[1].metric("Different characters", f"{len(counts):,}", help="In the beginning of the text.")
    numbers[2].metric("Characters a word", f"{sum(counts.values()) / max(len(' '.join(texts).split()), 1):.1f}")
    common = " ".join(md(repr(letter)[1:-1] if letter != " " else "␣", 8) for letter, _ in counts.most_common(40))
    st.markdown(f"**Letter by letter**, capitals and spaces included. The commonest: {common}")
    _say(beginning.decoded)
    st.markdown("\n".join(f"- {md(text, 160)}" for text in texts[:6]))


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _paragraphs(text: str, folder: str) -> list[list[str]]:
    """A cache entry for the first paragraphs, as ``_kept``."""
    return []


def _dropped(seen: Preview, values: Mapping[str, Any], sample: float) -> str:
    if not (seen.dropped_rare or seen.dropped_by_size):
        return "**No word is left out** by the settings." + _thinned(seen, sample)
    parts = [f"**The settings leave out** {seen.dropped_rare:,} words seen less than {values['min_count']} times"]
    if seen.dropped_by_size:
        parts.append(f"{seen.dropped_by_size:,} beyond the vocabulary size")
    return " and ".join(parts) + "." + _thinned(seen, sample)


def _thinned(seen: Preview, sample: float) -> str:
    thinned = [(word, keep) for word, keep in seen.subsampled if keep < 0.995][:5]
    if not (sample and thinned):
        return ""
    kept = ", ".join(f"*{md(word, 20)}* ({100 * keep:.0f} %)" for word, keep in thinned)
    return f" Of the most frequent words only some are read: {kept}."
