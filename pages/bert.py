"""BERT: hidden words guessed from both sides, sentences that follow each other, and attention."""

import streamlit as st

from embedlab.ui import state, widgets
from embedlab.ui.views.bert import attention, masks, sentences, words

VIEWS = {
    "masks": ("Hidden words", masks.guesses),
    "attention": ("Attention", attention.looks),
    "next": ("Next sentence", sentences.following),
}

widgets.opening(
    "BERT",
    "BERT was trained to guess hidden words from both sides at once; to do so every word looks at every other "
    "(attention). **Look for** the layer at which the guess turns from a common word into one that fits, and for heads "
    "that look at one thing only: the word before, the marks, the same word again.",
)
with widgets.guard():
    chosen = words.choose()
    if chosen:
        titles = {key: title for key, (title, _) in VIEWS.items()}
        view = state.choice("view", list(VIEWS), "masks", "Look at", titles=titles)
        cut: list[str] = []
        if view != "next":
            cut = words.sentence()
            if cut:
                words.wordpieces(chosen, cut)
            else:
                st.info("Write a sentence of at least one word, or click one.")
        if (cut or view == "next") and (source := VIEWS[view][1](chosen, cut)):
            widgets.code(source)
widgets.explain("bert")
