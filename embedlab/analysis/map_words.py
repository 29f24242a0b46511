"""Which words go on a map: the commonest, or a person's own."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from embedlab.analysis.ranking import vector_of
from embedlab.base import BadInput, Counts, Floats, Lookup, StaticModel, UnknownWord
from embedlab.base.limits import Limits, met

_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class MapWords:
    """Words to draw.

    Attributes:
        words: N words, each once.
        matrix: (N, D) their vectors.
        counts: (N,) how often each was seen; zeros if unknown.
        of: how many words the model has.
        how: how they were chosen, to go on with "Showing N of M words: ".
        missing: words that were asked for and that the model does not know.
        lookups: of each word that was asked for and is known, as what it was looked up.
    """

    words: list[str]
    matrix: Floats
    counts: Counts
    of: int
    how: str
    missing: tuple[str, ...] = ()
    lookups: tuple[Lookup, ...] = ()


def commonest(model: StaticModel, n: int, skip: int = 0) -> MapWords:
    """The n commonest words.

    Args:
        model: its vocabulary is in order of frequency.
        n: how many.
        skip: leave out so many of the very commonest: words like "the", which mean little.

    Raises:
        BadInput: more words than the limits allow.
    """
    _check(n)
    skip = min(skip, max(0, len(model) - 1))
    chosen = slice(skip, skip + n)
    order = "the commonest" if model.counts.any() else "the first in the model's own order, mostly the commonest"
    without = f", without the {skip} commonest of all" if skip else ""
    return MapWords(model.words[chosen], model.matrix[chosen], model.counts[chosen], len(model), f"{order}{without}")


def _check(count: int) -> None:
    most = Limits.from_environment().points
    if count > most:
        raise BadInput(met("points", f"{count:,} words are too many for a map; at most {most:,} are drawn."))


def own(model: StaticModel, text: str) -> MapWords:
    """The words of a text, in its order; those that the model does not know are listed as missing.

    Args:
        model: fastText composes words it has not seen.
        text: words between blanks, commas, semicolons or line ends.

    Raises:
        BadInput: the model knows none of them, or they are more than the limits allow.
    """
    asked = list(dict.fromkeys(word for word in _BETWEEN.split(text) if word))
    _check(len(asked))
    vectors: dict[str, Floats] = {}  # one that was asked for in two spellings once
    lookups, missing = [], []
    for one in map(model.look_up, asked):
        try:
            vectors[one.word] = vector_of(model, one)
        except UnknownWord:
            missing.append(one.typed)
            continue
        lookups.append(one)
    if not vectors:
        named = ", ".join(missing[:10])
        raise BadInput(f"{model.title} knows none of these words: {named}." if named else "Name some words to draw.")
    words = list(vectors)
    return MapWords(
        words,
        np.stack(list(vectors.values())),
        np.array([model.counts[model.positions[word]] if word in model else 0 for word in words], np.int64),
        len(model),
        "your own",
        tuple(missing),
        tuple(lookups),
    )
