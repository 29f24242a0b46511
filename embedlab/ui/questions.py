"""Analogy questions as pages ask them: the sum behind one, what is expected, how models do on a set."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from embedlab.analysis.analogies import SETS, Analogy, AnalogySet, Formula, Method, solve
from embedlab.base import BadInput
from embedlab.registry import ModelSpec
from embedlab.ui import cache

DEPTH = 100
"""How far down a ranking the expected word is looked for."""


@dataclass(frozen=True)
class Question:
    """A sum of words.

    Attributes:
        formula: its terms.
        expected: the answer of the ready-made question that it is; empty for one's own.
    """

    formula: Formula
    expected: str

    @classmethod
    def of(cls, formula: Formula) -> Question:
        """Look whether a formula is a ready-made question, whatever the order of its words and their capitals."""
        asked = sorted((weight, word.casefold()) for weight, word in formula.terms)
        for known in (question for group in SETS for question in group.questions):
            a, b, c, d = known
            if asked == sorted([(1.0, b), (-1.0, a), (1.0, c)]):
                return cls(formula, d)
        return cls(formula, "")

    @property
    def corners(self) -> tuple[str, str, str] | None:
        """(a, b, c) if the sum is b - a + c, so that a parallelogram can be drawn; else ``None``."""
        added, taken = self.formula.positive, self.formula.negative
        if len(added) == 2 and len(taken) == 1 and set(self.formula.weights) == {1.0}:
            return taken[0], added[0], added[1]
        return None

    def ask(self, spec: ModelSpec, method: Method, k: int = DEPTH) -> Analogy:
        """Put the question to a model.

        Raises:
            UnknownWord: the model has no vector for a word.
            BadInput: the words cancel each other out.
        """
        model, sum_of = cache.static(spec.key), self.formula
        return solve(model, sum_of.positive, sum_of.negative, k, method, weights=sum_of.weights)


def verdict(words: list[str], expected: str) -> str:
    """Who is first, and where the expected word stands, in a few words of Markdown."""
    from embedlab.plots.text import md

    first = f"**{md(words[0])}** is first"
    if not expected:
        return f"{first}, then {', '.join(md(word) for word in words[1:4])}."
    folded = [word.casefold() for word in words]  # case is ignored, as in Google's benchmark
    if folded[0] == expected:
        return f"{first}, as expected."
    if expected in folded:
        return f"{first}; **{md(expected)}** is number {folded.index(expected) + 1}."
    return f"{first}; **{md(expected)}** is not among the first {len(words)}."


def set_answers(spec: ModelSpec, group: AnalogySet, method: Method) -> list[str]:
    """A model's answer to every question of a set, the question's own words left out; "" where it was not asked.

    As in Google's benchmark, a question of whose four words one is not in the vocabulary is not asked.

    Raises:
        BadModel: the model cannot be loaded.
    """
    return _set_answers(spec.key, cache.stamp(spec), group.key, method)


@st.cache_data(max_entries=200, ttl="1d", show_spinner="Asking …")
def _set_answers(key: str, stamp: int, group: str, method: Method) -> list[str]:
    model = cache.static(key)
    answers = []
    for a, b, c, d in next(item for item in SETS if item.key == group).questions:
        if not all(word in model.lexicon for word in (a, b, c, d)):
            answers.append("")
            continue
        try:
            found = solve(model, [b, c], [a], 1, method)
            answers.append(found.words[0] if found.words else "")
        except BadInput:
            answers.append("")
    return answers
