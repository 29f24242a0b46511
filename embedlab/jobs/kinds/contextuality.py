"""Measuring how contextual models are, as a background run; every model's result is kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis import contextuality
from embedlab.analysis.contextuality import Contextuality
from embedlab.base import BadInput, OnProgress, Settings, setting, typed_json
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import AS_WRITTEN, load_ner, load_senses
from embedlab.jobs.run import Run, run_missing
from embedlab.store import results, vectors
from embedlab.store.results import Part, ResultCache

KIND = "contextuality"
VERSION = 2
TEXTS = {"senses": "Sentences with ambiguous words", "ner": "Sentences with names", "own": "My own text"}

FILES = {"senses": "senses.jsonl", "ner": "ner.conll"}
"""Among the shipped sentences."""


@dataclass(frozen=True)
class ContextualitySettings(Settings):
    """What is measured.

    Attributes:
        models: keys, one a line.
    """

    models: str = setting("", "Keys of the models, one a line.")
    text: str = setting("senses", "Which sentences are read.", choices=tuple(TEXTS))
    own: str = setting("", "The text, where it is one's own.")
    seed: int = setting(1, "Of the bootstrap.", low=0, high=2**31 - 1)


def sentences(settings: ContextualitySettings) -> Sequence[Sequence[str]]:
    """The sentences that are read.

    Raises:
        BadInput: there are none.
    """
    if settings.text == "senses":
        return [one.words for one in load_senses()]
    if settings.text == "ner":
        ner = load_ner()
        return [one.words for one in (*ner.train, *ner.dev, *ner.test)]
    result = list(Corpus.from_texts([settings.own], name="own", options=AS_WRITTEN))
    if not result:
        raise BadInput("Write or paste a text first.")
    return result


def key_of(spec: registry.ModelSpec, settings: ContextualitySettings) -> str:
    """Names the result of one model."""
    read = settings.own if settings.text == "own" else results.sentences(FILES[settings.text])
    return results.key_of(VERSION, spec.key, results.weights(spec.folder), settings.text, read, settings.seed)


def _decode(values: dict[str, Any]) -> Contextuality:
    return typed_json.made(Contextuality, {name: value for name, value in values.items() if name != "model"})


CACHE = ResultCache(KIND, results.from_json(_decode))


def stored(spec: registry.ModelSpec, settings: ContextualitySettings) -> Contextuality | None:
    """The result of a model, if it has been measured."""
    return CACHE.get(key_of(spec, settings))


def _part(spec: registry.ModelSpec, settings: ContextualitySettings) -> Part:
    def compute(on_progress: OnProgress | None) -> dict[str, Any]:
        texts, model = sentences(settings), vectors.cached(registry.load_model(spec.key))
        found = contextuality.measure(model, texts, seed=settings.seed, on_progress=on_progress)
        return {**typed_json.plain(found), "model": spec.key}

    return Part(spec.title, key_of(spec, settings), compute)


def ship(spec: registry.ModelSpec, folder: Path | None = None, on_progress: OnProgress | None = None) -> Path:
    """Measure a model on the sentences that the page opens on, if a folder lacks it, and remove what it had before.

    Args:
        spec: the model.
        folder: where results lie, those that come with the lab if ``None``.
        on_progress: told while it is measured.

    Raises:
        BadModel: it cannot be loaded.
    """
    part = _part(spec, ContextualitySettings())
    (file,) = CACHE.ship([part], lambda values: values["model"] == spec.key, folder, on_progress)
    return file


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure the models that have not been measured yet.

    Raises:
        BadInput: the text holds too little, or a model has no vectors.
        BadModel: one cannot be loaded.
    """
    settings = typed_json.settings(ContextualitySettings, values)
    parts = [_part(registry.find(key), settings) for key in settings.models.splitlines()]
    run_missing(run, CACHE, parts, on_progress)
