"""Train a model of one family several times on a text, and keep the nearest neighbors of each time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis import neighbor_lists
from embedlab.analysis.neighbor_lists import NeighborLists
from embedlab.base import BadInput, OnProgress, StaticModel
from embedlab.data.corpus import Corpus
from embedlab.data.resample import drawn_anew
from embedlab.store.results import ResultCache, from_json
from embedlab.workflows import train as workflows_train

FAMILIES = ("lsa", "cbow", "word2vec", "glove", "fasttext")
"""Families that can be trained several times, oldest first; LSA, factorised almost exactly, is the reference."""
ROUNDS = 50
"""Rounds of LSA's decomposition, which begins with random directions: after 5 rounds two seeds share 58 % of the
ten neighbors on the sample "wikipedia", after 20 rounds 90 %, after 50 rounds 99 %."""
K = 10
"""Neighbors of each word."""
FEWEST = 20
"""Least paragraphs of a text that can be resampled."""
LISTS = ResultCache("", from_json(lambda values: neighbor_lists.from_dict(values)[0]))
"""How the lists of one training lie in a run's folder."""


def config_of(family: str, corpus: Corpus) -> tuple[dict[str, Any], int]:
    """Settings for a text, without the seed, and the number of its running words.

    They use one thread, so that a seed gives one model, and enough rounds of LSA that chance plays no part.

    Raises:
        BadInput: the text cannot be read, or holds too little.
    """
    encoded = corpus.encode()
    kind = registry.model_class(family).config_class
    values = workflows_train.of_family(family, kind, encoded.tokens, len(encoded.vocabulary.words))
    exact = {"workers": 1} | ({"iterations": ROUNDS} if "iterations" in values else {})
    return values | exact, encoded.tokens


def train(
    family: str, corpus: Corpus, values: dict[str, Any], seed: int, on_progress: OnProgress | None = None
) -> StaticModel:
    """Train once.

    Raises:
        EmbedLabError: any error of the training.
    """
    model = workflows_train.train(
        family, corpus, workflows_train.settings_of(family, values | {"seed": seed}), on_progress
    )
    if not isinstance(model, StaticModel):
        raise BadInput(f"{model.title} has no fixed vector for each word.")
    return model


def check(corpus: Corpus, drawn: bool) -> None:
    """Check that a text can be resampled, if that is wanted.

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
    """Train several times and list the neighbors of each training; finished trainings in the folder are not repeated.

    Args:
        family: key of the family.
        corpus: the text.
        config: settings of the trainings; their seeds are 1, 2, …
        folder: folder for the lists of each training.
        trainings: how many trainings.
        drawn: whether each training gets its own resampled text.
        most: number of words to list neighbors of (see ``neighbor_lists.spread``).
        told: gives the progress callback of a training, by its number from 0.

    Raises:
        EmbedLabError: any error of a training.
    """
    lists: list[NeighborLists] = []
    for number in range(trainings):
        seed, path = number + 1, folder / f"{family}-{number + 1}.json"
        made = LISTS.read(path)
        if made is None:
            model = train(family, drawn_anew(corpus, seed) if drawn else corpus, config, seed, told(number))
            words = lists[0].words if lists else neighbor_lists.spread(model, most)
            made = neighbor_lists.neighbor_lists(model, words, K)
            LISTS.encode(path, neighbor_lists.to_dict([made]))
        lists.append(made)
    return lists
