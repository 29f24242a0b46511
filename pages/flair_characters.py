"""Flair characters: a sentence read letter by letter from both ends, and where words' vectors come from."""

import streamlit as st

from embedlab.ui import state, widgets
from embedlab.ui.views import flair_characters

VIEWS = {
    "states": ("Read-out", flair_characters.picture),
    "bits": ("Guessed letters", flair_characters.guesses),
    "misspelt": ("Wrong spelling", flair_characters.compare),
}

widgets.opening(
    "Flair characters",
    "Flair knows no words: one network reads the letters from the left, another from the right, and a word's vector is "
    "what both have in mind at its ends. **Look for** letters that are hard to guess from the left and easy from the "
    "right (word beginnings), and for how little a slip of the pen moves a vector that is made of letters.",
)
with widgets.guard():
    chosen = flair_characters.choose()
    if chosen:
        titles = {key: title for key, (title, _) in VIEWS.items()}
        view = state.choice("view", list(VIEWS), "states", "Look at", titles=titles)
        written = flair_characters.text()
        if source := VIEWS[view][1](chosen, written):
            widgets.code(source)
    else:
        st.caption("The Models page says how to get a published Flair.")
widgets.explain("flair_characters")
