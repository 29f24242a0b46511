"""Next word: what language models expect after a beginning, and what they write when left alone."""

import streamlit as st

from embedlab.ui import counts, next_words, perplexities, state, surprises, widgets, writing

EXAMPLES = ("The king of", "She was born in", "In the beginning", "The bank of the", "He walked into the")
VIEWS = {
    "write": ("Let them write", writing.write),
    "surprise": ("Surprise", surprises.color),
    "counts": ("Counts behind it", counts.levels),
    "perplexity": ("Perplexity", perplexities.table),
}

widgets.opening(
    "Next word",
    "A language model gives every word a probability of coming next; word vectors were first learned on the way to "
    "guessing better. **Look for** how far back each model can see, and for what it does with a beginning that nobody "
    "ever wrote.",
)
left, right = st.columns([2, 1], gap="medium", vertical_alignment="top")
with left:
    text = next_words.beginning()
with right:
    k = state.number("k", 10, 3, 20, "How many of the likeliest")
widgets.chips("Try", EXAMPLES, next_words.BEGIN)
specs = widgets.model_picker("language_model", default=("ngram", "nnlm", "lstm", "char_lstm"))
if specs:
    asked = next_words.speakers(text, specs)
    found = next_words.expectations(asked, k)
    next_words.go_back()
    if found:
        next_words.unsureness(found)
        widgets.table(next_words.table(found), "next-word", title="All expectations as a table")
    titles = {key: title for key, (title, _) in VIEWS.items()}
    view = state.choice("view", list(VIEWS), "write", "Look closer", titles=titles)
    source = next_words.source(asked, text, k)
    if asked:
        source += VIEWS[view][1](asked, text)
    widgets.code(source)
widgets.explain("next_word")
