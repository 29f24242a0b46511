"""The texts at hand in which sentences can be looked up: samples, and those that own models were trained on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import islice

import streamlit as st

from embedlab import jobs, training_runs
from embedlab.base import BadInput
from embedlab.data import datasets
from embedlab.registry import ModelSpec
from embedlab.ui import looked
from embedlab.ui.visitor import visitor

LONGEST = 200_000
"""Sentences of a text that are kept in memory."""
MOST_WORDS = 2_000_000
"""Words of them."""


def titles() -> dict[str, str]:
    """Key and title of every text at hand: the samples, then those that this visitor gave, the newest first."""
    found = {sample.key: sample.title for sample in datasets.samples()}
    for key, title in _own():
        if title not in found.values():
            found[key] = title
    return found


def behind(spec: ModelSpec) -> str:
    """Key of the text that a model was trained on, by what its card says; "" if that text is not at hand."""
    said = spec.card.text
    return next((key for key, title in titles().items() if said == title or said.startswith(f"{title}: ")), "")


def _own() -> Iterator[tuple[str, str]]:
    for run in jobs.all_runs("train", visitor()):
        try:
            text = training_runs.of(run).text
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
            text = dataclasses.asdict(training_runs.of(run).text)
            values = {"text": text, "folder": str(run.folder), "words": MOST_WORDS, "sentences": LONGEST}
            kept.append(tuple(looked.look("beginning", "Reading the text", **values)["sentences"]))
    return kept[0]


@st.cache_resource(max_entries=2, ttl="1d", show_spinner=False)
def _kept(key: str) -> list[tuple[list[str], ...]]:
    """A place for the sentences, empty at first: they are read outside, where a run of the page can be ended."""
    return []
