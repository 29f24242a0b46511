"""Formulas of words as somebody might type them, and as the grammar says them."""

from __future__ import annotations

from hypothesis import strategies as st

from embedlab.analysis.analogies import solve
from embedlab.analysis.axes import axis, place
from embedlab.analysis.formulas import parse
from embedlab.ui import inputs
from tests.conftest import TinyModel, tiny_vectors
from tests.fuzz.properties import TEXTS, fuzzed, ours

SIGNS = (
    "+",
    "-",
    "\u2212",
    "\u2013",
    "*",
    "×",
    '"',
    "\u201c",
    "\u201d",
    " ",
    "king",
    "man",
    "woman",
    "2",
    "0.5",
    ".5",
    "1e9",
    "mother-in-law",
    "king-man",
    "0",
)
WORDS = st.text("abcé北'", min_size=1, max_size=6) | st.sampled_from(("king", "mother-in-law", "o'clock"))
WEIGHTS = st.integers(1, 99).map(float) | st.sampled_from((0.5, 0.25, 12.125))
MODEL = TinyModel(*tiny_vectors())


@fuzzed(300, parts=st.lists(st.sampled_from(SIGNS), max_size=12).map("".join) | TEXTS)
def test_any_formula_is_read_or_its_fault_is_named(parts: str) -> None:
    with ours():
        formula = parse(parts)
        assert formula.terms and all(weight and word for weight, word in formula.terms)
        assert len(formula.weights) == len(formula.terms)
    with ours():
        formula = parse(parts, MODEL)
        solve(MODEL, formula.positive, formula.negative, weights=formula.weights)


@fuzzed(200, terms=st.lists(st.tuples(st.booleans(), WEIGHTS, WORDS, st.booleans()), min_size=1, max_size=6))
def test_what_the_grammar_says_is_read_so(terms: list[tuple[bool, float, str, bool]]) -> None:
    written = "".join(
        f" {'-' if minus else '+'} {weight:.9g} {'* ' if quoted else ''}" + (f'"{word}"' if quoted else word)
        for minus, weight, word, quoted in terms
    )
    assert parse(written).terms == tuple((-weight if minus else weight, word) for minus, weight, word, _ in terms)


@fuzzed(
    200,
    text=st.lists(st.sampled_from(("king", "queen", "man", "woman", ":", ",", " ", ";", "x", "")), max_size=14).map(
        "".join
    )
    | TEXTS,
)
def test_any_pairs_make_an_axis_or_say_why_not(text: str) -> None:
    with ours():
        made = axis(MODEL, inputs.pairs(text))
        assert len(place(MODEL, made, inputs.words(text)).words) <= inputs.MOST
