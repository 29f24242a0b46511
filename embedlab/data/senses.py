"""Sentences with ambiguous words, each marked with the sense that is meant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import BadInput, paths
from embedlab.base.folding import tidy
from embedlab.data.tokenizer import TextOptions, Tokenizer

AS_WRITTEN = TextOptions(lowercase=False, punctuation=True)
"""How sentences become words here: capitals and punctuation are kept; models that want neither drop them."""

_TEXTS = ("word", "sense", "gloss", "pos", "sentence")


@dataclass(frozen=True)
class Occurrence:
    """A word in a sentence, and the sense in which it stands there.

    Attributes:
        word: the ambiguous word, such as "bank"; occurrences of one word are compared with each other.
        sense: short name of the sense, such as "river"; unique within a word.
        gloss: what the sense means.
        pos: part of speech of the sense: "noun", "verb" or "adjective".
        words: the sentence's T words, punctuation included.
        position: which of them is meant, from 0.
        sentence: the sentence as it was written.
    """

    word: str
    sense: str
    gloss: str
    pos: str
    words: tuple[str, ...]
    position: int
    sentence: str

    @property
    def form(self) -> str:
        """The word as it stands in the sentence, such as "banks" or "Bank"."""
        return self.words[self.position]


def load_senses(path: Path | str | None = None) -> list[Occurrence]:
    """Read occurrences with their senses, in the file's order.

    Args:
        path: a file with a JSON object a line, with ``word``, ``sense``, ``gloss``, ``pos``, ``sentence`` and the
            characters ``start`` to ``end`` (exclusive) of the word in it. The sentences of this project if ``None``.

    Raises:
        BadInput: the file cannot be read, is empty, or a line is not of this form; the message names the line.
    """
    path = Path(path) if path is not None else paths.assets() / "sentences" / "senses.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(file)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The sense sentences in {path} cannot be read: {error}.") from None
    tokenizer, found = Tokenizer(AS_WRITTEN), []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_occurrence(json.loads(line), tokenizer))
        except (ValueError, RecursionError) as error:
            raise BadInput(
                f"Line {number} of {path.name} is not a sentence with a sense: {error}. A line is a JSON object with "
                f"the texts {', '.join(_TEXTS)} and the numbers start and end."
            ) from None
    if not found:
        raise BadInput(f"{path.name} holds no sentences.")
    return found


def _occurrence(row: Any, tokenizer: Tokenizer) -> Occurrence:
    if not isinstance(row, dict):
        raise ValueError("it is not an object")
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise ValueError(f"'{name}' is missing, empty or not a text")
    start, end = row.get("start"), row.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(row["sentence"]):
        raise ValueError("'start' and 'end' are not two places in the sentence")
    words = tuple(tokenizer.words(row["sentence"]))
    position = _position(row["sentence"], start, end, words)
    return Occurrence(row["word"], row["sense"], row["gloss"], row["pos"], words, position, row["sentence"])


def _position(sentence: str, start: int, end: int, words: tuple[str, ...]) -> int:
    """Which word stands at characters start to end."""
    text, wanted, form = tidy(sentence), len(tidy(sentence[:start])), tidy(sentence[start:end])
    at = 0
    for position, word in enumerate(words):
        at = text.index(word, at)
        if (at, word) == (wanted, form):
            return position
        at += len(word)
    raise ValueError(f"characters {start} to {end}, {sentence[start:end]!r}, are not one word of the sentence")
