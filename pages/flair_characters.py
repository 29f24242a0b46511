"""Flair characters: a sentence read letter by letter from both ends, and where words' vectors come from."""

import streamlit as st

from embedlab.ui import flair_guesses, flair_misspelt, flair_models, flair_states, state, widgets

VIEWS = {
    "states": ("Read-out", flair_states.picture),
    "bits": ("Guessed letters", flair_guesses.guesses),
    "misspelt": ("Wrong spelling", flair_misspelt.compare),
}

widgets.opening(
    "Flair characters",
    "Flair knows no words: one network reads the letters from the left, another from the right, and a word's vector is "
    "what both have in mind at its ends. **Look for** letters that are hard to guess from the left and easy from the "
    "right (word beginnings), and for how little a slip of the pen moves a vector that is made of letters.",
)
with widgets.guard():
    reader = flair_models.choose()
    if reader:
        titles = {key: title for key, (title, _) in VIEWS.items()}
        view = state.choice("view", list(VIEWS), "states", "Look at", titles=titles)
        written = flair_models.text()
        if source := VIEWS[view][1](reader, written):
            widgets.code(source)
    else:
        st.caption("The Models page says how to get a published Flair.")
widgets.explain("flair_characters")
