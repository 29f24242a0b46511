"""Learned layer weights that come with the lab: of every model of two layers or more, for the tasks that it ships."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedlab import elmo_layer_runs, kept, registry, storage
from embedlab.analysis.mix_fit import MixFit
from embedlab.base import BadModel, ContextualModel, OnProgress
from embedlab.elmo_layer_runs import BESIDE, KIND, MixSettings
from embedlab.registry import ModelSpec

SHIPPED = ("ner", "senses")
"""Tasks whose sentences come with the lab."""


@dataclass(frozen=True, eq=False)
class Mixes:
    """What a model's layers count for.

    Attributes:
        title: the model's.
        tasks: name of each task and what was learned for it.
    """

    title: str
    tasks: tuple[tuple[str, tuple[MixFit, ...]], ...]


def settings_of(spec: ModelSpec) -> MixSettings:
    """What the ELMo layers page asks of a model when it opens."""
    static = {one.key for one in registry.list_models("static")}
    beside = next((key for key in BESIDE if key in static), "")
    return MixSettings(model=spec.key, tasks=",".join(SHIPPED), static=beside)


def ship(spec: ModelSpec, folder: Path | None = None, on_progress: OnProgress | None = None) -> list[Path]:
    """Learn what is missing in a folder, and remove what was learned of this model with other weights or sentences.

    Args:
        spec: the model; nothing is learned of one with a single layer.
        folder: where results lie, those that come with the lab if ``None``.
        on_progress: told while a task is learned.

    Raises:
        BadModel: it cannot be loaded.
    """
    model = registry.load_model(spec.key)
    if not isinstance(model, ContextualModel) or len(model.layers) < 2:
        return []
    folder, settings = folder or kept.shipped(KIND), settings_of(spec)
    files = [folder / f"{elmo_layer_runs.key_of(task, settings)}.json" for task in SHIPPED]
    for task, file in zip(SHIPPED, files, strict=True):
        if not file.is_file():
            found = elmo_layer_runs.learn(task, settings, on_progress)
            storage.write_text(file, json.dumps(found, ensure_ascii=False) + "\n")
    kept.only_these(folder, files, spec.key)
    return files


def _fits(file: Path) -> tuple[MixFit, ...]:
    try:
        return elmo_layer_runs.fits_of(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadModel(f"The weights in {file.name} cannot be read. Remove the file, and learn them again.") from error


def read(specs: Sequence[ModelSpec], folder: Path) -> list[Mixes]:
    """What a folder holds of some models as they are today; models of which there is nothing are left out.

    Raises:
        BadModel: a file is damaged.
    """
    found = []
    for spec in specs:
        settings, tasks = settings_of(spec), []
        for task in SHIPPED:
            file = folder / f"{elmo_layer_runs.key_of(task, settings)}.json"
            if file.is_file():
                tasks.append((elmo_layer_runs.TASKS[task], _fits(file)))
        if tasks:
            found.append(Mixes(spec.title, tuple(tasks)))
    return found
