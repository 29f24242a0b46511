"""All benchmark figures of a model in one call: Google's analogies, judged word pairs, and where queen ranks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from embedlab.analysis.analogies import scores, solve
from embedlab.analysis.google import Category, GoogleResult, google_analogies
from embedlab.analysis.judgements import SimilarityResult, word_similarity
from embedlab.base import BadInput, OnProgress, StaticModel, UnknownWord
from embedlab.data.benchmarks import SIMILARITY_SETS, similarity_set

__all__ = [
    "Category", "Evaluation", "GoogleResult", "QueenRank", "SimilarityResult", "evaluate", "google_analogies",
    "queen_rank", "word_similarity",
]  # fmt: skip


@dataclass(frozen=True)
class QueenRank:
    """Where "queen" stands among the answers to king - man + woman (3CosAdd).

    Attributes:
        rank: its place, from 1, when the question's own words are left out.
        top: the first five answers without the question's own words.
        top_with_inputs: the first five with them.
        rank_with_inputs: its place with them.
    """

    rank: int
    top: tuple[str, ...]
    top_with_inputs: tuple[str, ...]
    rank_with_inputs: int


@dataclass(frozen=True)
class Evaluation:
    """All benchmark figures of one model.

    Attributes:
        model: its title.
        words: size of its vocabulary.
        dim: width of its vectors.
        google: the analogy benchmark.
        similarity: one result a set of judged pairs; sets of which the model knows fewer than three pairs are absent.
        queen: the ranking of king - man + woman; ``None`` if the model lacks one of the words.
    """

    model: str
    words: int
    dim: int
    google: GoogleResult
    similarity: tuple[SimilarityResult, ...]
    queen: QueenRank | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        google = {name: getattr(self.google, name) for name in ("total", "semantic", "syntactic", "asked", "skipped")}
        categories = [asdict(item) | {"accuracy": item.accuracy} for item in self.google.by_category]
        settings = {name: getattr(self.google, name) for name in ("restrict", "method", "exclude_inputs")}
        return {
            "model": self.model,
            "words": self.words,
            "dim": self.dim,
            "google": {**google, **settings, "by_category": categories},
            "similarity": {item.name: asdict(item) for item in self.similarity},
            "queen": None if self.queen is None else asdict(self.queen),
        }


def evaluate(model: StaticModel, on_progress: OnProgress | None = None, *, restrict: int = 30_000) -> Evaluation:
    """Measure a model on everything.

    Args:
        model: any static model.
        on_progress: told how many analogy questions are done (by far the longest part).
        restrict: how many of the commonest words take part in the analogies.

    Raises:
        BadInput: the benchmark files cannot be read.
    """
    google = google_analogies(model, restrict, on_progress)
    similarity = []
    for name in SIMILARITY_SETS:
        similarity_set(name)  # an unreadable file is an error; a model that knows too few of its pairs is not
        with suppress(BadInput):
            similarity.append(word_similarity(model, name))
    try:
        queen = queen_rank(model)
    except (UnknownWord, BadInput):
        queen = None
    return Evaluation(model.title, len(model), model.dim, google, tuple(similarity), queen)


def queen_rank(model: StaticModel) -> QueenRank:
    """Where queen ranks for king - man + woman, among the whole vocabulary.

    Raises:
        UnknownWord: one of the four words is not in the vocabulary.
    """
    if "queen" not in model:
        raise UnknownWord("queen", model.title)
    values = scores(model, ["king", "woman"], ["man"])  # (V,)
    answer = solve(model, ["king", "woman"], ["man"], k=5)
    queen = model.positions["queen"]
    better = np.flatnonzero(values > values[queen])
    inputs = {model.positions[word] for word in answer.inputs if word in model}
    own = sum(int(row) in inputs for row in better)
    return QueenRank(len(better) - own + 1, tuple(answer.words), tuple(answer.all_words), len(better) + 1)
