"""Sentences and words of several scripts, against words written out by hand and against ICU itself."""

from __future__ import annotations

import random

import pytest
from icu4py.breakers import WordBreaker

from embedlab.base import BadSetting
from embedlab.data.tokenizer import TextOptions, Tokenizer


@pytest.mark.parametrize(
    ("locale", "text", "words"),
    [
        ("en", "The well-known king's horse didn't cost $3.50.", "the well known king 's horse didn't cost 3.50"),
        ("en", "The king’s men", "the king 's men"),
        ("de", "Die Straße ist schön; Übermut tut selten gut!", "die straße ist schön übermut tut selten gut"),
        ("fr", "L’été, c’est l’Italie", "l'été c'est l'italie"),
        ("ru", "Мама мыла раму.", "мама мыла раму"),
        ("ar", "أنا أحب القراءة كثيرا.", "أنا أحب القراءة كثيرا"),
        ("th", "ฉันรักภาษาไทย", "ฉัน รัก ภาษา ไทย"),
        ("zh", "我爱北京天安门。", "我 爱 北京 天安门"),
        ("ja", "私は学生です。", "私 は 学生 です"),
        ("tr", "İstanbul ISPARTA Işık I\u0307zmir", "istanbul ısparta ışık izmir"),
        ("az-Latn", "İRAN QIZIL", "iran qızıl"),
        ("en", "İran I\u0307ran i\u0307ran IRAN", "iran iran iran iran"),
        ("lt", "Í i\u0307\u0301", "í í"),
        ("el", "ΟΔΟΣ", "οδο\u03c2"),
        ("fa", "می\u200cخواهم کتاب\u200c می\u200c\u200cروم", "می\u200cخواهم کتاب می\u200cروم"),
        ("hi", "क्\u200dष", "क्\u200dष"),
        ("ml", "അവന്\u200d", "അവന്\u200d"),
        ("de", "Auf\u200clage sta\u200dte", "auflage state"),
    ],
)
def test_words_of_many_scripts(locale: str, text: str, words: str) -> None:
    assert Tokenizer(TextOptions(locale=locale)).words(text) == words.split()


@pytest.mark.parametrize(
    ("locale", "text", "count"),
    [
        ("en", "Dr. Smith met Mr. Jones in Washington. They talked, e.g. about tax. Did it work? Yes!", 4),
        ("de", "Prof. Müller kam um 3 Uhr, z. B. aus Bonn. Er ging bald.", 2),
        ("ru", "Это дом. Это кот.", 2),
        ("zh", "我爱北京。天安门很大。", 2),
        ("ja", "私は学生です。彼は先生です。", 2),
    ],
)
def test_sentences_end_where_a_reader_ends_them(locale: str, text: str, count: int) -> None:
    assert len(list(Tokenizer(TextOptions(locale=locale)).sentences(text))) == count


def test_options_change_case_numbers_marks_and_possessives() -> None:
    text = "The king's 3 cats, in 1984!"

    def words(**options: object) -> str:
        return " ".join(Tokenizer(TextOptions(**options)).words(text))

    assert words() == "the king 's 3 cats in 1984"
    assert words(lowercase=False) == "The king 's 3 cats in 1984"
    assert words(possessives=False) == "the king's 3 cats in 1984"
    assert words(numbers="zero") == "the king 's 0 cats in 0000"
    assert words(numbers="drop") == "the king 's cats in"
    assert words(punctuation=True) == "the king 's 3 cats , in 1984 !"


def test_the_same_word_written_in_two_ways_is_one_word() -> None:
    assert Tokenizer().words("caf\u00e9 cafe\u0301 co\u00adoperate") == ["café", "café", "cooperate"]


@pytest.mark.parametrize(
    "mark",
    "\u00ad\u061c\u180e\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufe00\ufe0f\ufeff"
    "\U000e0100\U000e01ef",
)
def test_format_marks_are_no_part_of_a_word(mark: str) -> None:
    text = f"{mark}sta{mark}te{mark} caf{mark}e{mark}\u0301 king{mark}'s"
    assert Tokenizer().words(text) == ["state", "café", "king", "'s"]
    assert Tokenizer(TextOptions(punctuation=True)).words(f"so{mark}, {mark}") == ["so", ","]


def test_joiners_hold_emoji_together() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert Tokenizer(TextOptions(punctuation=True)).words(f"{family} \u2764\ufe0f") == [family, "\u2764"]


def test_marks_alone_are_no_sentence() -> None:
    assert list(Tokenizer().sentences("... --- !!! ___")) == []


def test_the_pattern_for_ascii_answers_what_icu_answers() -> None:
    rng, tokenizer = random.Random(1), Tokenizer(TextOptions(possessives=False, lowercase=False))
    for _ in range(20_000):
        text = "".join(rng.choices("aZ09_.,;':-/@ \t\"!?\n", k=12))
        expected = [piece for piece in WordBreaker(text, "en") if any(map(str.isalnum, piece))]
        assert tokenizer.words(text) == expected, text


def test_an_unknown_way_with_numbers_is_refused() -> None:
    with pytest.raises(BadSetting, match="numbers must be one of keep, zero, drop"):
        TextOptions(numbers="round")
