"""The texts at hand in which sentences can be looked up, read once and kept for everybody."""

from __future__ import annotations

import streamlit as st

from embedlab.data import datasets

LONGEST = 200_000
"""Sentences of a text that are kept in memory."""


def titles() -> dict[str, str]:
    """Key and title of every text at hand."""
    return {sample.key: sample.title for sample in datasets.samples()}


@st.cache_resource(max_entries=2, show_spinner="Reading the text …")
def sentences(key: str) -> tuple[list[str], ...]:
    """The first ``LONGEST`` sentences of a text, each as words; shared, so never change them.

    Raises:
        BadInput: there is no text of that key.
    """
    kept = []
    for sentence in datasets.load_sample(key):
        kept.append(sentence)
        if len(kept) == LONGEST:
            break
    return tuple(kept)
