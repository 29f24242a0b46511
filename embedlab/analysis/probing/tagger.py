"""Tag sentences with what the linear probes of a model's layers have learned, layer under layer.

The probes are those of ``layer_probe``: one matrix a layer, on frozen vectors, and here its weights are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.probing import linear
from embedlab.analysis.probing import scores as scoring
from embedlab.analysis.probing.features import Features, Readable, read, stacked
from embedlab.analysis.probing.results import Probe, ProbeSettings
from embedlab.analysis.probing.sources import Source, layer_name
from embedlab.base import BadInput, Floats, Ids, OnProgress, Progress, given
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.tag_schemes import OUTSIDE, Span, bio, spans
from embedlab.data.tagged import TaggedSet

AT_ONCE = 256
"""Sentences whose vectors lie in memory together."""


@dataclass(frozen=True, eq=False)
class Tagger:
    """The linear probes of L layers, ready to tag.

    Attributes:
        model: its title; of a stack, all with a plus between.
        fingerprints: of the models that were read; others cannot be tagged with.
        layers: L names, from the input to the top.
        labels: K tags, O first.
        weights: (L, D, K).
        biases: (L, K).
        means: (L, D) taken off each value before.
        scales: (L, D) what each is divided by then.
        f1: (L) of the test sentences, as ``layer_probe`` has it.
        dev_f1: (L) of the dev sentences.
        listed: the words that are most often part of a name in training: the baseline without vectors.
        usual: what each is tagged there most often, as its position among the labels.
        lookup: F1 of that list on the test sentences.
        sentences: how many were learned from.
    """

    model: str
    fingerprints: tuple[str, ...]
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    weights: Floats
    biases: Floats
    means: Floats
    scales: Floats
    f1: tuple[float, ...]
    dev_f1: tuple[float, ...]
    listed: tuple[str, ...]
    usual: tuple[int, ...]
    lookup: float
    sentences: int

    @property
    def types(self) -> tuple[str, ...]:
        """The types of entity."""
        return scoring.types_of(self.labels)

    @property
    def best(self) -> int:
        """The layer with the best F1 on the dev sentences."""
        return int(np.argmax(self.dev_f1))

    def layer(self, name: str) -> int:
        """Number of a layer: by its own name ("4") or as people see it ("layer 4"); the best without a name.

        Raises:
            BadInput: there is none of that name.
        """
        for number, layer in enumerate(self.layers):
            if name in (layer, layer_name(layer)):
                return number
        if name:
            raise BadInput(f"There is no layer '{name}'. There are: {', '.join(self.layers)}.")
        return self.best


@dataclass(frozen=True, eq=False)
class Tagged:
    """A sentence and what each layer finds in it.

    Attributes:
        words: T words.
        layers: L names.
        labels: K tags, O first.
        probabilities: (L, T, K) of every tag.
        looked_up: T tags by the list of words, without any vector.
    """

    words: tuple[str, ...]
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    probabilities: Floats
    looked_up: tuple[str, ...]

    def tags(self, layer: int) -> tuple[str, ...]:
        """T tags by a layer: the likeliest of each word."""
        return tuple(self.labels[number] for number in self.probabilities[layer].argmax(1))

    def names(self, layer: int) -> tuple[Span, ...]:
        """The names that a layer finds, from left to right."""
        return spans(self.tags(layer))

    def looked_up_names(self) -> tuple[Span, ...]:
        """The names that the list of words finds."""
        return spans(self.looked_up)

    def text(self, name: Span) -> str:
        """A name as it is written, words with spaces between."""
        return " ".join(self.words[name.start : name.end])


def train(
    model: Readable | Sequence[Readable],
    dataset: TaggedSet,
    settings: ProbeSettings | None = None,
    on_progress: OnProgress | None = None,
) -> Tagger:
    """Bring a linear probe of each layer to its best, as ``layer_probe`` does, and keep its weights.

    Args:
        model: contextual or static; or several to be stacked, as ``layer_probe`` takes them.
        dataset: tagged sentences, such as ``load_ner()``.
        settings: of these only the penalty is used.
        on_progress: told while sentences are read, and while the probes learn.

    Raises:
        BadInput: no entity to learn, or models that cannot be stacked.
    """
    how, models = settings or ProbeSettings(), [model] if isinstance(model, Readable) else list(model)
    if not dataset.types:
        raise BadInput("No word of these sentences is tagged as an entity: there is nothing to learn.")
    features = read(models, dataset, on_progress)
    tags = scoring.numbered(dataset.labels, (*dataset.train, *dataset.dev, *dataset.test))

    def judge(_: Probe, found: Ids) -> float:
        begin, end = features.splits[1:3]
        return float(scoring.f1(scoring.counts(tags[begin:end], found, features.bounds[1]).sum(0)))

    probes = [Probe(Source("layer", (layer,))) for layer in range(len(features.layers))]
    fitted = linear.fit(probes, features, np.stack([tags, tags]), judge, how, on_progress)
    truth, known = tags[features.splits[2] :], features.splits[1]
    matrices: Floats = np.stack([one.matrix for one in fitted])  # (L, K', D + 1)
    listed, usual = _list(features, tags)
    looked = scoring.lookup(features.words[:known], tags[:known], features.words[features.splits[2] :])
    return Tagger(
        " + ".join(one.title for one in models),
        tuple(as_contextual(one).fingerprint for one in models),
        tuple(features.layers),
        dataset.labels[: matrices.shape[1]],
        np.ascontiguousarray(matrices[:, :, :-1].transpose(0, 2, 1)),
        np.ascontiguousarray(matrices[:, :, -1]),
        features.means,
        features.scales,
        tuple(_f1(truth, one.tags, features) for one in fitted),
        tuple(one.dev for one in fitted),
        listed,
        usual,
        _f1(truth, looked, features),
        len(dataset.train),
    )


def _f1(truth: Ids, found: Ids, features: Features) -> float:
    return float(scoring.f1(scoring.counts(truth, found, features.bounds[2]).sum(0)))


def _list(features: Features, tags: Ids) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The training words that are most often part of a name, and their tags."""
    known = features.splits[1]
    words = tuple(dict.fromkeys(features.words[:known]))
    usual = scoring.lookup(features.words[:known], tags[:known], words).tolist()
    names = [(word, tag) for word, tag in zip(words, usual, strict=True) if tag]
    return tuple(word for word, _ in names), tuple(tag for _, tag in names)


def tag(tagger: Tagger, model: Readable | Sequence[Readable], words: Sequence[str]) -> Tagged:
    """Tag one sentence at every layer.

    Args:
        tagger: the trained probes.
        model: the one that they were trained on; of a stack, all.
        words: the sentence as a list of words, such as ``Tokenizer().words(text)`` gives.

    Raises:
        BadInput: it is a text or has no word, or the tagger is of another model.
    """
    given.words(words)
    if not words:
        raise BadInput("Give a sentence of at least one word.")
    return tag_all(tagger, model, [words])[0]


def tag_all(
    tagger: Tagger,
    model: Readable | Sequence[Readable],
    sentences: Sequence[Sequence[str]],
    on_progress: OnProgress | None = None,
) -> list[Tagged]:
    """Tag sentences at every layer, some hundred at a time.

    Args:
        tagger: the trained probes.
        model: the one that they were trained on; of a stack, all.
        sentences: lists of words; an empty one stays empty.
        on_progress: told in words.

    Raises:
        BadInput: they are no lists of words, or the tagger is of another model.
    """
    models = [model] if isinstance(model, Readable) else list(model)
    given.sentences(sentences)
    if tuple(as_contextual(one).fingerprint for one in models) != tagger.fingerprints:
        raise BadInput(f"This tagger was trained on the vectors of {tagger.model}, and reads those of no other model.")
    usual = {word: tagger.labels[number] for word, number in zip(tagger.listed, tagger.usual, strict=True)}
    found: list[Tagged] = []
    done, total = 0, sum(map(len, sentences))
    for start in range(0, len(sentences), AT_ONCE):
        some = [tuple(words) for words in sentences[start : start + AT_ONCE]]
        likely = _likely(tagger, models, some)
        for words, own in zip(some, likely, strict=True):
            looked = tuple(usual.get(word, OUTSIDE) for word in words)
            found.append(Tagged(words, tagger.layers, tagger.labels, own, looked))
        done += sum(map(len, some))
        if on_progress is not None:
            on_progress(Progress(done, total, phase="tagging", unit="words"))
    return found


def _likely(tagger: Tagger, models: Sequence[Readable], sentences: Sequence[tuple[str, ...]]) -> list[Floats]:
    """Of each sentence (L, T, K)."""
    _, vectors = stacked(models, sentences)  # (L, N, D)
    scores = np.empty((*vectors.shape[:2], len(tagger.labels)), np.float32)
    for layer, rows in enumerate(vectors):
        rows -= tagger.means[layer]
        rows /= tagger.scales[layer]
        scores[layer] = rows @ tagger.weights[layer] + tagger.biases[layer]
    ends = np.cumsum([len(words) for words in sentences])[:-1]
    return [softmax(one) for one in np.split(scores, ends, axis=1)]


def softmax(scores: NDArray[np.floating]) -> Floats:
    """(..., K) probabilities."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32)
    return result


def conll(sentences: Iterable[Tagged], layer: int) -> str:
    """Sentences as CoNLL: a word and its tag a line, a tab between, an empty line after each sentence.

    The tags are those of ``names``, as BIO: an I that begins a name is written as B.
    """
    pairs = (zip(one.words, bio(one.names(layer), len(one.words)), strict=True) for one in sentences)
    return "".join("".join(f"{word}\t{tag}\n" for word, tag in own) + "\n" for own in pairs)
