"""Measured figures of models, stored with the date, the versions and a digest of the model's files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from embedlab.analysis.occurrences import Like, like_occurrences
from embedlab.analysis.probes import layer_probe
from embedlab.analysis.probing.sources import layer_name
from embedlab.base import ContextualModel, Model, OnProgress, StaticModel, files, model_folder, typed_json
from embedlab.base.card import versions
from embedlab.data.datasets import load_senses
from embedlab.data.tagged import load_ner
from embedlab.registry import ModelSpec, load_model
from embedlab.store import vectors
from embedlab.store.results import ResultCache, from_json
from embedlab.workflows.evaluate import Figures, Texts, measure

SHOWN = ("bank", "ran")
"""Words whose most similar occurrences are shown as examples."""
LIBRARIES = ("numpy", "torch", "scikit-learn")
WIDEST = 2_000
"""Vectors with more numbers are not probed for names: a one-hot vector has one a word."""
READ = 300
"""Sentences on which the speed of encoding is measured."""


@dataclass(frozen=True)
class Measurement:
    """One figure.

    Attributes:
        name: "analogies", "senses", "pairs", "perplexity", "unknown", "bits", "masked", "masked5", "ner" or a
            similarity set's.
        value: the figure; shares are 0 to 1.
        layer: name of the layer; for a language model, its direction.
        low: lower end of the 95 % interval, ``None`` where there is none.
        high: its upper end.
        count: number of questions, pairs or tokens.
    """

    name: str
    value: float
    layer: str = ""
    low: float | None = None
    high: float | None = None
    count: int = 0


@dataclass(frozen=True)
class Result:
    """All measured figures of one model.

    Attributes:
        key: of the model.
        title: for people.
        digest: digest of its files (``model_folder.digest``), so that figures of other weights are not shown for it.
        created: ISO date of the measurement.
        versions: pairs of library and version.
        parameters: number of its weights.
        size: bytes of its folder.
        tokens: running words of its training text.
        seconds: duration of its training.
        words_per_second: speed of encoding on this machine, ``None`` for a static model.
        measurements: the figures.
        best: words whose senses its best layer tells apart best, the best first, with their AUC.
        worst: the words that it tells apart worst, the worst last.
    """

    key: str
    title: str
    digest: str
    created: str
    versions: tuple[tuple[str, str], ...]
    parameters: int
    size: int
    tokens: int
    seconds: float
    words_per_second: float | None
    measurements: tuple[Measurement, ...]
    best: tuple[tuple[str, float], ...] = ()
    worst: tuple[tuple[str, float], ...] = ()

    def top(self, name: str) -> Measurement | None:
        """The best figure of one name over all layers; lowest for perplexities and bits."""
        own = [one for one in self.measurements if one.name == name]
        sign = -1 if name in ("perplexity", "bits") else 1
        return max(own, key=lambda one: sign * one.value, default=None)


def folder() -> Path:
    """Where the starters' figures lie."""
    return CACHE.shipped


def measured(spec: ModelSpec, texts: Texts | None = None, on_progress: OnProgress | None = None) -> Result:
    """Measure a model on everything that fits it (see ``evaluate.measure``).

    Raises:
        BadInput: there is nothing to measure.
        BadModel: it cannot be loaded.
    """
    model = load_model(spec.key)
    figures = measure(model, texts, on_progress, lift=True)
    ranked: list[tuple[str, float]] = []
    if figures.senses:
        at = int(figures.senses.auc.argmax())
        words = sorted(figures.senses.words, key=lambda one: -one.auc[at])
        ranked = [(one.word, round(float(one.auc[at]), 3)) for one in words]
    return Result(
        key=spec.key,
        title=spec.title,
        digest=model_folder.digest(spec.folder),
        created=date.today().isoformat(),
        versions=versions(LIBRARIES),
        parameters=sum(array.size for array in model.tensors().values()),
        size=sum(file.stat().st_size for file in spec.folder.iterdir() if file.is_file()),
        tokens=model.card.tokens,
        seconds=model.card.seconds,
        words_per_second=_speed(model),
        measurements=(*_flat(figures), *_names(model, on_progress)),
        best=tuple(ranked[:5]),
        worst=tuple(ranked[-5:]),
    )


def _flat(figures: Figures) -> Iterator[Measurement]:
    if figures.vectors:
        google = figures.vectors.google
        yield Measurement("analogies", google.total, count=google.asked)
        for one in figures.vectors.similarity:
            yield Measurement(one.name, one.spearman, count=one.pairs)
    if figures.senses:
        given = figures.senses
        count = sum(word.occurrences for word in given.words)
        for layer, auc, low, high in zip(given.layers, given.auc, given.low, given.high, strict=True):
            yield Measurement("senses", float(auc), layer, float(low), float(high), count)
    if figures.pairs:
        two = figures.pairs
        for layer, share, low, high in zip(two.layers, two.accuracy, two.low, two.high, strict=True):
            yield Measurement("pairs", float(share), layer, float(low), float(high), two.pairs)
    if figures.language:
        for score in figures.language.scores:
            yield Measurement("perplexity", score.perplexity, score.direction, count=score.words)
            if figures.language.unit != "char":
                yield Measurement("unknown", score.word_unknown / score.words, score.direction, count=score.words)
            else:
                yield Measurement("bits", score.bits_per_token, score.direction, count=score.tokens)
        if figures.language.masked:
            gaps = figures.language.masked
            yield Measurement("masked", gaps.first, count=gaps.asked)
            yield Measurement("masked5", gaps.among, count=gaps.asked)


def _names(model: Model, on_progress: OnProgress | None) -> Iterator[Measurement]:
    """Entity-level F1 of a linear probe on each layer."""
    if not isinstance(model, (ContextualModel, StaticModel)) or (contextual := vectors.cached(model)).dim > WIDEST:
        return
    data = load_ner()
    probe = layer_probe(contextual, data, [layer_name(layer) for layer in contextual.layers], on_progress=on_progress)
    for layer, row in zip(contextual.layers, probe.rows, strict=True):
        yield Measurement("ner", row.f1, layer, row.low, row.high, len(data.test))


def _speed(model: Model) -> float | None:
    if not isinstance(model, ContextualModel):
        return None
    sentences = [one.words for one in load_senses()[:READ]]
    model.encode(sentences[:10])
    began = perf_counter()
    model.encode(sentences, [model.layers[-1]])
    return sum(map(len, sentences)) / (perf_counter() - began)


def alike(results: Sequence[Result]) -> list[tuple[str, list[Like]]]:
    """For each model that tells senses apart at all: its title, and the most similar occurrences at its best layer."""
    senses, found = load_senses(), []
    for result in results:
        top = result.top("senses")
        if top and top.low is not None and top.low > 0.5:
            model = vectors.cached(load_model(result.key))
            likes = [like for word in SHOWN for like in like_occurrences(model, word, senses, top.layer)]
            found.append((result.title, likes))
    return found


CACHE = ResultCache(
    "", from_json(lambda values: typed_json.made(Result, values)),
    lambda file, result: files.write_text(file, json.dumps(typed_json.plain(result), indent=1) + "\n"),
)  # fmt: skip


def file_of(folder: Path, key: str) -> Path:
    """The file of a model's result in a folder."""
    return CACHE.file(folder, key.replace("/", "-"))


def write(folder: Path, result: Result) -> Path:
    """Write a result into a folder, atomically; an older one of the model is replaced."""
    path = file_of(folder, result.key)
    CACHE.encode(path, result)
    return path


def readable(folder: Path) -> dict[str, Result]:
    """The results of a folder by the models' keys, without those that are damaged: their models are not measured."""
    found = map(CACHE.read, sorted(folder.glob("*.json")))
    return {result.key: result for result in found if result}
