"""Load models once for all visitors, read-only; load a model again when its folder changes.

Compute a value once for all visitors and keep it in memory; concurrent requests wait for the first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

from embedlab import registry
from embedlab.base import BadModel, Capability, LanguageModel, Model, StaticModel, model_folder, read_only
from embedlab.base.limits import MB, Limits, half_of_the_memory, met, size
from embedlab.jobs import api as jobs
from embedlab.jobs import cleanup
from embedlab.registry import ModelSpec
from embedlab.store import results
from embedlab.ui import links, server
from embedlab.ui.residents import Key, Residents
from embedlab.ui.server import Preload
from embedlab.ui.visitor import workspace

MOST_LOADED = 24
"""Models in memory: all fourteen starters, which a class looks at side by side, and some of the visitors' own.

``models_mb`` of the limits bounds their bytes besides.
"""


@st.cache_resource(show_spinner=False)
def libraries() -> None:
    """See ``first_screen.libraries``; here once and by one visitor, where no server of ours has done it at its start.

    Two first visitors at the same time would import them in two threads, and one would find them half imported.
    """
    server.libraries()
    server.install()


@st.cache_resource(show_spinner=False)
def drawn() -> set[str]:
    """Titles of the pages that somebody has seen already: what they need is in memory."""
    return set()


@st.cache_resource(show_spinner=False)
def queue() -> None:
    """Start the runs that were waiting when the app last ended; once."""
    jobs.look_after()


@st.cache_resource(show_spinner=False)
def rounds() -> cleanup.Rounds:
    """Delete old runs now and then, in a thread that the first visitor starts."""
    begun = cleanup.Rounds()
    begun.begin()
    return begun


@st.cache_resource(show_spinner=False)
def preload() -> Preload:
    """The imports that go on in the background, started by the first visitor."""
    begun = Preload()
    begun.begin()
    return begun


def specs(capability: Capability | None = None) -> list[ModelSpec]:
    """The models at hand, this visitor's own among them, read from disk now; or those of them that a link pins."""
    listed = registry.list_models(capability, workspace())
    only = links.pinned("models")
    return [spec for spec in listed if spec.key in only] or listed


def find(key: str) -> ModelSpec:
    """The model with this key; models of other visitors do not exist for this one.

    Raises:
        BadModel: there is none.
    """
    for spec in registry.list_models(workspace=workspace()):
        if spec.key == key:
            return spec
    raise BadModel("This model is not here (any more). Choose one from the list.")


def model(key: str) -> Model:
    """The model with this key, loaded once for everybody who may see it; never change it.

    Raises:
        BadModel: there is none of that name, or its folder is damaged.
    """
    return at(find(key).folder)


def static(key: str) -> StaticModel:
    """The model with this key, which must have one vector a word.

    Raises:
        BadModel: see ``model``; or it is of another sort.
    """
    loaded_model = model(key)
    if not isinstance(loaded_model, StaticModel):
        raise BadModel(f"'{key}' has no fixed vector for each word. Choose a static model.")
    return loaded_model


def language(key: str) -> LanguageModel:
    """The model with this key, which must give probabilities to continuations.

    Raises:
        BadModel: see ``model``; or it is of another sort.
    """
    loaded_model = model(key)
    if not isinstance(loaded_model, LanguageModel):
        raise BadModel(f"'{key}' gives no probabilities to words. Choose a language model.")
    return loaded_model


def at(folder: Path) -> Model:
    """The model in a folder that is on no shelf, such as a training run's result.

    Raises:
        BadModel: there is none, or it is damaged.
    """
    key = (str(folder), model_folder.stamp(folder))
    _residents().use(key)
    return _load(*key)


def stamp(spec: ModelSpec) -> int:
    """A number that changes when the model's folder is written anew; part of every cache key about a model."""
    return model_folder.stamp(spec.folder)


def digest(spec: ModelSpec) -> str:
    """See ``storage.digest``; the files are read once."""
    return results.weights(spec.folder)


def loaded(spec: ModelSpec) -> bool:
    """Whether the model is in memory now."""
    return _residents().has(str(spec.folder))


@st.cache_resource(show_spinner=False)
def _residents() -> Residents:
    return Residents()


def _released(released: Model) -> None:
    _residents().released(released)
    server.settle()


@st.cache_resource(max_entries=MOST_LOADED, ttl="1d", on_release=_released, show_spinner="Loading a model …")
def _load(folder: str, stamp: int) -> Model:
    key = (folder, stamp)
    _make_room(key)
    try:
        loaded_model = registry.load_model(folder)
        read_only.make_read_only(loaded_model)
    except BaseException:
        _residents().failed(key)
        raise
    _residents().loaded(key, loaded_model)
    server.hold()
    return loaded_model


def _make_room(key: Key) -> None:
    """Unload what was not used for the longest time, until a model fits that is to be loaded.

    Raises:
        BadModel: it would not fit alone.
    """
    folder, limits = Path(key[0]), Limits.from_environment()
    wanted, most = model_folder.memory(folder), (limits.models_mb or half_of_the_memory()) * MB
    if wanted > most:
        message = f"{folder.name} would take about {size(wanted)} of memory; models may take {size(most)} together."
        raise BadModel(met("models_mb", f"{message} Take a smaller model."))
    unloaded = _residents().make_room(key, wanted, most)
    for other in unloaded:
        _load.clear(*other)
    if unloaded:
        server.settle()


REMEMBERED = 800
T = TypeVar("T")


def is_remembered(key: tuple[object, ...]) -> bool:
    """Whether there is an answer under this key already."""
    future = _memory()[0].get(key)
    return future is not None and future.done()


def remembered(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return the value kept under this key, or make it now; the least recently used is dropped.

    Of visitors who want the same at the same time one makes it, and the others wait for it; should it fail, or
    should that visitor leave the page, the next one makes it.
    """
    kept, lock = _memory()
    while True:
        with lock:
            future: Future[T] | None = kept.get(key)
            if future is None:
                mine: Future[T] = Future()
                kept[key] = mine
                break
            kept.move_to_end(key)
        with suppress(CancelledError):
            return future.result()
    try:
        mine.set_result(make())
    except BaseException:
        with lock:
            kept.pop(key, None)
        mine.cancel()
        raise
    with lock:
        while len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return mine.result()


@st.cache_resource(ttl="1d", show_spinner=False)
def _memory() -> tuple[OrderedDict[tuple[object, ...], Future[Any]], Lock]:
    return OrderedDict(), Lock()
