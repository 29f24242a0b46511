"""The Flair characters page: its model, a pair of readers or one character LSTM, and the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedlab.base import BadModel, CharacterReader, LanguageModel, Model
from embedlab.registry import ModelSpec
from embedlab.ui import cache, pinned, state, typed, widgets

SENTENCE = "sentence"
EXAMPLES = (
    "The government has a bank by the river.",
    "George Washington was the first president.",
    "They live in the state of Washington.",
    "She opened an account at the bank.",
)
FAMILIES = ("flair", "char_lstm")
MISSING = "No model of letters is at hand yet. Train a Flair or a character LSTM on the Training page."


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
    picked = widgets.family_picker("language_model", FAMILIES, "letters_model", MISSING)
    if picked is None:
        return None
    spec, title = picked
    model = cache.model(spec.key)
    if isinstance(model, CharacterReader):
        return Reader(spec, title, model, model, (model.forward, model.backward))
    if isinstance(model, LanguageModel) and model.unit == "char":
        return Reader(spec, title, model, None, (model,))
    raise BadModel(f"'{spec.key}' reads no letters. Choose a Flair or a character LSTM.")


def text() -> str:
    """The field for the sentence, with examples to click."""
    written = state.text(SENTENCE, EXAMPLES[0], "Sentence", limit=300)
    widgets.chips("Try", EXAMPLES, SENTENCE)
    return written


def choose_word(cut: Sequence[str], name: str, label: str, default: int = 0) -> int:
    """Let the visitor choose one word of a sentence, at first one that a link pins; its place."""
    titles = {str(i): title for i, title in enumerate(typed.names(cut))}
    return int(state.choice(name, list(titles), str(pinned.place(cut, default)), label, titles=titles))
