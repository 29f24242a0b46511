"""Fold texts and typed words in the same way, and find the word of a vocabulary that is meant by a typed word.

A text is folded when it is read for training: characters are composed (Unicode NFC), apostrophes straight, signs that
nobody sees dropped, and usually letters lower-cased. A typed word has to be folded in the same way, or "Bank" is not
found although the model knows "bank". The vocabulary shows how its text was folded: without capitals, the text was
lower-cased; with capitals, "Paris" stays "Paris"; with many a dotless i, it was lower-cased as Turkish is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Change = Literal["tidied", "lowercased", "zeroed", "recased"]

COMPOSED = 500
"""Characters that are composed in one step; up to twice as many where no ASCII follows."""
_ASCII = re.compile(r"[\x00-\x7f]")
_UNTIDY = re.compile(
    "[\u2019\u02bc]|[\u200b\u2028\u2029]|[\ud800-\udfff]"
    "|[\u00ad\u034f\u061c\u180b-\u180f\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]"
)
"""Apostrophes; spaces; half characters, as JSON can hold them; marks of direction and form, which nobody sees."""
_TIDY = {"\u2019": "'", "\u02bc": "'", "\u200b": " ", "\u2028": " ", "\u2029": " "}
_JOINERS = re.compile("[\u200c\u200d]+")
_JOINED = re.compile(
    "[\u0600-\u109f\u1700-\u1cff\u2190-\u2bff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f\U0001f000-\U0001faff]"
)
"""Arabic, Indic and related scripts, whose letters take another form beside a joiner; and emoji, which are joined."""
_BETWEEN = re.compile(r"[\s,;\u060c\u061b\u3001\uff0c\uff1b]+")
_ZERO = str.maketrans("123456789", "000000000")
_STRAY = 1000
"""A lower-cased text may still hold one word with a capital among so many, such as the token <UNK>."""
DOTLESS = frozenset({"tr", "tur", "az", "aze"})
"""Languages in which I and i are different letters: Turkish and Azeri (Unicode's SpecialCasing)."""
_DOTTED = re.compile("(?<=[ij\u012f\u0456\u0458])\u0307")
"""The dot that lower-casing leaves of İ, and that Lithuanian writes under accents: on an i it is not seen."""
_OFTEN = 20
"""One word of so many, or more, has a dotless i in Turkish and Azeri; elsewhere only a few names have."""


def tidy(text: str) -> str:
    """Text in composed form (NFC), with straight apostrophes, without invisible characters or lone surrogates.

    Joiners (U+200C, U+200D) stay where they change how a word is written: in Arabic and Indic scripts, and in emoji.
    """
    if text.isascii():
        return text
    text = _UNTIDY.sub(_tidied, text)
    if "\u200c" in text or "\u200d" in text:
        text = _JOINERS.sub(_kept, text)
    return _composed(text)


def _tidied(sign: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= sign[0] <= "\udfff" else _TIDY.get(sign[0], "")


def _kept(joiners: re.Match[str]) -> str:
    """The first of some joiners if it stands where one is needed, and not at the end of a word for nothing."""
    text, start, end = joiners.string, joiners.start(), joiners.end()
    if not start or not _JOINED.match(text, start - 1):
        return ""
    last = end == len(text) or unicodedata.category(text[end])[0] not in "LMN"
    return "" if last and text[start] == "\u200c" else text[start]


def _composed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", part) for part in _parts(text))


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


def language_of(locale: str) -> str:
    """The language of a locale such as "tr", "tr-TR" or "tr_CY", in small letters."""
    return locale.replace("-", "_").partition("_")[0].lower()


def lowered(text: str, language: str = "") -> str:
    """A tidied text in lower case by the rules of Unicode; in Turkish and Azeri, İ becomes i and I becomes ı.

    Elsewhere İ becomes an i without the combining dot that Unicode leaves over it.

    Args:
        text: composed characters.
        language: as ``language_of`` gives it.
    """
    if language in DOTLESS:
        text = text.replace("I", "\u0131")
    text = text.replace("\u0130", "i").lower()
    if "\u0307" in text:
        text = _composed(_DOTTED.sub("", text))
    return text


def caseless(word: str) -> str:
    """A word in the form in which words are compared where capitals do not count."""
    return word.lower() if word.isascii() else lowered(tidy(word).strip()).casefold()


def spelled(text: str, known: Container[str]) -> str:
    """A text for a model of characters, whose own text was not tidied: composed, and tidied where it lacks a sign."""
    if text.isascii():
        return text
    return "".join(sign if sign in known else tidy(sign) for sign in _composed(text))


def listed(text: str) -> list[str]:
    """The tidied words of a list, each once: between blanks, line ends, commas or semicolons, of Asia too."""
    return list(dict.fromkeys(word for word in _BETWEEN.split(tidy(text)) if word))


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
            characters removed), "lowercased", "zeroed" (digits), "recased" (the vocabulary keeps capitals and has the
            word in small letters only).
    """

    typed: str
    word: str
    known: bool
    changes: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether another word is looked up than was typed; two spellings that look the same are one word."""
        return unicodedata.normalize("NFC", self.typed) != self.word


class Asked:
    """A result about words that somebody asked for."""

    lookups: tuple[Lookup, ...]
    """Of each word that was asked for, as what it was looked up."""

    @property
    def composed(self) -> tuple[str, ...]:
        """Those that are not in the vocabulary: their vectors are composed of letter n-grams (fastText)."""
        return tuple(dict.fromkeys(one.word for one in self.lookups if not one.known))


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

    @cached_property
    def dotless(self) -> bool:
        """Whether the text was Turkish or Azeri: many words of the vocabulary have a dotless i."""
        return "\n".join(self._words).count("\u0131") * _OFTEN > len(self._words)

    @property
    def language(self) -> str:
        """The language whose rules made the vocabulary's small letters, as ``lowered`` takes it."""
        return "tr" if self.dotless else ""

    def look_up(self, typed: str) -> Lookup:
        """The word to look up for a typed one: itself if it is known, else folded as the text was.

        In a vocabulary that keeps capitals the word in small letters is tried last: a sentence may begin with it.
        """
        lookup = self.fold(typed)
        for change, word in () if lookup.known else self._otherwise(lookup.word):
            if word in self._positions:
                return Lookup(lookup.typed, word, True, tuple(dict.fromkeys((*lookup.changes, change))))
        return lookup

    def fold(self, typed: str) -> Lookup:
        """A typed word as the text was folded, and no further; itself if it is known."""
        typed = typed.strip()
        lookup = Lookup(typed, typed, typed in self._positions)
        for change, word in () if lookup.known else self._folded(typed):
            if word != lookup.word:
                lookup = Lookup(typed, word, word in self._positions, (*lookup.changes, change))
            if lookup.known:
                break
        return lookup

    def _folded(self, typed: str) -> Iterator[tuple[Change, str]]:
        word = tidy(typed).strip()
        yield "tidied", word
        if self.lowercase:
            small = self._small(word)
            word = next((one for one in small if one in self._positions), small[0])
            yield "lowercased", word
        if self.zeros:
            yield "zeroed", zeroed(word)

    def _small(self, word: str) -> list[str]:
        """Its readings in small letters, the likeliest first; they differ for words with I or İ."""
        readings = [lowered(word, "tr"), lowered(word)]
        return [*(readings if self.dotless else readings[::-1]), word.lower()]

    def _otherwise(self, word: str) -> Iterator[tuple[Change, str]]:
        """Spellings of a folded word in vocabularies that were made elsewhere."""
        yield "tidied", word.replace("'", "\u2019")
        yield "tidied", unicodedata.normalize("NFD", word)
        if not self.lowercase:
            for small in self._small(word):
                yield "recased", small

    def __contains__(self, typed: object) -> bool:
        return isinstance(typed, str) and self.look_up(typed).known
