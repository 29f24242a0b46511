"""Next word: what language models expect after a beginning, and what they write when left alone."""

import streamlit as st

from embedlab.ui import state, widgets
from embedlab.ui.views.next_word import controls, counts, perplexity, surprisal, writing

EXAMPLES = ("The king of", "She was born in", "In the beginning", "The bank of the", "He walked into the")
VIEWS = {
    "write": ("Let them write", writing.write),
    "surprise": ("Surprise", surprisal.color),
    "counts": ("Counts behind it", counts.levels),
    "perplexity": ("Perplexity", perplexity.table),
}

widgets.opening(
    "Next word",
    "A language model gives every word a probability of coming next; word vectors were first learned on the way to "
    "guessing better. **Look for** how far back each model can see, and for what it does with a beginning that nobody "
    "ever wrote.",
)
left, right = st.columns([2, 1], gap="medium", vertical_alignment="top")
with left:
    text = controls.beginning()
with right:
    k = state.number("k", 10, 3, 20, "How many of the likeliest")
widgets.chips("Try", EXAMPLES, controls.BEGIN)
specs = widgets.model_picker("language_model", default=("ngram", "nnlm", "lstm", "char_lstm"))
if specs:
    speakers = controls.speakers(text, specs)
    results = controls.expectations(speakers, k)
    controls.go_back()
    if results:
        controls.unsureness(results)
        widgets.table(controls.table(results), "next-word", title="All expectations as a table")
    titles = {key: title for key, (title, _) in VIEWS.items()}
    view = state.choice("view", list(VIEWS), "write", "Look closer", titles=titles)
    source = controls.source(speakers, text, k)
    if speakers:
        source += VIEWS[view][1](speakers, text)
    widgets.code(source)
widgets.explain("next_word")
