"""The Flair characters page: a word spelt wrongly, and whose vector stays near the right one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from embedlab.analysis.misspelling import OTHERS, Misspelt, misspelt
from embedlab.base import BadInput, ContextualModel, StaticModel
from embedlab.plots import misspelling as drawn
from embedlab.plots.palette import NAMES, family_color
from embedlab.plots.text import md
from embedlab.registry import ModelSpec
from embedlab.ui import cache, contextual, flair_models, state, typed, widgets

if TYPE_CHECKING:
    from embedlab.ui.flair_models import Reader

DEFAULT = ("flair", "elmo", "fasttext", "word2vec")
READ = {
    "vector": "has a vector of its own for it: the text had this spelling, too",
    "composed": "composes a vector of its letters or pieces",
    "unknown": "reads it like any word that it does not know, so its vector says nothing about the spelling",
    "none": "has **no vector** for it",
}


def compare(reader: Reader, written: str) -> str:
    """The right and the wrong spelling in the same sentence, by models of all sorts; returns the lines for it."""
    cut = typed.words(written)
    if not cut:
        st.info("Write a sentence of at least one word, or click one.")
        return ""
    longest = max(range(len(cut)), key=lambda place: len(cut[place]))
    left, right = st.columns(2, gap="medium")
    with left:
        place = flair_models.choose_word(cut, "right_word", "The word that is misspelt", longest)
    word = cut[place]
    offered = slips(word)
    with right:
        wrong = state.text(f"wrong_{word[:40]}", offered[0] if offered else f"{word}{word[-1]}", "Its wrong spelling")
        widgets.chips("Slips", offered, f"wrong_{word[:40]}")
    specs = contextual.choose(list(dict.fromkeys((reader.spec.key, *DEFAULT))))
    results: dict[str, tuple[Misspelt, int]] = {}
    titles = widgets.unique_titles(contextual.specs())
    for spec in specs:
        with widgets.guard():
            results[titles[spec.key]] = _of(spec, cut, place, wrong)
    if not results:
        return ""
    colors = {titles[spec.key]: family_color(spec.family.key) for spec in specs}
    shown = [
        f"{title} {one.similarity[layer]:.2f}" for title, (one, layer) in results.items() if one.similarity is not None
    ]
    widgets.figure(
        drawn.similarities(results, colors),
        "flair-misspelt",
        f"Similarity of {wrong} with {word}: {', '.join(shown) or 'no model has a vector for it'}.",
    )
    st.markdown("\n".join(f"- {verdict(title, one, layer)}" for title, (one, layer) in results.items()))
    st.caption(
        f"Diamond: “{md(wrong)}” in the place of “{md(word)}”. {NAMES[drawn.OTHERS].capitalize()} dots, for "
        f"comparison: {len(OTHERS)} words that have nothing to do with it, in the same place. The scales of models "
        "differ, so look at the distance from the dots, not at the number alone. One sentence and one slip are "
        "one example, no measurement."
    )
    widgets.table(table(results), "flair-misspelt")
    return f"""
import embedlab
from embedlab.analysis.misspelling import misspelt

for key in {[spec.key for spec in specs]!r}:
    found = misspelt(embedlab.load_model(key), {cut!r}, {place}, {wrong!r})
    print(key, found.read, found.layers, found.similarity, found.to_others.max(axis=1, initial=-1))
"""


def slips(word: str) -> list[str]:
    """Four usual slips: a letter left out, two swapped, one doubled, one replaced."""
    if len(word) < 3:
        return []
    middle = len(word) // 2
    made = (
        word[:middle] + word[middle + 1 :],
        word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :],
        word[:middle] + word[middle] + word[middle:],
        word[:middle] + "e" + word[middle + 1 :],
    )
    return [slip for slip in dict.fromkeys(made) if slip != word]


def _of(spec: ModelSpec, cut: list[str], place: int, wrong: str) -> tuple[Misspelt, int]:
    model = cache.model(spec.key)
    if not isinstance(model, ContextualModel | StaticModel):
        raise BadInput(f"{model.title} has no word vectors.")
    found = misspelt(model, cut, place, wrong)
    return found, found.layers.index(contextual.usual_layer(found.layers))


def verdict(title: str, one: Misspelt, layer: int) -> str:
    """What a model makes of the wrong spelling, in a sentence of Markdown."""
    where = f" ({md(contextual.layer_title(one.layers[layer]))})" if len(one.layers) > 1 else ""
    said = f"{md(title)}{where} {READ[one.read]}"
    if one.similarity is None:
        return said + ("." if one.known else f"; it does not know “{md(one.right)}” either.")
    beaten, count = one.closer(layer), len(one.others)
    said += f": similarity **{one.similarity[layer]:.2f}**, nearer than {beaten} of {count} other words"
    if beaten == count:
        return said + "."
    return said + (", so this model takes it for another word." if 2 * beaten < count else ".")


def table(results: Mapping[str, tuple[Misspelt, int]]) -> pd.DataFrame:
    """Every layer's similarity, beside those of the other words."""
    rows = [
        (
            title, layer, one.right, one.wrong, one.read,
            None if one.similarity is None else float(one.similarity[i]),
            float(one.to_others[i].mean()) if one.others else None,
            float(one.to_others[i].max()) if one.others else None,
            len(one.others),
        )
        for title, (one, _) in results.items()
        for i, layer in enumerate(one.layers)
    ]  # fmt: skip
    columns = ["model", "layer", "right", "wrong", "read as", "similarity", "others: mean", "others: nearest", "others"]
    return pd.DataFrame(rows, columns=columns)
