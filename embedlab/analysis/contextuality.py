"""How much a word's vector depends on its sentence: self-similarity, intra-sentence similarity, explained variance.

Ethayarajh 2019, "How Contextual are Contextualized Word Representations?" (https://aclanthology.org/D19-1006/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedlab import encodings
from embedlab.analysis import isotropy
from embedlab.analysis.isotropy import Doubles, Occurrences
from embedlab.base import BadInput, ContextualModel, OnProgress, Progress, StaticModel
from embedlab.data.senses import AS_WRITTEN
from embedlab.data.tokenizer import Tokenizer
from embedlab.lifted import as_contextual

FEWEST = 5
"""Sentences that a word must stand in to be judged, as in the paper."""
LEVEL = 95


@dataclass(frozen=True, eq=False)
class Measured:
    """One of the three measures at every layer, means over words or sentences.

    Attributes:
        value: (L,) less the baseline.
        low: (L,) lower end of the 95 % bootstrap interval (words, or sentences, drawn with replacement).
        high: (L,) its upper end.
        raw: (L,) before the baseline is taken off.
        baseline: (L,) what random occurrences give.
    """

    value: Doubles
    low: Doubles
    high: Doubles
    raw: Doubles
    baseline: Doubles


@dataclass(frozen=True, eq=False)
class Contextuality:
    """How contextual every layer of a model is.

    Attributes:
        title: of the model.
        layers: L names.
        self_similarity: mean cosine between a word's vectors in different sentences; 1 before the baseline if the
            vector never changes.
        intra_sentence: mean cosine between the words of a sentence and the mean of their vectors.
        explained: maximum explainable variance, the share of the (uncentred) spread of a word's vectors that lies
            along one direction; 1 before the baseline if a static vector could stand for all of them.
        intra_chance: (L,) what ``intra_sentence`` would be, less the same baseline, for sentences put together at
            random: a word is part of its own mean.
        words: W words that stand in enough sentences, commonest first.
        seen: (W,) in how many sentences.
        by_word: (L, W) self-similarity of each, less the baseline.
        sentences: how many different ones were read.
        occurrences: how many words in them were looked at.
        unknown: how many were left out because the model has no vector for them (static models).
        seed: of everything drawn.
    """

    title: str
    layers: tuple[str, ...]
    self_similarity: Measured
    intra_sentence: Measured
    explained: Measured
    intra_chance: Doubles
    words: tuple[str, ...]
    seen: tuple[int, ...]
    by_word: Doubles
    sentences: int
    occurrences: int
    unknown: int
    seed: int


def measure(
    model: ContextualModel | StaticModel,
    sentences: Sequence[str | Sequence[str]],
    *,
    resamples: int = 500,
    seed: int = 1,
    on_progress: OnProgress | None = None,
    store: encodings.Store | None = None,
) -> Contextuality:
    """The three measures of section 3, each less its baseline (section 3.4).

    The baseline of both similarities is the mean cosine of all pairs of occurrences from different sentences, exactly.
    That of the explained variance is the one of as many random occurrences as the word has, since few vectors always
    lie nearer to a line than many. A word is what stands there, capitals as they are, and has a letter or digit; its
    first place in each sentence counts, and equal sentences count once.

    Args:
        model: contextual; a static one, for comparison, has one layer.
        sentences: running texts, or lists of words.
        resamples: of the bootstrap.
        seed: of the bootstrap and of what is drawn for the baselines.
        on_progress: told while sentences are read, then layer by layer.
        store: where vectors are kept (see ``embedlab.encodings``).

    Raises:
        BadInput: no word stands in five sentences, or there are no resamples.
    """
    if resamples < 1:
        raise BadInput(f"The bootstrap needs at least one resample, not {resamples}.")
    reader, tokenizer = as_contextual(model), Tokenizer(AS_WRITTEN)
    cut = {tuple(tokenizer.words(one) if isinstance(one, str) else one) for one in sentences}
    texts = sorted(one for one in cut if one)
    vectors = encodings.encode(reader, texts, None, on_progress, store)
    found = Occurrences.of(texts, vectors, FEWEST)
    if not found.words:
        raise BadInput(
            f"No word stands in {FEWEST} different sentences. Give more text"
            + (", or a model that knows its words." if found.unknown else ".")
        )
    layers = []
    for number in range(len(reader.layers)):
        rng = np.random.default_rng(seed)  # the same draws at every layer
        layers.append(isotropy.layer(found, np.concatenate([one[number] for one in vectors]), resamples, rng))
        if on_progress is not None:
            on_progress(Progress(number + 1, len(reader.layers), phase="measuring"))
    return Contextuality(
        title=reader.title,
        layers=tuple(reader.layers),
        self_similarity=_measured([one.self_similarity for one in layers]),
        intra_sentence=_measured([one.intra for one in layers]),
        explained=_measured([one.explained for one in layers]),
        intra_chance=np.array([one.intra_chance for one in layers]),
        words=found.words,
        seen=tuple(len(rows) for rows in found.rows),
        by_word=np.stack([one.by_word for one in layers]),
        sentences=len(texts),
        occurrences=len(found.kept),
        unknown=found.unknown,
        seed=seed,
    )


def _measured(layers: Sequence[isotropy.Value]) -> Measured:
    low, high = np.percentile([one.draws for one in layers], [(100 - LEVEL) / 2, (100 + LEVEL) / 2], axis=1)
    raw, baseline = np.array([one.raw for one in layers]), np.array([one.baseline for one in layers])
    return Measured(raw - baseline, low, high, raw, baseline)


def to_dict(result: Contextuality) -> dict[str, Any]:
    """Plain values, ready for JSON."""

    def simple(value: Any) -> Any:
        if isinstance(value, Measured):
            return {key: one.tolist() for key, one in vars(value).items()}
        return value.tolist() if isinstance(value, np.ndarray) else value

    return {key: simple(value) for key, value in vars(result).items()}


def from_dict(values: dict[str, Any]) -> Contextuality:
    """The inverse of ``to_dict``.

    Raises:
        TypeError: a field is missing or unknown.
        KeyError: a field is missing.
    """
    measures = {
        key: Measured(**{name: np.array(one) for name, one in values[key].items()})
        for key in ("self_similarity", "intra_sentence", "explained")
    }
    arrays = {key: np.array(values[key]) for key in ("intra_chance", "by_word")}
    lists = {key: tuple(values[key]) for key in ("layers", "words", "seen")}
    return Contextuality(**values | measures | arrays | lists)
