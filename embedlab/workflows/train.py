"""Train a model on a text and write its folder, by settings or by a recipe.

A recipe is a TOML file that names the text, the model and the settings of a shipped starter.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

from embedlab.base import (
    BadInput,
    BadSetting,
    Card,
    EmbedLabError,
    Model,
    OnProgress,
    Settings,
    StaticModel,
    model_folder,
)
from embedlab.base.limits import Limits
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.parallel.shards import Pool
from embedlab.registry import load_model, model_class


@dataclass(frozen=True)
class Source:
    """One file of a recipe's text.

    Attributes:
        file: name inside the corpus folder.
        text: what it is, for the card.
        licence: under which licence it is published.
        attribution: who has to be named.
        max_bytes: most bytes of the unpacked text to read, ``None`` for all.
    """

    file: str
    text: str
    licence: str
    attribution: str = ""
    max_bytes: int | None = None


@dataclass(frozen=True)
class Recipe:
    """How a model is made.

    Attributes:
        name: folder name of the result.
        kind: kind of model in the registry.
        title: name for people.
        sources: the text.
        options: how the text becomes words.
        settings: the model's own settings.
        half: store tensors as float16.
        note: what else the card should say.
        begin: file name of the recipe whose result is trained further; empty for new weights.
        company: key of the static model for the loss on the words around; empty for none.
        keep: share of the initial weights in the result; see ``mean``.
    """

    name: str
    kind: str
    title: str
    sources: tuple[Source, ...]
    options: TextOptions
    settings: Settings
    half: bool = True
    note: str = ""
    begin: str = ""
    company: str = ""
    keep: float = 0.0


def read(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        BadInput: the file does not exist, is not TOML, or lacks a part.
        BadSetting: a setting is unknown or out of bounds.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        kind = str(values["kind"])
        return Recipe(
            name=str(values["name"]),
            kind=kind,
            title=str(values["title"]),
            sources=tuple(_source(source) for source in values["source"]),
            options=TextOptions.from_dict(values.get("options", {})),
            settings=settings_of(kind, values.get("settings", {})),
            half=bool(values.get("half", True)),
            note=str(values.get("note", "")),
            begin=str(values.get("begin", "")),
            company=str(values.get("company", "")),
            keep=float(values.get("keep", 0.0)),
        )
    except OSError as error:
        raise BadInput(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            f"The recipe {path} is not complete: {error}. Compare it with those in assets/recipes."
        ) from error


def _source(values: Mapping[str, Any]) -> Source:
    found = Source(**values)
    for item in dataclasses.fields(Source):
        value, number = getattr(found, item.name), item.name == "max_bytes"
        if not (value is None or (type(value) is int and value > 0) if number else isinstance(value, str)):
            raise TypeError(f"{item.name} of a source is {value!r}")
    return found


def settings_of(kind: str, values: Mapping[str, Any]) -> Settings:
    """Make the settings of a kind of model from plain values; text is converted to the type of the field.

    Raises:
        BadModel: there is no such kind.
        BadSetting: the kind has no such setting, or the value is not allowed.
    """
    config_class = model_class(kind).config_class
    types = {item.name: type(item.default) for item in dataclasses.fields(config_class)}
    return config_class.from_dict({name: _typed(name, value, types.get(name, str)) for name, value in values.items()})


def _typed(name: str, value: Any, kind: type[Any]) -> Any:
    if not isinstance(value, str) or kind is str:
        return value
    if kind is bool and value.lower() in ("true", "false", "yes", "no", "1", "0"):
        return value.lower() in ("true", "yes", "1")
    try:
        return kind(value) if kind is not bool else value
    except ValueError:
        raise BadSetting(f"{name} must be {kind.__name__}, not {value!r}.") from None


def corpus(recipe: Recipe, folder: Path) -> Corpus:
    """Open the recipe's text as a stream from the files in ``folder``.

    Raises:
        BadInput: a file is missing or cannot be read.
    """
    parts = [
        Corpus.from_file(Path(folder) / source.file, options=recipe.options, max_bytes=source.max_bytes)
        for source in recipe.sources
    ]
    return dataclasses.replace(
        Corpus.chain(parts),
        description="; ".join(source.text for source in recipe.sources),
        licence="; ".join(dict.fromkeys(source.licence for source in recipe.sources)),
    )


def make(
    recipe: Recipe,
    folder: Path,
    out: Path,
    on_progress: OnProgress | None = None,
    begin: Model | None = None,
    pool: Pool | None = None,
    *,
    overwrite: bool = False,
) -> Model:
    """Train the recipe's model on the text in ``folder`` and write a model folder ``out``.

    Args:
        recipe: the recipe.
        folder: folder of the text.
        out: folder of the model.
        on_progress: called with the progress.
        begin: the model to train further, for a recipe that names one.
        pool: processes for parts of the work; for the kinds that count word pairs.
        overwrite: whether an existing model at ``out`` may be replaced; nothing else ever is.

    Raises:
        BadInput: ``out`` exists and may not be replaced; or ``begin`` is missing, or given without need.
        EmbedLabError: any error of the corpus, the training or the writing.
    """
    if bool(recipe.begin) != (begin is not None):
        raise BadInput(
            f"This recipe goes on from what {recipe.begin} makes. Give its folder with --begin."
            if recipe.begin
            else "This recipe begins with nothing; leave --begin out."
        )
    model_folder.check_target(out, overwrite=overwrite)
    where = checkpoint_folder(out)
    company = load_model(recipe.company) if recipe.company else None
    model = train(recipe.kind, corpus(recipe, folder), recipe.settings, on_progress, where, begin, pool, company)
    if begin and recipe.keep:
        model = mean(begin, model, recipe.keep)
    named = [*(begin.card.attribution.split("; ") if begin else []), *(s.attribution for s in recipe.sources)]
    attribution = "; ".join(dict.fromkeys(name for name in named if name))
    model.card = dataclasses.replace(
        model.card, title=recipe.title, source="starter", attribution=attribution, note=recipe.note
    )
    if writes(model):
        model.save(Path(out), half=recipe.half, overwrite=overwrite)
    return model


def mean(first: Model, then: Model, share: float) -> Model:
    """Average the weights of a model before and after further training.

    The mean is often as good at the new task as the later model, and better at the old one: Wortsman et al. 2022,
    Robust fine-tuning of zero-shot models, https://arxiv.org/abs/2109.01903.

    Args:
        first: the model before.
        then: the model after, of the same shape; the result has its settings, vocabulary and card.
        share: weight of ``first``, 0 to 1. Weights that ``first`` lacks, such as a head, are those of ``then``.
    """
    before, stored = first.tensors(), then.stored()
    tensors = {
        name: (share * before[name] + (1 - share) * array).astype(array.dtype) if name in before else array
        for name, array in stored.tensors.items()
    }
    return type(then).from_stored(dataclasses.replace(stored, tensors=tensors))


def writes(model: Model) -> bool:
    """Whether this process writes the model: the first one, if several have trained a network together."""
    if not model.resumes:
        return True
    from embedlab.training.loop import first_process

    return first_process()


def train(
    kind: str,
    text: Corpus,
    settings: Settings | None = None,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    begin: Model | None = None,
    pool: Pool | None = None,
    company: Model | None = None,
) -> Model:
    """Train any kind of model on a text.

    Args:
        kind: kind of model in the registry.
        text: the text.
        settings: the model's own settings.
        on_progress: called with the progress.
        checkpoints: folder for checkpoints, from which a killed training continues; for the kinds that can.
        begin: a model of that kind to train further; for ELMo, Flair and BERT.
        pool: processes that count shards of the text; for the kinds that count pairs (GloVe, LSA).
        company: a static model for the loss on the words around each word; for ELMo, Flair and BERT.

    Raises:
        BadInput: ``begin`` cannot be trained further, or the kind has no use for ``pool`` or ``company``.
        BadModel: there is no such kind, or it cannot be trained here.
        BadSetting: a setting is beyond the limits.
        EmbedLabError: any error of the training.
    """
    found = model_class(kind)
    trainable = getattr(begin if isinstance(begin, found) else found, "further" if begin else "train", None)
    if begin and trainable is None:
        name = begin.card.title or begin.kind
        raise BadInput(f"{name} cannot learn on as a model of kind '{kind}'. Give an ELMo, a Flair or a BERT.")
    if trainable is None:
        raise EmbedLabError(f"Models of kind '{kind}' are only loaded, not trained, in this version.")
    Limits.from_environment().check_settings((settings or found.config_class()).to_dict())
    if pool and not found.spreads:
        raise BadInput(
            f"A model of kind '{kind}' counts nothing in shards. Leave --workers out; GloVe and LSA take it."
        )
    asks = "company" in signature(trainable).parameters and isinstance(company, StaticModel)
    if company and not asks:
        raise BadInput(f"A model of kind '{kind}' cannot be asked for the words around by {company.kind} vectors.")
    more = {name: value for name, value, takes in (
        ("checkpoints", checkpoints, found.resumes), ("pool", pool, found.spreads), ("company", company, asks)
    ) if takes and value is not None}  # fmt: skip
    model: Model = trainable(text, settings, on_progress, **more)
    return model


def checkpoint_folder(out: Path) -> Path:
    """The folder for the checkpoints of a training whose model goes to ``out``: a hidden one beside it."""
    return out.parent / f".{out.name}.checkpoint"


def with_title(model: Model, title: str, source: str = "yours") -> Model:
    """Give a model that was just trained its title."""
    card: Card = dataclasses.replace(model.card, title=title, source=source)
    model.card = card
    return model
