"""Next word page: a sentence coloured by the surprisal of its words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.model_text import name, tokenizer
from embedlab.analysis.surprisal import Surprisal, surprisal
from embedlab.base import END
from embedlab.plots import curves as drawn
from embedlab.plots.text import Paint, md, tinted
from embedlab.ui import state, widgets
from embedlab.ui.views.next_word.controls import Speaker

EXAMPLES = (
    "The king married the queen of Spain.",
    "The king married the queen of carrots.",
    "Spain the king queen married of the.",
    "Colorless green ideas sleep furiously.",
)
GRADES: tuple[tuple[float, Paint, str], ...] = (
    (4.0, "blue", "up to 4 bits"),
    (8.0, "green", "4 to 8"),
    (12.0, "orange", "8 to 12"),
    (math.inf, "red", "more"),
)
"""Bits up to which a word has a colour, the colour, and how the legend says it."""


def color(speakers: Sequence[Speaker], _: str) -> str:
    """The sentence by every model, as text and as a figure; returns the lines that compute it."""
    sentence = state.text("sentence", EXAMPLES[0], "Sentence", limit=400)
    widgets.chips("Try", EXAMPLES, "sentence")
    results: dict[str, Surprisal] = {}
    for speaker in speakers:
        with widgets.guard():
            results[speaker.title] = surprisal(speaker.model, sentence)
    if results:
        marks = [s.title for s in speakers if s.model.unit == "word" and tokenizer(s.model).options.punctuation]
        _explained(results, marks)
        st.markdown("\n".join(f"- {md(title)}: {_colored(result)}" for title, result in results.items()))
        st.markdown(" ".join(tinted(paint, grade) for _, paint, grade in GRADES))
        st.markdown("**Surprisal of each word, in bits**")
        words, bits = aligned(results)
        totals = "; ".join(f"{title} {result.total:.0f}" for title, result in results.items())
        widgets.figure(
            drawn.surprisal([name(word) for word in words], bits),
            "surprisal",
            f"Surprisal of every word of: {sentence} Bits in all: {totals}.",
        )
        frame = pd.DataFrame({"word": [name(word) for word in words], **bits})
        widgets.table(frame, "surprisal")
    return f"""
from embedlab.analysis.surprisal import surprisal

for key in {[speaker.spec.key for speaker in speakers]!r}:
    found = surprisal(embedlab.load_model(key), {sentence!r})
    print(key, round(found.total, 1), list(zip(found.words, found.bits.round(1).tolist())))
"""


def _explained(results: dict[str, Surprisal], marks: Sequence[str]) -> None:
    """Say what a bit is and what is counted; ``marks`` are titles of word models that read punctuation marks."""
    characters = any(result.unit == "char" for result in results.values())
    words = any(result.unit != "char" for result in results.values())
    text = "One bit is a coin that fell right, ten bits a chance of one in a thousand."
    if words:
        text += " Word models read without capitals and marks, if they were trained so; a word they lack is marked ?."
    if marks:
        text += f" {md('; '.join(marks))} guesses marks, too: a word's bits hold those of the marks written at it."
    if characters:
        text += (
            " A model of characters pays letter by letter; a word's bits are those of its letters and of the space "
            "(or line end) after it, capitals and marks included."
        )
    st.caption(text)


def _colored(result: Surprisal) -> str:
    """The sentence as Markdown on backgrounds, the words a model lacks with a question mark."""
    parts = []
    for word, bits, tokens, unknown in zip(result.words, result.bits, result.tokens, result.unknown, strict=True):
        shown = "■" if word == END else md(word, 40) + (" ?" if unknown and result.unit != "char" else "")
        paint = next(paint for most, paint, _ in GRADES if bits <= most)
        parts.append(tinted(paint, shown) if tokens else shown)
    return " ".join(parts)


def aligned(results: dict[str, Surprisal]) -> tuple[list[str], dict[str, list[float | None]]]:
    """The written words, with the end if a model has it, and every model's bits of them; ``None`` where it has none."""
    longest = max(results.values(), key=lambda result: len(result.words))
    bits: dict[str, list[float | None]] = {}
    for title, result in results.items():
        own = [float(b) if n else None for b, n in zip(result.bits, result.tokens, strict=True)]
        bits[title] = own + [None] * (len(longest.words) - len(own))
    return list(longest.words), bits
