"""Train a model of one family several times on a text, and keep the nearest neighbors of each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis import neighbor_lists
from embedlab.analysis.neighbor_lists import NeighborLists
from embedlab.base import BadInput, OnProgress, StaticModel, files
from embedlab.data.corpus import Corpus
from embedlab.data.resample import drawn_anew
from embedlab.workflows import defaults
from embedlab.workflows import train as workflows_train

FAMILIES = ("lsa", "cbow", "word2vec", "glove", "fasttext")
"""Families that can be asked, in the order of the road; LSA, factorised to the end, is there to compare with."""
ROUNDS = 50
"""Of LSA's decomposition, which begins with random directions: after the usual 5 rounds two seeds share 58 % of the ten
neighbors on the sample "wikipedia", after 20 rounds 90 %, after 50 rounds 99 %."""
K = 10
"""Neighbors of each word."""
FEWEST = 20
"""Paragraphs below which a text cannot be drawn anew."""


def config_of(family: str, corpus: Corpus) -> tuple[dict[str, Any], int]:
    """What suits a text, but for the seed, and its running words.

    One thread, so that a seed gives one model; LSA's decomposition is gone on with until chance is out of it.

    Raises:
        BadInput: the text cannot be read, or holds too little.
    """
    encoded = corpus.encode()
    kind = registry.model_class(family).config_class
    values = defaults.of_family(family, kind, encoded.tokens, len(encoded.vocabulary.words))
    exact = {"workers": 1} | ({"iterations": ROUNDS} if "iterations" in values else {})
    return values | exact, encoded.tokens


def train(
    family: str, corpus: Corpus, values: dict[str, Any], seed: int, on_progress: OnProgress | None = None
) -> StaticModel:
    """One training.

    Raises:
        EmbedLabError: as the trainer does.
    """
    model = workflows_train.train(
        family, corpus, workflows_train.settings_of(family, values | {"seed": seed}), on_progress
    )
    if not isinstance(model, StaticModel):
        raise BadInput(f"{model.title} has no fixed vector for each word.")
    return model


def check(corpus: Corpus, drawn: bool) -> None:
    """Look whether a text can be drawn anew, where that is asked.

    Raises:
        BadInput: it has too few paragraphs.
    """
    if drawn and sum(1 for _ in islice(corpus.texts(), FEWEST)) < FEWEST:
        raise BadInput(f"A text of fewer than {FEWEST} paragraphs cannot be drawn anew. Let only the seed differ.")


def retrain(
    family: str,
    corpus: Corpus,
    config: dict[str, Any],
    folder: Path,
    *,
    trainings: int,
    drawn: bool,
    most: int,
    told: Callable[[int], OnProgress | None],
) -> list[NeighborLists]:
    """The neighbors in each training; what lies in the folder from before an interruption is not trained again.

    Args:
        family: key of the family.
        corpus: the text.
        config: settings of the trainings; their seeds are 1, 2, …
        folder: where the lists of each training are kept.
        trainings: how many.
        drawn: whether each is given its text drawn anew.
        most: words that are looked at (see ``neighbor_lists.spread``).
        told: gives what hears the progress of a training, by its number from 0.

    Raises:
        EmbedLabError: as the trainer does.
    """
    lists: list[NeighborLists] = []
    for number in range(trainings):
        seed, path = number + 1, folder / f"{family}-{number + 1}.json"
        made = _kept(path)
        if made is None:
            model = train(family, drawn_anew(corpus, seed) if drawn else corpus, config, seed, told(number))
            words = lists[0].words if lists else neighbor_lists.spread(model, most)
            made = neighbor_lists.neighbor_lists(model, words, K)
            files.write_text(path, json.dumps(neighbor_lists.to_dict([made]), ensure_ascii=False) + "\n")
        lists.append(made)
    return lists


def _kept(path: Path) -> NeighborLists | None:
    try:
        return neighbor_lists.from_dict(json.loads(path.read_text(encoding="utf-8")))[0]
    except (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, BadInput):
        return None
