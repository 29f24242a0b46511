"""What the Context cloud page is asked: which word, where it is looked for, by which model, how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from embedlab.cloud_runs import CloudSettings
from embedlab.data.senses import AS_WRITTEN, Occurrence
from embedlab.limits import Limits
from embedlab.registry import ModelSpec
from embedlab.ui import cache, contextual, forms, pinned, polysemy_sentences, state, upload, widgets

PLACES = {"shipped": "Shipped sentences", "text": "A text"}
METHODS = {"pca": "PCA", "umap": "UMAP"}
SORTERS = {"kmeans": "k-means", "hdbscan": "HDBSCAN"}
FIRST = ("ran", "bank", "right", "play", "charge", "cell", "spring", "Paris", "light", "race")
IN_TEXTS = ("state", "right", "light", "current", "number", "party", "order", "ran")
SAMPLE = "wikipedia"
"""The sample that a word is looked for in at first: the generated one has few words that mean much."""
DEFAULT = ("bert", "elmo", "flair", "lstm")
"""Models that the page opens with, the first that is at hand."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        spec: the model.
        settings: the rest, as a background run takes it.
        occurrences: the shipped sentences of the word; empty where a text is to be looked through.
    """

    spec: ModelSpec
    settings: CloudSettings
    occurrences: tuple[Occurrence, ...]


def ask() -> Question | None:
    """Let the visitor choose; ``None`` (with a sentence that says why) while something is missing."""
    left, right = st.columns([1, 1.6], vertical_alignment="bottom", gap="medium")
    with left:
        place = state.choice("look_in", list(PLACES), "shipped", "Look in", titles=PLACES)
    known = polysemy_sentences.shipped()
    with right:
        if place == "shipped":
            first = pinned.first_of(list(known), "ran")
            word = state.choice("cloud_word", list(known), first, f"Word, one of {len(known)}")
        else:
            word = state.text("text_word", "state", "Word to look for", limit=60)
    if place == "shipped":
        widgets.chips("Try", pinned.offered(FIRST, known), "cloud_word")
    else:
        widgets.chips("Try", pinned.offered(IN_TEXTS), "text_word")
    chosen = None
    if place == "text":
        chosen = upload.text_upload(options=AS_WRITTEN, sample=SAMPLE)
        if chosen is None:
            return None
        if not word:
            st.info("Write a word to look for.")
            return None
    at_hand = {spec.key for spec in contextual.specs(static=False)}
    specs = contextual.choose([key for key in DEFAULT if key in at_hand][:1], many=False, static=False)
    if not specs:
        return None
    senses = len({one.sense for one in known[word]}) if place == "shipped" else 3
    most, inflected, method, sorter, k, seed = _settings(senses, place)
    settings = CloudSettings(
        specs[0].key, cache.stamp(specs[0]), word, method=method, sorter=sorter, k=k, seed=seed, most=most,
        inflected=inflected,
    )  # fmt: skip
    if chosen is None:
        return Question(specs[0], settings, known[word])
    draft = chosen.draft.id if chosen.draft else ""
    return Question(specs[0], replace(settings, text=chosen.text, draft=draft), ())


def _settings(senses: int, place: str) -> tuple[int, bool, str, str, int, int]:
    most, inflected = 1000, False
    with st.expander("More settings", icon=":material/tune:"):
        left, right = st.columns(2, gap="large")
        with left:
            text = "PCA takes moments; UMAP shows finer islands, and takes a minute or more the first time."
            method = state.choice("drawn_by", list(METHODS), "pca", "Picture", titles=METHODS, help=text)
            text = "Of the pictures, the draw and k-means."
            seed = state.number("cloud_seed", 1, 0, 100, "Seed", help=text)
            if place == "text":
                text = "If the text has more, so many are drawn at random."
                points, label = min(5000, Limits.from_environment().points), "Occurrences at most"
                most = min(most, points)
                if points > 50:
                    most = state.number("most", most, 50, points, label, step=50, help=text)
        with right:
            text = (
                "k-means makes as many groups as it is told; HDBSCAN finds the number and leaves out what lies between."
            )
            sorter = state.choice("sorted_by", list(SORTERS), "kmeans", "Groups by", titles=SORTERS, help=text)
            forms.follow("cloud_groups", senses)
            k = state.number("cloud_groups", senses, 2, 10, "How many groups") if sorter == "kmeans" else senses
            if place == "text":
                help = "ran finds run, runs and running, too. Each form makes a group of its own in most models."
                inflected = state.flag("inflected", False, "Other forms of the word, too", help=help)
    return most, inflected, method, sorter, k, seed
