"""Google's analogy benchmark: how often b - a + c lands on the expected word, by category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embedlab.analysis.analogies import EPSILON, METHODS, Method
from embedlab.base import BadInput, Floats, OnProgress, Progress, StaticModel
from embedlab.data.benchmarks import AnalogyCategory
from embedlab.data.benchmarks import google_analogies as google_questions

TELL_EVERY = 250
"""Questions between two reports."""
WORDS_AT_ONCE = 64_000_000
"""Similarities of a category's words that are held at a time (256 MB)."""


@dataclass(frozen=True)
class Category:
    """Result of one category.

    Attributes:
        name: as in the benchmark.
        correct: questions answered with the expected word.
        asked: questions whose four words are all in the vocabulary.
        skipped: the others.
        kind: "semantic" or "syntactic".
    """

    name: str
    correct: int
    asked: int
    skipped: int
    kind: Literal["semantic", "syntactic"]

    @property
    def accuracy(self) -> float:
        """Share of the asked questions that were answered right, 0 to 1; 0 if none was asked."""
        return self.correct / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class GoogleResult:
    """Result of the whole benchmark.

    Attributes:
        by_category: one entry a category, in the benchmark's order.
        restrict: how many of the commonest words were candidates.
        method: "3cosadd" or "3cosmul".
        exclude_inputs: whether the question's own words were left out of the answers.
    """

    by_category: tuple[Category, ...]
    restrict: int
    method: Method = "3cosadd"
    exclude_inputs: bool = True

    @property
    def total(self) -> float:
        """Share of all asked questions answered right, 0 to 1; 0 if none was asked."""
        return self._share("semantic", "syntactic")

    @property
    def semantic(self) -> float:
        """The same for the semantic categories (capitals, currencies, cities, family)."""
        return self._share("semantic")

    @property
    def syntactic(self) -> float:
        """The same for the syntactic categories (their names begin with "gram")."""
        return self._share("syntactic")

    @property
    def asked(self) -> int:
        """Questions whose four words are all in the vocabulary."""
        return sum(category.asked for category in self.by_category)

    @property
    def skipped(self) -> int:
        """Questions with a word that is not in the vocabulary."""
        return sum(category.skipped for category in self.by_category)

    def _share(self, *kinds: str) -> float:
        chosen = [category for category in self.by_category if category.kind in kinds]
        asked = sum(category.asked for category in chosen)
        return sum(category.correct for category in chosen) / asked if asked else 0.0


def google_analogies(
    model: StaticModel,
    restrict: int = 30_000,
    on_progress: OnProgress | None = None,
    *,
    method: Method = "3cosadd",
    exclude_inputs: bool = True,
    categories: Sequence[AnalogyCategory] | None = None,
) -> GoogleResult:
    """Ask all of Google's analogy questions (Mikolov et al. 2013, arXiv:1301.3781, section 4.1).

    The rules are those of word2vec's compute-accuracy and gensim's ``evaluate_word_analogies``: only the
    ``restrict`` commonest words are known and can be answers, case is ignored, questions with another word are
    skipped, and the question's own words cannot be the answer. A category's words are compared with the
    vocabulary once, in one product; each question then adds three rows.

    Args:
        model: any static model; only its vocabulary counts, vectors that it could compose are not used.
        restrict: how many of the commonest words take part.
        on_progress: told how many questions are done; what it raises stops the work and reaches the caller.
        method: "3cosadd" or "3cosmul" (see ``analogies.solve``).
        exclude_inputs: ``False`` lets the question's own words be answers, which most often they then are.
        categories: other questions than Google's.

    Raises:
        BadInput: ``restrict`` is below 1, the method is unknown, or the questions cannot be read.
    """
    if restrict < 1:
        raise BadInput(f"The vocabulary must be restricted to 1 word or more, not {restrict}.")
    if method not in METHODS:
        raise BadInput(f"The method must be one of {', '.join(METHODS)}, not {method!r}.")
    chosen = google_questions() if categories is None else categories
    bench = _Bench(model, restrict, method, exclude_inputs)
    reporter = _Reporter(on_progress, sum(len(category.questions) for category in chosen))
    results = tuple(_ask(bench, category, reporter) for category in chosen)
    return GoogleResult(results, restrict, method, exclude_inputs)


class _Reporter:
    """Counts questions and tells every so many."""

    def __init__(self, on_progress: OnProgress | None, total: int) -> None:
        self.on_progress, self.total, self.done = on_progress, total, 0

    def add(self, questions: int) -> None:
        before, self.done = self.done, self.done + questions
        if self.on_progress and (before // TELL_EVERY != self.done // TELL_EVERY or self.done == self.total):
            self.on_progress(Progress(self.done, self.total, phase="analogies"))


class _Bench:
    """The restricted, case-folded vocabulary of a model: words that differ only in case are one."""

    def __init__(self, model: StaticModel, restrict: int, method: Method, exclude_inputs: bool) -> None:
        self.unit = model.unit_matrix[:restrict]  # (V, D)
        self.method, self.exclude_inputs = method, exclude_inputs
        self.rows: dict[str, list[int]] = {}  # folded word: its rows, commonest first
        for row, word in enumerate(model.words[:restrict]):
            self.rows.setdefault(word.upper(), []).append(row)

    def similarities(self, words: Sequence[str]) -> Floats:
        """(N, V) cosine of each folded word with the vocabulary, shifted to 0..1 for 3CosMul."""
        cosines: Floats = self.unit[[self.rows[word][0] for word in words]] @ self.unit.T
        if self.method == "3cosmul":
            cosines += 1
            cosines /= 2
        return cosines

    def answer(self, a: Floats, b: Floats, c: Floats, words: Sequence[str]) -> int:
        """Row of the best answer, given the similarities (V,) of the question's three words."""
        if self.method == "3cosmul":
            values: NDArray[np.float32] = b * c / (a + np.float32(EPSILON))
        else:
            values = b - a
            values += c
        if self.exclude_inputs:
            for word in words:
                values[self.rows[word]] = -np.inf
        return int(values.argmax())


def _ask(bench: _Bench, category: AnalogyCategory, reporter: _Reporter) -> Category:
    folded = [(a.upper(), b.upper(), c.upper(), d.upper()) for a, b, c, d in category.questions]
    usable = [question for question in folded if all(word in bench.rows for word in question)]
    skipped = len(folded) - len(usable)
    reporter.add(skipped)
    correct = 0
    at_once = max(3, WORDS_AT_ONCE // max(1, len(bench.unit)))
    for part in _parts(usable, at_once):
        words = list(dict.fromkeys(word for question in part for word in question[:3]))
        position = {word: i for i, word in enumerate(words)}
        similar = bench.similarities(words)  # (N, V)
        for a, b, c, expected in part:
            answer = bench.answer(similar[position[a]], similar[position[b]], similar[position[c]], (a, b, c))
            correct += answer in bench.rows[expected] and not (bench.exclude_inputs and expected in (a, b, c))
            reporter.add(1)
    return Category(category.name, correct, len(usable), skipped, category.kind)


def _parts(questions: Sequence[tuple[str, str, str, str]], words_at_once: int) -> list[list[tuple[str, str, str, str]]]:
    """The questions in runs that use at most so many different words."""
    parts: list[list[tuple[str, str, str, str]]] = []
    words: set[str] = set()
    for question in questions:
        if not parts or len(words.union(question[:3])) > words_at_once:
            parts.append([])
            words = set()
        parts[-1].append(question)
        words.update(question[:3])
    return parts
