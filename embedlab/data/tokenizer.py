"""Sentences by Wikimedia's sentencex (244 languages), words by the ICU library's rules and dictionaries (UAX 29)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from embedlab.base import Settings, setting

Numbers = Literal["keep", "zero", "drop"]


@dataclass(frozen=True)
class TextOptions(Settings):
    """How running text becomes words."""

    lowercase: bool = setting(True, "Treat 'The' and 'the' as one word.")
    numbers: str = setting(
        "keep", "Keep numbers, write every digit as 0, or leave numbers out.", choices=("keep", "zero", "drop")
    )
    punctuation: bool = setting(False, "Keep punctuation marks as words of their own.")
    possessives: bool = setting(True, "Cut English 's off as a word of its own, so that 'king's' counts for 'king'.")
    locale: str = setting("en", "Language whose rules for sentences and words apply, as a code such as en, de, th, zh.")


_ZERO = str.maketrans("123456789", "000000000")


class Tokenizer:
    """Cuts text into sentences of words."""

    def __init__(self, options: TextOptions | None = None) -> None:
        self.options = options or TextOptions()

    def sentences(self, text: str) -> Iterator[list[str]]:
        """Every sentence of a text as its words; sentences without words are left out."""
        import sentencex

        for sentence in sentencex.segment(self.options.locale, text):
            if words := self.words(sentence):
                yield words

    def words(self, text: str) -> list[str]:
        """The words of one sentence."""
        from icu4py.breakers import WordBreaker

        options = self.options
        if options.lowercase:
            text = text.lower()
        if options.numbers == "zero":
            text = text.translate(_ZERO)
        pieces = list(WordBreaker(text, options.locale))
        if options.punctuation:
            words = [piece for piece in pieces if not piece.isspace()]
        else:
            words = [piece for piece in pieces if piece[0].isalnum() or any(map(str.isalnum, piece))]
        if options.possessives and "'s" in text:
            words = [part for word in words for part in _cut_possessive(word)]
        if options.numbers == "drop":
            words = [word for word in words if not word[0].isdecimal()]
        return words


def _cut_possessive(word: str) -> tuple[str, ...]:
    return (word[:-2], "'s") if word.endswith("'s") and len(word) > 2 else (word,)
