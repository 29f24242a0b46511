"""Learning the weights of a model's layers, as a background run; every task's result is kept as soon as it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from embedlab import kept, places, registry, tagged_files
from embedlab.analysis import scalar_mix, token_tasks
from embedlab.analysis.scalar_mix import MixFit
from embedlab.analysis.token_tasks import TokenTask
from embedlab.base import BadInput, ContextualModel, OnProgress, Settings, StaticModel, setting
from embedlab.card import versions
from embedlab.data.datasets import load_ner, load_senses
from embedlab.data.tag_columns import dealt, read_tags
from embedlab.run_folder import Run, add_line

KIND = "elmo_layers"
VERSION = 2
DONE = "done.jsonl"
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
    column: int = setting(0, "Column of the tags, from 1; 0 for the usual one.", low=0, high=100)

    @property
    def each(self) -> tuple[str, ...]:
        """The tasks."""
        return tuple(task for task in self.tasks.split(",") if task in TASKS)


def lay_down(content: bytes, visitor: str = places.OWNER, address: str = "") -> str:
    """Keep a tagged file for whoever gave it, by a name made of what it holds (see ``tagged_files``).

    Raises:
        BadInput: it is too large, or cannot be written.
    """
    if len(content) > LARGEST:
        raise BadInput(f"The file is larger than {LARGEST / 1e6:.0f} MB. Give a part of it.")
    return tagged_files.lay_down(content, None, visitor, address)


def task(key: str, settings: MixSettings) -> TokenTask:
    """The data of one of the tasks.

    Raises:
        BadInput: the file is gone, or holds nothing to learn.
    """
    if key == "senses":
        return token_tasks.from_senses(load_senses())
    if key == "ner":
        return token_tasks.from_tagged(load_ner(), TASKS[key])
    path = tagged_files.laid_down(settings.file)
    if path is None:
        raise BadInput("The file with tags is gone. Give it again.")
    return token_tasks.from_tagged(dealt(read_tags(path, settings.column or None)), TASKS[key])


def key_of(key: str, settings: MixSettings) -> str:
    """Names the result of one task.

    Raises:
        BadModel: a model is gone.
    """
    specs = [registry.find(one) for one in (settings.model, settings.static) if one]
    file = [settings.file, settings.column] if key == "file" else kept.sentences(DATA[key])
    models = [[spec.key, kept.weights(spec.folder)] for spec in specs]
    return kept.key_of(VERSION, models, key, file, settings.layer_norm, settings.seeds)


def found(key: str, settings: MixSettings) -> tuple[MixFit, ...] | None:
    """The result of one task, if it has been learned.

    Raises:
        BadModel: a model is gone.
    """
    name = key_of(key, settings)
    values = kept.read(KIND, name)
    if values is None:
        return None
    try:
        return fits_of(values)
    except (TypeError, KeyError, ValueError, AttributeError, ArithmeticError):
        kept.forget(KIND, name)
        return None


def fits_of(values: Any) -> tuple[MixFit, ...]:
    """What ``learn`` has found.

    Raises:
        TypeError, KeyError, ValueError: it is damaged.
    """
    return tuple(scalar_mix.from_dict(row) for row in values["fits"])


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
        model, task(key, settings), settings.seeds, static=static, layer_norm=settings.layer_norm,
        on_progress=on_progress,
    )  # fmt: skip
    named = [replace(fit, name=title) if fit.kind in ("static", "beside") else fit for fit in fits]
    about = {"model": settings.model, "static": settings.static, "task": key, "created": date.today().isoformat()}
    return about | {"versions": versions(LIBRARIES), "fits": [scalar_mix.to_dict(fit) for fit in named]}


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Learn the tasks that have not been learned yet.

    Raises:
        BadInput: a task holds nothing to learn, or a model is of the wrong sort.
        BadModel: one cannot be loaded.
    """
    settings = MixSettings.from_dict(values)
    titles = [TASKS[key] for key in settings.each]
    for number, key in enumerate(settings.each):
        if found(key, settings) is None:
            tell = kept.share_of(on_progress, number, titles)
            kept.write(KIND, key_of(key, settings), learn(key, settings, tell), run.visitor)
        add_line(run.folder / DONE, {"task": key})
