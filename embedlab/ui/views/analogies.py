"""Analogies page: answers of each model to one question, both rankings, the parallelogram.

Further: ready-made question sets, and Google's whole benchmark as a background run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from embedlab.analysis.analogies import SETS, Analogy, AnalogySet, Formula, Method, parallelogram, solve
from embedlab.base import BadInput, UnknownWord
from embedlab.base.folding import caseless, tidy
from embedlab.jobs.kinds import analogies
from embedlab.jobs.kinds.analogies import AnalogySettings
from embedlab.plots import bars, scatter
from embedlab.plots.layout import NAMES, family_color
from embedlab.plots.text import composed, md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, lookups, run_bar, state, widgets

DEPTH = 100
"""Rank down to which the expected word is searched."""


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
        terms = sorted((weight, caseless(word)) for weight, word in formula.terms)
        for known in (question for group in SETS for question in group.questions):
            a, b, c, d = known
            if terms == sorted([(1.0, b), (-1.0, a), (1.0, c)]):
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
    folded = list(map(caseless, words))  # case is ignored, as in Google's benchmark
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
            result = solve(model, [b, c], [a], 1, method)
            answers.append(result.words[0] if result.words else "")
        except BadInput:
            answers.append("")
    return answers


SHOWN = 10
"""Places of a ranking that are drawn."""


@dataclass(frozen=True)
class Asking:
    """What the visitor chose for all questions.

    Attributes:
        specs: the chosen models.
        titles: model key: what people read.
        method: the rule.
        leave_out: whether the question's own words are no answers.
        formula: what is asked, as typed; of the three fields if ``by_words``.
        by_words: whether it came from the fields for a, b and c.
    """

    specs: list[ModelSpec]
    titles: Mapping[str, str]
    method: Method
    leave_out: bool
    formula: str
    by_words: bool

    @property
    def colors(self) -> dict[str, str]:
        """Title: colour of the model's family."""
        return {self.titles[spec.key]: family_color(spec.family.key) for spec in self.specs}


def verdicts(asking: Asking, question: Question) -> dict[str, Analogy]:
    """Every model's answer in a line; the rankings by model key."""
    results, lines = {}, []
    for spec in asking.specs:
        with widgets.guard():
            try:
                answer = question.ask(spec, asking.method)
            except UnknownWord as error:
                _unknown(asking, spec, error.word)
                continue
            if not answer.words:
                raise BadInput(f"{asking.titles[spec.key]} knows no words but the question's own.")
            results[spec.key] = answer
            ranked = answer.words if asking.leave_out else answer.all_words
            lines.append(f"- {md(asking.titles[spec.key])}: {verdict(ranked, question.expected)}")
    st.markdown("\n".join(lines))
    lookups.answered({asking.titles[key]: answer.lookups for key, answer in results.items()})
    return results


def answered(asking: Asking, question: Question, results: dict[str, Analogy]) -> None:
    """One model's rankings and drawing, and every model's table."""
    if not results:
        return
    shown = {spec.key: asking.titles[spec.key] for spec in asking.specs if spec.key in results}
    key = next(iter(shown))
    if len(shown) > 1:
        key = state.choice("focus", list(shown), key, "Look closer at", titles=shown)
    spec = next(spec for spec in asking.specs if spec.key == key)
    _rankings(results[key], asking.titles[key], family_color(spec.family.key), asking.method)
    _drawing(question, results[key], spec)
    rows = [
        (asking.titles[key], kind, rank, word, float(score), word in answer.inputs)
        for key, answer in results.items()
        for kind, words, scores in (
            ("without", answer.words, answer.scores),
            ("with", answer.all_words, answer.all_scores),
        )
        for rank, (word, score) in enumerate(zip(words[:SHOWN], scores, strict=False), 1)
    ]
    names = ["model", "question's words", "rank", "word", "score", "is in the question"]
    widgets.table(pd.DataFrame(rows, columns=names), "analogy", title="Both rankings as a table")


def _unknown(asking: Asking, spec: ModelSpec, word: str) -> None:
    """Offer known spellings that replace an unknown word, in the editor or in the formula."""
    model, title = cache.static(spec.key), asking.titles[spec.key]
    if not asking.by_words:
        widgets.spellings(model, title, word, "formula", whole=lambda known: tidy(asking.formula).replace(word, known))
        return
    name = next((name for name in "abc" if tidy(st.session_state[name]).strip() == word), "a")
    widgets.spellings(model, title, word, name)


def _rankings(answer: Analogy, title: str, color: str, method: Method) -> None:
    """Both rankings beside each other."""
    unit = "cosine with the sum" if method == "3cosadd" else "score"
    pairs = (
        (answer.words[:SHOWN], answer.scores[:SHOWN], f"{title}: without the question's words"),
        (answer.all_words[:SHOWN], answer.all_scores[:SHOWN], f"{title}: with them"),
    )
    below = composed(answer.composed)
    figures = [
        (
            bars.ranking(words, scores.tolist(), name, color, marked=answer.inputs, unit=unit, below=below),
            f"{name}: {words[0]} is first.",
        )
        for words, scores, name in pairs
    ]
    widgets.figures(figures, "rankings", per_row=2)
    first, best = answer.all_words[0], answer.words[0]
    if first in answer.inputs:
        st.markdown(
            f"Told honestly, **{md(first)}** is first, one of the question's own words (hatched). **{md(best)}** is "
            "the answer only because those words are struck out before anyone looks."
        )
    else:
        st.markdown(f"Here **{md(best)}** is first even against the question's own words (hatched, where they appear).")


def _drawing(question: Question, answer: Analogy, spec: ModelSpec) -> None:
    """The parallelogram, where the sum is one."""
    if question.corners is None:
        st.caption("A parallelogram can be drawn when the formula has the form b - a + c.")
        return
    result = parallelogram(cache.static(spec.key), *question.corners, answer.words[0])
    a, b, c, _ = result.words
    answer_word = md(answer.words[0])
    chosen = "is the word found nearest to it" if answer.method == "3cosadd" else "is first by the rule 3CosMul"
    square = f"{NAMES[scatter.SOUGHT]} square"
    st.markdown(
        f"The step from **{md(a)}** to **{md(b)}**, taken again from **{md(c)}**, ends at the {square}; "
        f"**{answer_word}** {chosen}, the question's own words left out. The picture keeps "
        f"{sum(result.explained):.0%} of the spread between these five points; distances in it can deceive."
    )
    summary = f"{a}, {b}, {c} and the point b - a + c form a parallelogram; the answer {answer.words[0]} is drawn too."
    widgets.figure(scatter.parallelogram(result), "parallelogram", summary)


WANTED = "_benchmark"
"""In the session: settings with which the whole benchmark was started."""


def ready_made(asking: Asking) -> None:
    """Sets to click, and each model's hits."""
    st.header("Ready-made questions")
    st.caption("Click a question to ask it. The counts leave out the question's own words, as is usual.")
    groups = {group.key: group for group in SETS}
    key = state.choice("set", list(groups), "gender", "Relation", titles={k: g.title for k, g in groups.items()})
    group = groups[key]
    with st.container(horizontal=True, gap="small"):
        for a, b, c, _ in group.questions:
            st.button(f"{a} : {b} :: {c} : ?", key=f"ask-{a}-{b}-{c}", on_click=_fill, args=(a, b, c), type="tertiary")
    columns = st.columns(max(3, len(asking.specs)))
    frame = pd.DataFrame([{"question": f"{a} : {b} :: {c} : ?", "expected": d} for a, b, c, d in group.questions])
    for column, spec in zip(columns, asking.specs, strict=False):
        with widgets.guard():
            answers = set_answers(spec, group, asking.method)
            right = [answer == question[3] for answer, question in zip(answers, group.questions, strict=True)]
            answered = sum(answer != "" for answer in answers)
            note = f"Right answers. {len(answers) - answered} were not asked: the model lacks one of their words."
            column.metric(md(asking.titles[spec.key]), f"{sum(right)} of {answered}", help=note)
            frame[asking.titles[spec.key]] = [
                f"{'✓' if hit else '·'} {answer or '(not asked)'}" for hit, answer in zip(right, answers, strict=True)
            ]
    widgets.table(frame, f"analogies-{group.key}", title=f"Every model's answers: {group.title}")


def _fill(a: str, b: str, c: str) -> None:
    """Put a ready-made question into the editor."""
    for name, value in (("ask", "words"), ("a", a), ("b", b), ("c", c)):
        state.put(name, value)


def benchmark(asking: Asking) -> None:
    """Run the whole Google benchmark on demand, and show its results."""
    st.header("The whole benchmark")
    st.markdown(
        "Google's list has 19,544 questions in 14 categories (Mikolov et al. 2013). Only the 30,000 commonest words of "
        "a model take part; questions with a word outside them are not asked. The rule and the switch above apply here "
        "too."
    )
    settings = AnalogySettings(tuple(spec.key for spec in asking.specs), asking.method, asking.leave_out)
    known = {spec.key: analogies.stored(spec, settings) for spec in asking.specs}
    missing, wanted = None in known.values(), st.session_state.setdefault(WANTED, set())
    if st.button("Ask all questions", type="primary", disabled=not missing):
        wanted.add(settings)
    if missing and settings in wanted:
        with widgets.guard():
            run_bar.bring(analogies.KIND, settings)
    results = {asking.titles[key]: result for key, result in known.items() if result is not None}
    if not results:
        return
    for title, result in results.items():
        st.markdown(
            f"**{md(title)}**: {result.total:.1%} right of {result.asked:,} asked; meaning {result.semantic:.1%}, "
            f"grammar {result.syntactic:.1%}; {result.skipped:,} left out."
        )
    rows = [
        (title, item.name, item.kind, item.correct, item.asked, item.skipped, item.accuracy)
        for title, result in results.items()
        for item in result.by_category
    ]
    columns = ["model", "category", "kind", "right", "asked", "left out", "accuracy"]
    readable = {row[1]: row[1].split("-", row[1].startswith("gram"))[-1].replace("-", " ") for row in rows}
    text = "; ".join(f"{title} {result.total:.1%}" for title, result in results.items())
    widgets.figure(
        bars.benchmark(results, asking.colors, readable), "benchmark", f"Right answers by category. In all: {text}."
    )
    widgets.table(pd.DataFrame(rows, columns=columns), "benchmark", title="The benchmark's table")
