"""Find the word of a vocabulary that is meant by a typed word: lower case, straight apostrophes.

A text is folded when it is read for training: characters are composed (Unicode NFC), and usually lower-cased. A typed
word has to be folded in the same way, or "Bank" is not found although the model knows "bank". The vocabulary shows how
its text was folded: without capitals, the text was lower-cased; with capitals, "Paris" stays "Paris".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Change = Literal["tidied", "lowercased", "zeroed"]

COMPOSED = 500
"""Characters that are composed in one step; up to twice as many where no ASCII follows."""
_ASCII = re.compile(r"[\x00-\x7f]")
_TIDY = {0x2019: "'", 0x02BC: "'", 0x00AD: None, 0x200B: " ", 0xFEFF: None, 0x2028: " ", 0x2029: " "}
_TIDY |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # half characters, as JSON can hold them
_ZERO = str.maketrans("123456789", "000000000")
_STRAY = 1000
"""A lower-cased text may still hold one word with a capital among so many, such as the token <UNK>."""


def tidy(text: str) -> str:
    """Text in composed form (NFC), with straight apostrophes, without invisible characters or lone surrogates."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFC", part) for part in _parts(text)).translate(_TIDY)


def _parts(text: str) -> Iterator[str]:
    """Split a text into parts that can be composed one by one, before ASCII, which never combines with what precedes.

    Short parts bound the time: ordering a row of combining accents takes time quadratic in its length.
    """
    start = 0
    while len(text) - start > COMPOSED:
        end = start + COMPOSED
        found = _ASCII.search(text, end, end + COMPOSED)
        end = found.start() if found else end + COMPOSED
        yield text[start:end]
        start = end
    yield text[start:]


def zeroed(word: str) -> str:
    """The word with every digit written as 0."""
    return word if word.isalpha() else word.translate(_ZERO)


@dataclass(frozen=True)
class Lookup:
    """A typed word and the one that is looked up for it.

    Attributes:
        typed: as it was typed, without spaces around it.
        word: the word that is looked up; for an unknown word its folded form.
        known: whether the vocabulary has ``word``.
        changes: what was done to the typed word: "tidied" (composed characters, straight apostrophes, invisible
            characters removed), "lowercased", "zeroed" (digits).
    """

    typed: str
    word: str
    known: bool
    changes: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether another word is looked up than was typed; two spellings that look the same are one word."""
        return unicodedata.normalize("NFC", self.typed) != self.word


class Lexicon(Container[str]):
    """A vocabulary in which typed words are found; a word that is known exactly as typed is never changed.

    Args:
        words: the vocabulary.
        positions: the same, for quick membership; made of ``words`` without it.
    """

    def __init__(self, words: Sequence[str], positions: Container[str] | None = None) -> None:
        self._words, self._given = words, positions

    @cached_property
    def _positions(self) -> Container[str]:
        return frozenset(self._words) if self._given is None else self._given

    @cached_property
    def lowercase(self) -> bool:
        """Whether the text was lower-cased: hardly a word of the vocabulary has a capital."""
        text = "\n".join(self._words)  # one text: looked through in a moment, where word by word takes 0.1 s
        if text == text.lower():
            return True
        return sum(word != word.lower() for word in self._words) * _STRAY <= len(self._words)

    @cached_property
    def zeros(self) -> bool:
        """Whether every digit of the text was written as 0: the vocabulary has zeros and no other digit."""
        return {sign for sign in set("".join(self._words)) if sign.isdecimal()} == {"0"}

    def look_up(self, typed: str) -> Lookup:
        """The word to look up for a typed one: itself if it is known, else folded as the text was."""
        typed = typed.strip()
        lookup = Lookup(typed, typed, typed in self._positions)
        if lookup.known:
            return lookup
        for change, word in self._folded(typed):
            if word != lookup.word:
                lookup = Lookup(typed, word, word in self._positions, (*lookup.changes, change))
            if lookup.known:
                break
        return lookup

    def in_text(self, word: str) -> Lookup:
        """Find the word that is meant by a word of a text.

        In a vocabulary that keeps capitals the lower-case form is tried, too: a sentence may begin with the word.
        """
        lookup = self.look_up(word)
        small = lookup if lookup.known else self.look_up(word.lower())
        return small if small.known else lookup

    def _folded(self, typed: str) -> Iterator[tuple[Change, str]]:
        word = tidy(typed).strip()
        yield "tidied", word
        if self.lowercase:
            word = word.lower()
            yield "lowercased", word
        if self.zeros:
            yield "zeroed", zeroed(word)

    def __contains__(self, typed: object) -> bool:
        return isinstance(typed, str) and self.look_up(typed).known
