"""Train a model on a text and write its folder, by settings or by a recipe.

A recipe is a TOML file that names the text, the model and the settings of a shipped starter.

Default settings for a text: a small one needs fewer dimensions and more passes than a large one.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Callable, Mapping
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
from embedlab.base.settings import NeuralConfig
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
        begin: file name of the recipe whose model continues pretraining; empty for new weights.
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
    result = Source(**values)
    for item in dataclasses.fields(Source):
        value, number = getattr(result, item.name), item.name == "max_bytes"
        if not (value is None or (type(value) is int and value > 0) if number else isinstance(value, str)):
            raise TypeError(f"{item.name} of a source is {value!r}")
    return result


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


def corpus(recipe: Recipe, folder: Path, encoding: str | None = None) -> Corpus:
    """Open the recipe's text as a stream from the files in ``folder``, in one encoding or in that of each.

    Raises:
        BadInput: a file is missing or cannot be read.
    """
    parts = [
        Corpus.from_file(
            Path(folder) / source.file, options=recipe.options, max_bytes=source.max_bytes, encoding=encoding
        )
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
    encoding: str | None = None,
    told: Callable[[Corpus], object] | None = None,
) -> Model:
    """Train the recipe's model on the text in ``folder`` and write a model folder ``out``.

    Args:
        recipe: the recipe.
        folder: folder of the text.
        out: folder of the model.
        on_progress: called with the progress.
        begin: the model that continues pretraining, for a recipe that names one.
        pool: processes for parts of the work; for the kinds that count word pairs.
        overwrite: whether an existing model at ``out`` may be replaced; nothing else ever is.
        encoding: of the text; ``None`` to detect it.
        told: gets the text when it has been read, to say how it was decoded.

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
    text = corpus(recipe, folder, encoding)
    model = train(recipe.kind, text, recipe.settings, on_progress, where, begin, pool, company)
    if told:
        told(text)
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
    """Average the weights of a model before and after continued pretraining.

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
        begin: a model of that kind that continues pretraining; for ELMo, Flair and BERT.
        pool: processes that count shards of the text; for the kinds that count pairs (GloVe, LSA).
        company: a static model for the loss on the words around each word; for ELMo, Flair and BERT.

    Raises:
        BadInput: ``begin`` cannot continue pretraining, or the kind has no use for ``pool`` or ``company``.
        BadModel: there is no such kind, or it cannot be trained here.
        BadSetting: a setting is beyond the limits.
        EmbedLabError: any error of the training.
    """
    found = model_class(kind)
    trainable = getattr(
        begin if isinstance(begin, found) else found, "continue_pretraining" if begin else "train", None
    )
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


PASSES = 2_500_000
"""Running words to train on in all epochs together; beyond that another epoch is not worth the wait."""


FEW_TYPES = 2_000
"""Different words below which the usual threshold of subsampling, 0.001, would also thin words with meaning."""


def by_size(kind: type[Settings], tokens: int, types: int = 0) -> dict[str, Any]:
    """Default settings for a text of ``tokens`` running words.

    Rules of thumb, checked on the samples: dimensions grow with the fourth root of the text, rare words stay in
    while the text is small, and passes make up for a short text. The threshold of subsampling is meant for a
    language, where only words like "the" are a thousandth of a text. With a vocabulary of 900 words that is the share
    of the average word, so a higher threshold and a narrower window let its grammar show: on the sample "kingdom",
    99 % instead of 30 % of the five nearest neighbors of a person are persons.

    Args:
        kind: the model's settings class; names that it does not have are left out, its bounds are kept.
        tokens: running words; 0 if unknown, which gives the class's own defaults.
        types: different words; 0 if unknown.
    """
    own = {item.name: item for item in dataclasses.fields(kind)}
    if tokens <= 0 or tokens >= 10_000_000:
        return {name: item.default for name, item in own.items()}
    small: dict[str, Any] = {
        "dim": min(100, max(20, 10 * round(0.23 * tokens**0.25))),
        "min_count": 1 if tokens < 5_000 else 2 if tokens < 100_000 else 3 if tokens < 1_000_000 else 5,
        "epochs": min(40, max(5, math.ceil(PASSES / tokens))),
    }
    if 0 < types < FEW_TYPES and "sample" in own:
        small |= {"sample": 0.01, "window": 3}
    if issubclass(kind, NeuralConfig):
        small |= _of_network(kind, tokens, types, small)
    return {name: item.default for name, item in own.items()} | {
        name: value for name, value in small.items() if name in own
    }


def of_family(key: str, kind: type[Settings], tokens: int, types: int = 0) -> dict[str, Any]:
    """Default settings for a family, by its key: those of its kind, and what CBOW needs in addition.

    CBOW averages its context, so each step is small; the authors' program starts it at twice the learning rate, too.
    With few different words its context is the two words beside: more of them average to nearly the same everywhere.
    On the sample "kingdom" the word nearest to "king" is then "queen"; with a window of 2 or 3 it is 14th.
    """
    result = by_size(kind, tokens, types)
    if key in ("cbow", "word2vec"):  # two families of one kind
        result["algorithm"] = "cbow" if key == "cbow" else "skipgram"
    if key == "cbow":
        result |= {"alpha": 0.05} | ({"window": 1} if 0 < types < FEW_TYPES else {})
    return result


def _of_network(kind: type[NeuralConfig], tokens: int, types: int, small: dict[str, Any]) -> dict[str, Any]:
    """Defaults of networks: a short text has few stretches, so fewer are read side by side; characters are more."""
    own: dict[str, Any] = {item.name: item.default for item in dataclasses.fields(kind)}
    passes = math.ceil(PASSES / (tokens * kind.units_per_word * kind.work))
    changed: dict[str, Any] = {"epochs": min(40, max(3 if kind.work == 1 or kind.units_per_word > 1 else 2, passes))}
    if "stretch" in own or "sequence" in own:
        changed["batch_size"] = 2 ** round(math.log2(max(8.0, own["batch_size"] * min(1.0, tokens / 1_000_000))))
    if 0 < types <= own.get("samples", 0):
        changed["samples"] = 0
    if kind.work > 1:
        changed |= _of_heavy(own, tokens, small["dim"])
    if "hidden" not in own:  # the vectors are the memory, too
        changed["dim"] = 2 * small["dim"]
    elif kind.units_per_word > 1:
        changed |= {"dim": own["dim"], "min_count": 1}
    return changed


def _of_heavy(own: dict[str, Any], tokens: int, dim: int) -> dict[str, Any]:
    """Smaller settings of ELMo, Flair and BERT for a short text, so that a run on two cores takes minutes, not hours.

    Checked on the sample "kingdom": an ELMo of three passes (in batches of 16) takes 78 s of one processor core and is
    then at a held-out perplexity of 3.9; a hidden width of 512 and 13 passes would take about 13 minutes. Flair takes
    93 s, to 1.8 bits per character. BERT starts from skip-gram vectors of its wordpieces: without them it learns in so
    few passes only how frequent they are.
    """
    changed: dict[str, Any] = {"hidden": min(own.get("hidden", 0), 2 ** round(math.log2(2.5 * dim)))}
    if tokens < 5_000_000:
        changed |= {"filters": "1x16 2x16 3x32 4x32"} | ({"skipgram_epochs": 5} if "sequence" in own else {})
    return changed
