"""Learning the weights of a model's layers, as a background run; every task's result is kept as soon as it is there.

Learned layer weights that come with the lab: of every model of two layers or more, for the tasks that it ships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis import scalar_mix
from embedlab.analysis.probing import tasks as probing_tasks
from embedlab.analysis.probing.tasks import TokenTask
from embedlab.analysis.scalar_mix import MixFit
from embedlab.base import (
    BadInput,
    BadModel,
    ContextualModel,
    OnProgress,
    Settings,
    StaticModel,
    paths,
    setting,
    typed_json,
)
from embedlab.base.card import versions
from embedlab.data.datasets import load_ner, load_senses
from embedlab.data.tag_columns import Wanted
from embedlab.data.tag_reading import HowRead
from embedlab.data.tagged import dealt, read_tagged
from embedlab.jobs.run import Run, run_missing
from embedlab.registry import ModelSpec
from embedlab.store import results, uploads, vectors
from embedlab.store.results import Part, ResultCache

KIND = "elmo_layers"
VERSION = 3
COLUMNS = 2
"""Counts up when the columns of a tagged file are found in another way."""
TASKS = {"ner": "named entities", "senses": "word senses", "file": "your file"}
LARGEST = 20_000_000
LIBRARIES = ("numpy", "torch")
DATA = {"ner": "ner.conll", "senses": "senses.jsonl"}
"""The shipped sentences of each task."""
BESIDE = ("word2vec", "fasttext", "glove")
"""Static models that are set beside the mix, the first that is at hand."""


@dataclass(frozen=True)
class MixSettings(Settings):
    """What is learned."""

    model: str = setting("elmo", "Key of the model whose layers are mixed.")
    tasks: str = setting("ner,senses", "Tasks, with commas between: ner, senses, file.")
    static: str = setting("", "Key of the static model that is set beside the mix; none if empty.")
    layer_norm: bool = setting(True, "Bring every layer to mean 0 and variance 1 first, so that weights compare.")
    seeds: int = setting(3, "How many times each probe is learned, from other beginnings.", low=1, high=10)
    file: str = setting("", "Name of the tagged file that was laid down.")
    column: int = setting(0, "Column of the tags, from 1; 0 to find it, -1 for the last.", low=-1, high=100_000)
    word_column: int = setting(0, "Column of the words, alike.", low=-1, high=100_000)

    @property
    def each(self) -> tuple[str, ...]:
        """The tasks."""
        return tuple(task for task in self.tasks.split(",") if task in TASKS)


def lay_down(content: bytes, visitor: str = paths.OWNER, address: str = "") -> str:
    """Store a tagged file for its visitor, under a name derived from its content (see ``store.uploads``).

    Args:
        content: the bytes of the file.
        visitor: who gave it.
        address: the visitor's network address, whose quota it counts to.

    Returns:
        The name of the stored file.

    Raises:
        BadInput: it is too large, or cannot be written.
    """
    if len(content) > LARGEST:
        raise BadInput(f"The file is larger than {LARGEST / 1e6:.0f} MB. Give a part of it.")
    return uploads.lay_down(content, None, visitor, address)


def task(key: str, settings: MixSettings) -> TokenTask:
    """The data of one of the tasks.

    Raises:
        BadInput: the file is gone, or holds nothing to learn.
    """
    if key == "senses":
        return probing_tasks.from_senses(load_senses())
    if key == "ner":
        return probing_tasks.from_tagged(load_ner(), TASKS[key])
    return file_task(settings)[0]


def file_task(settings: MixSettings) -> tuple[TokenTask, HowRead]:
    """The data of a tagged file, and how the file was read.

    Raises:
        BadInput: the file is gone, or holds nothing to learn.
    """
    path = uploads.laid_down(settings.file)
    if path is None:
        raise BadInput("The file with tags is gone. Give it again.")
    wanted = Wanted(*(str(number or "") for number in (settings.word_column, settings.column)))
    with uploads.unnamed(path):
        reading = read_tagged(path, wanted, entities=False, name="the file")
    return probing_tasks.from_tagged(dealt(reading.sentences), TASKS["file"]), reading.how


def key_of(key: str, settings: MixSettings) -> str:
    """Names the result of one task.

    Raises:
        BadModel: a model is gone.
    """
    specs = [registry.find(one) for one in (settings.model, settings.static) if one]
    columns = [settings.file, settings.column, settings.word_column, COLUMNS]
    file = columns if key == "file" else results.sentences(DATA[key])
    models = [[spec.key, results.weights(spec.folder)] for spec in specs]
    return results.key_of(VERSION, models, key, file, settings.layer_norm, settings.seeds)


def _decode(values: Any) -> tuple[MixFit, ...]:
    return tuple(scalar_mix.from_dict(row) for row in values["fits"])


CACHE = ResultCache(KIND, results.from_json(_decode))


def stored(key: str, settings: MixSettings) -> tuple[MixFit, ...] | None:
    """The result of one task, if it has been learned.

    Raises:
        BadModel: a model is gone.
    """
    return CACHE.get(key_of(key, settings))


def learn(key: str, settings: MixSettings, on_progress: OnProgress | None = None) -> dict[str, Any]:
    """Learn one task; gives plain values, ready to be kept.

    Raises:
        BadInput: it holds nothing to learn, or a model is of the wrong sort.
        BadModel: one cannot be loaded.
    """
    model, static, title = registry.load_model(settings.model), None, ""
    if settings.static:
        static, title = registry.load_model(settings.static), registry.find(settings.static).title
    if not isinstance(model, ContextualModel) or not (static is None or isinstance(static, StaticModel)):
        raise BadInput("A contextual model and, beside it, a static one are needed.")
    fits = scalar_mix.compare(
        vectors.cached(model), task(key, settings), settings.seeds, static=static, layer_norm=settings.layer_norm,
        on_progress=on_progress,
    )  # fmt: skip
    named = [replace(fit, name=title) if fit.kind in ("static", "beside") else fit for fit in fits]
    about = {"model": settings.model, "static": settings.static, "task": key, "created": date.today().isoformat()}
    return about | {"versions": versions(LIBRARIES), "fits": [scalar_mix.to_dict(fit) for fit in named]}


def _parts(tasks: Sequence[str], settings: MixSettings) -> list[Part]:
    return [Part(TASKS[key], key_of(key, settings), partial(learn, key, settings)) for key in tasks]


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Learn the tasks that have not been learned yet.

    Raises:
        BadInput: a task holds nothing to learn, or a model is of the wrong sort.
        BadModel: one cannot be loaded.
    """
    settings = typed_json.settings(MixSettings, values)
    run_missing(run, CACHE, _parts(settings.each, settings), on_progress)


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
    parts = _parts(SHIPPED, settings_of(spec))
    return CACHE.ship(parts, lambda values: values["model"] == spec.key, folder, on_progress)


def _fits(file: Path) -> tuple[MixFit, ...]:
    try:
        return CACHE.decode(file)
    except typed_json.DAMAGED as error:
        raise BadModel(f"The weights in {file.name} cannot be read. Remove the file, and learn them again.") from error


def read(specs: Sequence[ModelSpec], folder: Path) -> list[Mixes]:
    """What a folder holds of some models as they are today; models of which there is nothing are left out.

    Raises:
        BadModel: a file is damaged.
    """
    result = []
    for spec in specs:
        settings, tasks = settings_of(spec), []
        for task in SHIPPED:
            file = CACHE.file(folder, key_of(task, settings))
            if file.is_file():
                tasks.append((TASKS[task], _fits(file)))
        if tasks:
            result.append(Mixes(spec.title, tuple(tasks)))
    return result
