"""The Flair characters page: its model, a pair of readers or one character LSTM, and the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from embedlab.base import BadModel, CharacterReader, LanguageModel, Model
from embedlab.data.senses import AS_WRITTEN
from embedlab.data.tokenizer import Tokenizer
from embedlab.registry import ModelSpec
from embedlab.ui import cache, state, widgets

SENTENCE = "sentence"
EXAMPLES = (
    "The government has a bank by the river.",
    "George Washington was the first president.",
    "They live in the state of Washington.",
    "She opened an account at the bank.",
)
FAMILIES = ("flair", "char_lstm")


@dataclass(frozen=True)
class Reader:
    """A model that reads letters.

    Attributes:
        spec: which it is.
        title: what people read.
        model: the model.
        pair: the same, if it is a pair that makes word vectors; ``None`` for one direction alone.
        ways: its directions as language models.
    """

    spec: ModelSpec
    title: str
    model: Model
    pair: CharacterReader | None
    ways: Sequence[LanguageModel]


def choose() -> Reader | None:
    """Let the visitor choose a model of letters; ``None`` (and a sentence on the page) if there is none.

    Raises:
        BadModel: it is gone, damaged or of another sort.
    """
    found = {spec.key: spec for spec in cache.specs("language_model") if spec.family.key in FAMILIES}
    specs = {key: found[key] for key in sorted(found, key=lambda key: FAMILIES.index(found[key].family.key))}
    if not specs:
        st.info("No model of letters is at hand yet. Train a Flair or a character LSTM on the Training page.")
        return None
    titles = widgets.unique_titles(list(specs.values()))
    key = state.choice("letters_model", list(specs), next(iter(specs)), "Model", titles=titles)
    model = cache.model(key)
    if isinstance(model, CharacterReader):
        return Reader(specs[key], titles[key], model, model, (model.forward, model.backward))
    if isinstance(model, LanguageModel) and model.unit == "char":
        return Reader(specs[key], titles[key], model, None, (model,))
    raise BadModel(f"'{key}' reads no letters. Choose a Flair or a character LSTM.")


def text() -> str:
    """The field for the sentence, with examples to click."""
    written = state.text(SENTENCE, EXAMPLES[0], "Sentence", limit=300)
    widgets.chips("Try", EXAMPLES, SENTENCE)
    return written


def words(written: str) -> list[str]:
    """The sentence as words, capitals and punctuation marks kept."""
    return Tokenizer(AS_WRITTEN).words(written)


def choose_word(cut: Sequence[str], name: str, label: str, default: int = 0) -> int:
    """Let the visitor choose one word of a sentence; its place."""
    titles = {str(i): f"{word} ({n})" if (n := cut[: i + 1].count(word)) > 1 else word for i, word in enumerate(cut)}
    return int(state.choice(name, list(titles), str(default), label, titles=titles))
