"""The texts at hand in which sentences can be looked up: samples, and those that own models were trained on."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from embedlab import jobs, training_runs
from embedlab.base import BadInput
from embedlab.data import datasets
from embedlab.registry import ModelSpec
from embedlab.ui.visitor import visitor

LONGEST = 200_000
"""Sentences of a text that are kept in memory."""


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


@st.cache_resource(max_entries=2, ttl="1d", show_spinner="Reading the text …")
def sentences(key: str) -> tuple[list[str], ...]:
    """The first ``LONGEST`` sentences of a text, each as words; shared, so never change them.

    Raises:
        BadInput: there is no text of that key, or it cannot be read any more.
    """
    if key in {sample.key for sample in datasets.samples()}:
        corpus = datasets.load_sample(key)
    else:
        run = jobs.find(key)
        corpus = training_runs.of(run).text.open(run.folder)
    kept = []
    for sentence in corpus:
        kept.append(sentence)
        if len(kept) == LONGEST:
            break
    return tuple(kept)
