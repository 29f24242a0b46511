"""The Flair characters page: where in the text the states of a word's vector are taken."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from embedlab.plots import characters
from embedlab.plots.text import md
from embedlab.ui import flair_models, typed, widgets
from embedlab.ui.flair_models import Reader


def picture(reader: Reader, written: str) -> str:
    """The sentence with its read-out states; returns the lines that compute them."""
    if reader.pair is None:
        st.info(
            f"{md(reader.title)} reads in one direction ({md(reader.ways[0].direction)}) and makes no word vectors by "
            "itself: Flair takes two of its kind, one in each direction. Choose a Flair model, or look at what it "
            "guesses."
        )
        return ""
    cut = typed.words(written)
    if not cut:
        st.info("Write a sentence of at least one word, or click one.")
        return ""
    default = min(1, len(cut) - 1)
    word = flair_models.choose_word(cut, "read_word", "Whose vector", default)
    found = reader.pair.readouts(cut)
    before, after = (md(part) for part in found.read(word))
    widgets.figure(
        characters.readouts(found, word),
        "flair-states",
        f"Where the states of every word are taken; {cut[word]}: forward after character {found.forward[word] + 1}, "
        f"backward after character {found.backward[word] + 1} of {len(found.text)}.",
    )
    dim = getattr(reader.model, "dim", 0)
    st.markdown(
        f"The vector of **{md(cut[word])}** has {dim} numbers: {dim // 2} from the **forward** model, which has read "
        f"“{before}” when its state is taken, and {dim // 2} from the **backward** model, which has read “{after}” "
        "from the right. So the vector knows the word's letters from both sides and all that stands around it."
    )
    outside = found.forward[word] >= found.begins[word] + len(cut[word])
    where = "space next to the word" if outside else "word's own last and first letter"
    st.caption(f"Words and marks are joined by single spaces, as Flair reads them; states are taken at the {where}.")
    rows = zip(found.words, found.begins, found.forward, found.backward, strict=True)
    frame = pd.DataFrame(
        [(name, begin + 1, ahead + 1, back + 1) for name, begin, ahead, back in rows],
        columns=["word", "first character", "forward state after", "backward state after"],
    )
    widgets.table(frame, "flair-states")
    return f"""
import embedlab

model = embedlab.load_model({reader.spec.key!r})
found = model.readouts({cut!r})
print(found.words, found.forward, found.backward)
print(model.encode([{cut!r}])[0].shape)  # layers, words, numbers
"""
