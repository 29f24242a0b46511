"""Next word page: the perplexity of several models on the same held-out sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from embedlab.analysis.perplexity import Comparison, Row, compare
from embedlab.base import BadInput
from embedlab.data.datasets import samples
from embedlab.data.tokenizer import Tokenizer
from embedlab.plots import bars
from embedlab.plots.layout import family_color
from embedlab.plots.text import md
from embedlab.ui import cache, inputs, state, widgets
from embedlab.ui.views.next_word.controls import Speaker

OWN = "own"
COMPARABLE, WHOLE = "perplexity, words all know", "perplexity, all words"
"""Columns: a perplexity a word in both, over different words."""
HELD_OUT = (
    "The old harbor lies below the town, and on most mornings the boats leave before the sun is up. My grandfather "
    "worked there for forty years. He knew the names of all the captains, and he could tell from the color of the sea "
    "whether it was going to rain. When the war came, the harbor was closed and the men went to the city to look for "
    "work. Some of them never returned. After the war a new bridge was built across the river, so that people could "
    "drive to the market in less than an hour. The school was moved to a larger house near the church. Today the town "
    "lives from its visitors, who come in summer to swim and to eat fish. In winter the streets are empty. Still, "
    "when I walk along the water at night, I can hear the ropes beat against the masts, as he described it to me."
)
"""Written for this page, so that no model can have read it."""
EXPLAINED = """
- **Perplexity** is two to the mean surprise: the model is as unsure as if it had to guess among so many equally likely
  words. Lower is better.
- **Perplexity of the words all know** is the one to compare. A model with few words has an easy life: all that it lacks
  is one and the same word `<unk>`, often seen and easy to guess. So only written words that **every** word model chosen
  knows are counted, the same ones for all, ends of sentences left out. Before them unknown words may stand.
- **Perplexity of all words** is each model's own: unknown words counted as the word `<unk>`, ends of
  sentences as words. Compare it only between models of one vocabulary. **Tokens** are all that it guessed.
- **Punctuation marks count in neither.** Most word models never see them. One that reads *words and marks* (ELMo) has
  them before it when it guesses a word, but also has to expect that a mark comes instead of the word.
- A model of **characters** is measured in **bits per character**, marks and spaces included. Its word perplexity is two
  to its bits per word; a word's bits are those of its letters and of the one character after them, which says that the
  word is over. It has no unknown words.
- Models of characters and ELMo have to guess **capitals**, too, which the other word models never see: their figures
  are a little too high beside theirs.
- Every sentence is scored by itself, from its beginning. The first text was written for this page, so no model has
  read it. The starters have read much of Wikipedia.
"""


def table(speakers: Sequence[Speaker], _: str) -> str:
    """The text, the table, and what makes its figures comparable; returns the lines that compute it."""
    titles = {OWN: "My own text"} | {sample.key: sample.title for sample in samples()}
    key = state.choice("held_out", list(titles), OWN, "Text to measure on", titles=titles)
    if key == OWN:
        text = state.area("text", HELD_OUT, "Text", height=160, limit=4000)
        sentences = tuple(sentence.strip() for sentence in Tokenizer().split(text) if sentence.strip())
        known = f"text = {text!r}\nsentences = list(Tokenizer().split(text))"
    else:
        number = state.number("sentences", 60, 20, 400, "Sentences", step=20)
        sentences = _of_sample(key, number)
        known = (
            f"texts = load_sample({key!r}).texts()\n"
            "split = (sentence.strip() for text in texts for sentence in Tokenizer().split(text))\n"
            f"sentences = list(islice(filter(None, split), {number}))"
        )
        _warn(speakers, key)
    with widgets.guard():
        if not sentences:
            raise BadInput("Write at least one sentence.")
        result = _measured(tuple((s.spec.key, s.title, cache.stamp(s.spec)) for s in speakers), sentences)
        _summary(result)
        frame = _frame(result)
        st.dataframe(frame.style.format(_cell), hide_index=True, key="table-perplexity", placeholder="–")
        st.download_button(
            "Table as CSV", widgets.csv(frame), "perplexity.csv", "text/csv", key="csv-perplexity",
            on_click="ignore", type="tertiary", icon=":material/download:",
        )  # fmt: skip
        _figure(speakers, result)
    st.markdown(EXPLAINED)
    return f"""
from itertools import islice
from embedlab.analysis.perplexity import compare
from embedlab.data.datasets import load_sample
from embedlab.data.tokenizer import Tokenizer

{known}
models = {{key: embedlab.load_model(key) for key in {[speaker.spec.key for speaker in speakers]!r}}}
for row in compare(models, sentences).rows:
    print(row.name, row.shared_perplexity, row.perplexity, row.bits_per_character)
"""


@st.cache_resource(max_entries=4, ttl="1d", show_spinner="Reading the text …")
def _of_sample(key: str, number: int) -> tuple[str, ...]:
    """The first sentences of a sample, as they were written."""
    from embedlab.data.datasets import load_sample

    results: list[str] = []
    for text in load_sample(key).texts():
        results += [sentence.strip() for sentence in Tokenizer().split(text) if sentence.strip()]
        if len(results) >= number:
            break
    return tuple(results[:number])


@st.cache_resource(max_entries=20, ttl="1d", show_spinner="The models read the text …")
def _measured(models: tuple[tuple[str, str, int], ...], sentences: tuple[str, ...]) -> Comparison:
    return compare({title: cache.language(key) for key, title, _ in models}, sentences)


def _warn(speakers: Sequence[Speaker], key: str) -> None:
    """Say which models were trained on the very text."""
    if trained := [speaker.title for speaker in speakers if inputs.behind(speaker.spec) == key]:
        st.warning(
            f"{md('; '.join(trained))}: trained on this very text, so the figure flatters.", icon=":material/help:"
        )


def _summary(result: Comparison) -> None:
    share = result.shared / result.words if result.words else 0.0
    st.markdown(
        f"{result.sentences:,} sentences of {result.words:,} words. Every word model chosen knows "
        f"**{result.shared:,}** of them (**{share:.0%}**); the first column counts those alone."
    )


def _frame(result: Comparison) -> pd.DataFrame:
    rows = [
        (
            row.name, _rounded(row.shared_perplexity), _rounded(row.perplexity),
            row.bits_per_character and round(row.bits_per_character, 3),
            _reads(row), row.tokens, row.unknown,
        )
        for row in result.rows
    ]  # fmt: skip
    columns = ["model", COMPARABLE, WHOLE, "bits per character", "reads", "tokens", "unknown"]
    return pd.DataFrame(rows, columns=columns)


def _reads(row: Row) -> str:
    if row.unit == "char":
        return "characters"
    return "words and marks" if row.marks else "words"


def _cell(value: object) -> str:
    """A value of the table for people."""
    if isinstance(value, float):
        return "∞" if math.isinf(value) else f"{value:.4g}" if value < 100 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rounded(value: float) -> float:
    return round(value, 1) if math.isfinite(value) else value


def _figure(speakers: Sequence[Speaker], result: Comparison) -> None:
    """The comparable column as bars, the best first."""
    rows = sorted((row for row in result.rows if math.isfinite(row.shared_perplexity)), key=_comparable)
    if not rows:
        return
    colors = {speaker.title: family_color(speaker.spec.family.key) for speaker in speakers}
    fig = bars.ranking(
        [row.name for row in rows], [row.shared_perplexity for row in rows],
        "Perplexity of the words all know", [colors[row.name] for row in rows],
        unit="perplexity", form="{:,.1f}",
    )  # fmt: skip
    text = ", ".join(f"{row.name} {row.shared_perplexity:,.0f}" for row in rows)
    over = f"the {result.shared} words that all models know, marks not counted"
    widgets.figure(fig, "perplexity", f"Word perplexity on {over}: {text}.")


def _comparable(row: Row) -> float:
    return row.shared_perplexity
