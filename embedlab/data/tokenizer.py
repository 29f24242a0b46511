"""Split text into sentences (Wikimedia's sentencex, 244 languages) and words (the ICU library, Unicode UAX 29)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from embedlab.base import BadSetting, Settings, setting
from embedlab.base.folding import language_of, lowered, tidy, zeroed

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
    locale: str = setting("en", "Language whose rules for sentences, words and small letters apply: en, de, tr, zh …")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.fullmatch(r"[A-Za-z0-9@=;._-]{0,60}", self.locale):
            raise BadSetting(
                f"locale must be the code of a language such as en, de, th or zh, not {self.locale[:60]!a}."
            )


# Unicode's word rules (UAX 29, WB5 to WB13b) for ASCII text; a test holds it to what ICU answers.
_ASCII_WORD = re.compile(
    r"(?<!\w)(?=_*[A-Za-z0-9])\w+(?:(?:(?<=[A-Za-z])['.:](?=[A-Za-z])|(?<=[0-9])[.,;'](?=[0-9]))\w+)*", re.ASCII
)


class Tokenizer:
    """Cuts text into sentences of words.

    Text is brought to Unicode's composed form (NFC) first; curly apostrophes become straight ones, and signs that
    nobody sees go (see ``base.folding.tidy``). Letters are lower-cased by the rules of the language.
    """

    def __init__(self, options: TextOptions | None = None) -> None:
        self.options = options or TextOptions()
        self._language = language_of(self.options.locale)
        self._possessives = self.options.possessives and self._language == "en"

    def split(self, text: str) -> Iterator[str]:
        """Every sentence of a text as it was written, composed and with straight apostrophes."""
        import sentencex

        yield from sentencex.segment(self.options.locale, tidy(text))

    def sentences(self, text: str) -> Iterator[list[str]]:
        """Every sentence of a text as its words; sentences without words are left out."""
        for sentence in self.split(text):
            if words := self._words(sentence):
                yield words

    def words(self, text: str) -> list[str]:
        """The words of one sentence."""
        return self._words(tidy(text))

    def _words(self, text: str) -> list[str]:
        options = self.options
        if options.lowercase:
            text = lowered(text, self._language)
        words = _ASCII_WORD.findall(text) if text.isascii() and not options.punctuation else self._by_icu(text)
        if self._possessives and "'" in text:
            words = [part for word in words for part in _cut_possessive(word)]
        if options.numbers == "drop":
            words = [word for word in words if not word[0].isdecimal()]
        elif options.numbers == "zero":
            words = [zeroed(word) for word in words]
        return words

    def _by_icu(self, text: str) -> list[str]:
        from icu4py.breakers import WordBreaker

        pieces = list(WordBreaker(text, self.options.locale))
        if self.options.punctuation:
            return [piece for piece in pieces if not piece.isspace()]
        return [piece for piece in pieces if piece[0].isalnum() or any(map(str.isalnum, piece))]


def _cut_possessive(word: str) -> tuple[str, ...]:
    return (word[:-2], word[-2:]) if len(word) > 2 and word[-2] == "'" and word[-1] in "sS" else (word,)
