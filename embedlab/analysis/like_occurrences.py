"""Which other occurrences of a word a model takes for most like one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embedlab import encodings
from embedlab.analysis.pair_auc import cosines
from embedlab.base import BadInput, ContextualModel, OnProgress, StaticModel
from embedlab.data.senses import Occurrence
from embedlab.lifted import as_contextual


@dataclass(frozen=True)
class Near:
    """A like occurrence.

    Attributes:
        sense: the sense it was written for.
        sentence: as it was written.
        similarity: cosine, the mean vector of the word's occurrences taken out.
    """

    sense: str
    sentence: str
    similarity: float


@dataclass(frozen=True)
class Like:
    """An occurrence and those most like it.

    Attributes:
        layer: at which layer.
        word: the word.
        sense: the sense it was written for.
        sentence: as it was written.
        nearest: the most alike first.
    """

    layer: str
    word: str
    sense: str
    sentence: str
    nearest: tuple[Near, ...]


def like_occurrences(
    model: ContextualModel | StaticModel,
    word: str,
    senses: Sequence[Occurrence],
    layer: str,
    k: int = 3,
    *,
    on_progress: OnProgress | None = None,
    store: encodings.Store | None = None,
) -> list[Like]:
    """The first occurrence of each sense of a word, and the k occurrences of any sense that are most like it.

    Args:
        model: contextual or static.
        word: one of the occurrences' words.
        senses: occurrences, such as ``data.datasets.load_senses()``.
        layer: one of the model's.
        k: how many.
        on_progress: told while sentences are read.
        store: where vectors are kept (see ``embedlab.encodings``).

    Raises:
        BadInput: the word has no occurrences, or there is no such layer.
    """
    own = [one for one in senses if one.word == word]
    if not own:
        raise BadInput(f"There are no sentences with '{word}'.")
    words, places = [one.words for one in own], [one.position for one in own]
    (vectors,) = encodings.at_places(as_contextual(model), words, places, [layer], on_progress, store).astype(
        np.float64
    )
    similarity = cosines(vectors - vectors.mean(axis=0))  # (N, N)
    names = [one.sense for one in own]
    return [
        Like(layer, word, sense, own[at].sentence, _nearest(own, similarity[at], at, k))
        for sense, at in ((sense, names.index(sense)) for sense in dict.fromkeys(names))
    ]


def _nearest(own: Sequence[Occurrence], similarity: np.ndarray, at: int, k: int) -> tuple[Near, ...]:
    order = [int(i) for i in np.argsort(-similarity, kind="stable") if i != at][:k]
    return tuple(Near(own[i].sense, own[i].sentence, float(similarity[i])) for i in order)
