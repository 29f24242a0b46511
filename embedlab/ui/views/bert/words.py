"""BERT page: the model, the sentence with words to mask, and its wordpieces."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from embedlab.base import BadModel, MaskedModel
from embedlab.plots.text import Paint, md, tinted
from embedlab.ui import inputs, links, state
from embedlab.ui.models import MASKED_FAMILIES, ChosenModel, choose_one

SENTENCE, HIDDEN, OF = "sentence", "hidden", "_hidden_of"
"""State: the sentence as typed, the hidden positions, and the words that they refer to."""
EXAMPLES = (
    ("The king and the queen lived in a castle.", "queen"),
    ("She was born in London in the year 1850.", "born"),
    ("The war between the two countries ended in 1945.", "war"),
    ("He sat on the bank of the river and caught a fish.", "river"),
    ("He went to the bank and asked for money.", "money"),
    ("The largest city of France is Paris.", "city"),
)
MARK, WHOLE, TORN = "marks around every text", "words", "words in pieces"
PAINTS: dict[str, Paint] = {MARK: "gray", WHOLE: "blue", TORN: "orange"}
"""Kinds of wordpieces, as the legend names them, and their colours."""
MISSING = "No BERT is at hand yet. Train one on the Training page, or get a published one on the Models page."


def choose() -> ChosenModel[MaskedModel] | None:
    """Let the visitor choose a model of the family; ``None`` (and a sentence on the page) if there is none.

    Raises:
        BadModel: it is gone, damaged or of another sort.
    """
    chosen = choose_one("contextual", MASKED_FAMILIES, "masked_model", MISSING)
    if chosen is None:
        return None
    if not isinstance(chosen.model, MaskedModel):
        key = chosen.spec.key
        raise BadModel(f"'{key}' neither fills gaps nor shows its attention. Choose a model of the BERT family.")
    return ChosenModel(chosen.spec, chosen.title, chosen.model)


def sentence() -> list[str]:
    """The field for the sentence and examples to click; its words, punctuation marks among them."""
    text = state.text(SENTENCE, EXAMPLES[0][0], "Sentence", limit=400)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Try", width="content")
        for example, word in EXAMPLES:
            st.button(md(example, 60), key=f"example-{word}", on_click=_take, args=(example, word))
    return inputs.tokens(text)


def _take(example: str, word: str) -> None:
    state.put(SENTENCE, example)
    cut = inputs.tokens(example)
    state.put(HIDDEN, [cut.index(word)])
    st.session_state[OF] = cut


def hidden(cut: Sequence[str]) -> list[int]:
    """Draw the words as buttons that hide a word or show it again; return the hidden positions in order.

    A new sentence begins with one hidden word (see ``_first``).
    """
    start = [_first(cut)]
    left = st.session_state.get(HIDDEN) or []
    if st.session_state.get(OF, list(cut)) != list(cut) or not all(position in range(len(cut)) for position in left):
        st.session_state[HIDDEN] = start
    st.session_state[OF] = list(cut)
    titles = inputs.names(cut)
    chosen = st.pills(
        "Click a word to hide it; click it again to show it", list(range(len(cut))), selection_mode="multi",
        default=start, format_func=lambda position: md(titles[position]), key=HIDDEN, bind="query-params",
    )  # fmt: skip
    return sorted(chosen)


def _first(cut: Sequence[str]) -> int:
    """The position that is hidden at first: of a word that a link pins, of the example's, or of the longest."""
    if (at := links.pinned_position(cut, -1)) >= 0:
        return at
    for example, word in EXAMPLES:
        if inputs.tokens(example) == list(cut):
            return cut.index(word)
    return max(range(len(cut)), key=lambda position: len(cut[position]))


def wordpieces(chosen: ChosenModel[MaskedModel], cut: Sequence[str]) -> None:
    """The sentence as the model reads it."""
    spelled = chosen.model.pieces(cut)
    sorts = [MARK if word is None else TORN if spelled.words.count(word) > 1 else WHOLE for word in spelled.words]
    parts = (tinted(PAINTS[sort], md(wordpiece, 30)) for wordpiece, sort in zip(spelled.pieces, sorts, strict=True))
    st.markdown("As the model reads it: " + " ".join(parts))
    legend = " ".join(tinted(paint, sort) for sort, paint in PAINTS.items() if sort in sorts)
    st.markdown(f"{len(spelled.pieces)} pieces: {legend}")
    if torn_words := sum(spelled.words.count(i) > 1 for i in range(len(cut))):
        st.caption(
            f"The vocabulary of {len(chosen.model.vocabulary):,} pieces lacks {torn_words} of the {len(cut)} words as "
            "a whole; “##” says that a piece goes on with the word before it."
        )
