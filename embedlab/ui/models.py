"""Choose contextual models and their layers, and encode sentences with a progress bar; static models have one layer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from embedlab.base import Capability, ContextualModel, Model, OnProgress, Progress
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.store import vectors
from embedlab.ui import cache, state, widgets

READERS = "readers"
"""Where chosen models, static ones among them, stand in the address; contextual ones alone: ``widgets.ADDRESSES``."""
PATIENCE = 0.5
"""Seconds of work before a progress bar appears: what is over sooner needs none."""


M = TypeVar("M")


@dataclass(frozen=True)
class ChosenModel(Generic[M]):
    """The one model of a page.

    Attributes:
        spec: which it is.
        title: what people read.
        model: the model.
    """

    spec: ModelSpec
    title: str
    model: M


def choose_one(
    capability: Capability, families: Sequence[str], address: str, missing: str
) -> ChosenModel[Model] | None:
    """Let the visitor choose one model of a few families and load it; see ``widgets.family_picker``.

    Raises:
        BadModel: it is gone or damaged.
    """
    picked = widgets.family_picker(capability, families, address, missing)
    return picked and ChosenModel(*picked, cache.model(picked[0].key))


def specs(*, static: bool = True) -> list[ModelSpec]:
    """The models that give vectors to words in sentences, in the order of the road.

    Args:
        static: whether those with one vector a word are among them (``contextual`` lifts them).
    """
    return [s for s in cache.specs() if "contextual" in s.capabilities or (static and "static" in s.capabilities)]


def is_static(spec: ModelSpec) -> bool:
    """Whether a word has the same vector in every sentence."""
    return "contextual" not in spec.capabilities


def choose(
    default: Sequence[str] = (), *, many: bool = True, static: bool = True, label: str = "Models"
) -> list[ModelSpec]:
    """Let the visitor choose models that give vectors to words in sentences; the choice stands in the address.

    Args:
        default: keys chosen at first, those that are at hand; otherwise the last model that is.
        many: whether several may be chosen, or one.
        static: whether static models are offered, too; pages that agree in this share the choice.
        label: said above, in the plural; one model drops its "s".

    Returns:
        The chosen ones in the order of the road; empty (with a sentence on the page that says so) if there are none.
    """
    if not static:
        contextual = [spec.key for spec in specs(static=False)]
        return widgets.model_picker(
            "contextual", many, [k for k in default if k in contextual] or contextual[-1:], label
        )
    known = {spec.key: spec for spec in specs()}
    if not known:
        st.info("No model of the right sort is at hand yet. Train one on the Training page.")
        return []
    start = [key for key in default if key in known] or list(known)[-1:]
    titles = widgets.unique_titles(list(known.values()))
    if not many:
        name = READERS.removesuffix("s")
        return [known[state.choice(name, list(known), start[0], label.removesuffix("s"), titles=titles)]]
    chosen = state.many(READERS, list(known), start, label, titles=titles)
    if not chosen:
        st.info("Choose at least one model.")
    return [known[key] for key in chosen]


def contextual(spec: ModelSpec) -> ContextualModel:
    """The model, loaded once for everybody; a static one as a single layer. Never change it.

    What it has read is kept on disk (see ``embedlab.store.vectors``).

    Raises:
        BadModel: it is gone or damaged.
        BadInput: it has no word vectors.
    """
    return vectors.cached(cache.model(spec.key))


def usual_layer(layers: Sequence[str]) -> str:
    """The layer that a page opens on: the top one; of more than three the last but one.

    The top of a deep network is about the word that it guesses, the one below about the word that stands there
    (Devlin et al. 2019, table 7; Tenney et al. 2019).
    """
    return layers[-2] if len(layers) > 3 else layers[-1]


def layer_title(name: str) -> str:
    """A layer's name for people: "4" is "layer 4"."""
    return f"layer {name}" if name.isdigit() else name


def choose_layer(name: str, layers: Sequence[str], *, default: str = "", label: str = "Layer") -> str:
    """Let the visitor choose one of a model's layers; no widget if there is only one.

    Args:
        name: the query parameter; one a model where several are shown, such as ``f"layer_{spec.key}"``.
        layers: the model's, from the input to the top.
        default: one of them; ``usual_layer`` if empty.
        label: said above.
    """
    start = default if default in layers else usual_layer(layers)
    if len(layers) == 1:
        return layers[0]
    return state.choice(name, list(layers), start, label, titles={one: layer_title(one) for one in layers})


@contextmanager
def progress(text: str) -> Iterator[OnProgress]:
    """A progress bar that appears only if the work inside takes long, and goes away at its end.

    For what takes a few seconds at most; longer work goes to a background run. The page may be left meanwhile: nothing
    is kept then, and the next visit begins anew.

    Args:
        text: what is being done; shown as it is, never as markup.
    """
    line, began = st.empty(), time.monotonic()
    yield _told(line.progress, md(text, 80), began)
    line.empty()


def _told(bar: Callable[[float, str], object], text: str, began: float) -> OnProgress:
    def tell(event: Progress) -> None:
        if time.monotonic() - began > PATIENCE:
            bar(min(1.0, event.step / event.total) if event.total else 0.0, text)

    return tell


MASKED_FAMILIES = ("bert",)


CHARACTER_FAMILIES = ("flair", "char_lstm")
