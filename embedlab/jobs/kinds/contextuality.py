"""Measuring how contextual models are, as a background run; every model's result is kept as soon as it is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis import contextuality
from embedlab.analysis.contextuality import Contextuality
from embedlab.base import BadInput, OnProgress, Settings, files, setting
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import load_ner, load_senses
from embedlab.data.senses import AS_WRITTEN
from embedlab.jobs.run import Run, add_line
from embedlab.store import results, vectors

KIND = "contextuality"
VERSION = 2
DONE = "done.jsonl"
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
    found = list(Corpus.from_texts([settings.own], name="own", options=AS_WRITTEN))
    if not found:
        raise BadInput("Write or paste a text first.")
    return found


def key_of(spec: registry.ModelSpec, settings: ContextualitySettings) -> str:
    """Names the result of one model."""
    read = settings.own if settings.text == "own" else results.sentences(FILES[settings.text])
    return results.key_of(VERSION, spec.key, results.weights(spec.folder), settings.text, read, settings.seed)


def stored(spec: registry.ModelSpec, settings: ContextualitySettings) -> Contextuality | None:
    """The result of a model, if it has been measured."""
    key = key_of(spec, settings)
    values = results.read(KIND, key)
    if values is None:
        return None
    try:
        return contextuality.from_dict({name: value for name, value in values.items() if name != "model"})
    except (TypeError, KeyError, ValueError, AttributeError, ArithmeticError):
        results.forget(KIND, key)
        return None


def ship(spec: registry.ModelSpec, folder: Path | None = None, on_progress: OnProgress | None = None) -> Path:
    """Measure a model on the sentences that the page opens on, if a folder lacks it, and remove what it had before.

    Args:
        spec: the model.
        folder: where results lie, those that come with the lab if ``None``.
        on_progress: told while it is measured.

    Raises:
        BadModel: it cannot be loaded.
    """
    folder, settings = folder or results.shipped(KIND), ContextualitySettings()
    file = folder / f"{key_of(spec, settings)}.json"
    if not file.is_file():
        values = contextuality.to_dict(_measured(spec, sentences(settings), settings, on_progress))
        files.write_text(file, json.dumps(values | {"model": spec.key}, ensure_ascii=False) + "\n")
    results.only_these(folder, [file], spec.key)
    return file


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure the models that have not been measured yet.

    Raises:
        BadInput: the text holds too little, or a model has no vectors.
        BadModel: one cannot be loaded.
    """
    settings = ContextualitySettings.from_dict(values)
    specs = [registry.find(key) for key in settings.models.splitlines()]
    texts = sentences(settings)
    for number, spec in enumerate(specs):
        tell = results.share_of(on_progress, number, [spec.title for spec in specs])
        if stored(spec, settings) is None:
            result = _measured(spec, texts, settings, tell)
            results.write(KIND, key_of(spec, settings), contextuality.to_dict(result), run.visitor)
        add_line(run.folder / DONE, {"model": spec.key})


def _measured(
    spec: registry.ModelSpec,
    texts: Sequence[Sequence[str]],
    settings: ContextualitySettings,
    on_progress: OnProgress | None,
) -> Contextuality:
    model = vectors.cached(registry.load_model(spec.key))
    return contextuality.measure(model, texts, seed=settings.seed, on_progress=on_progress)
