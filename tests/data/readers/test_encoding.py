"""Encodings are detected or taken as given, and lines of any length come in bounded pieces."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.readers.encoding import MAX_PARAGRAPH, chunks

GERMAN = "Die Königin trägt eine schöne Krone und grüßt die Bürger. Der König fährt über die Brücke nach Köln. " * 5
RUSSIAN = "Королева носит золотую корону и живёт во дворце. Король едет через мост в большой город. " * 5
GERMAN_WORD, RUSSIAN_WORD = "königin", "королева"


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        (GERMAN, "utf-8", GERMAN_WORD),
        (GERMAN, "utf-8-sig", GERMAN_WORD),
        (GERMAN, "utf-16", GERMAN_WORD),
        (GERMAN, "utf-16-le", GERMAN_WORD),
        (GERMAN, "utf-16-be", GERMAN_WORD),
        (GERMAN, "utf-32", GERMAN_WORD),
        (GERMAN, "cp1252", GERMAN_WORD),
        (RUSSIAN, "cp1251", RUSSIAN_WORD),
        (RUSSIAN, "koi8-r", RUSSIAN_WORD),
        (RUSSIAN, "utf-8", RUSSIAN_WORD),
    ],
)
def test_encodings_are_detected_and_taken_as_given(text: str, encoding: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert next(iter(Corpus.from_file(path)))[:2][-1 if text is GERMAN else 0] == word
    assert word in next(iter(Corpus.from_file(path, encoding=encoding)))


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (GERMAN.encode(), "cp1252", "a.txt is UTF-8 text, not cp1252"),
        (GERMAN.encode(), "utf-16", "a.txt is UTF-8 text, not utf-16"),
        (b"plain text" * 10, "utf-16", "a.txt is UTF-8 text, not utf-16"),
        (GERMAN.encode("cp1252"), "utf-8", "a.txt is not utf-8 text"),
        (GERMAN.encode("cp1252"), "ascii", "a.txt is not ascii text"),
        (GERMAN.encode("utf-16-le"), "cp1252", "zero bytes"),
        (b"x", "klingon", "'klingon' is not an encoding"),
        (b"x", "zlib", "'zlib' is not an encoding"),
    ],
)
def test_a_wrong_encoding_is_said(data: bytes, encoding: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(BadInput, match=message):
        Corpus.from_file(tmp_path / "a.txt", encoding=encoding)


def test_bytes_that_turn_bad_far_into_the_file_are_located(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"The king sat on his throne.\n" * 20_000 + "Köln".encode("cp1252") + b"\n")
    corpus = Corpus.from_file(tmp_path / "a.txt")
    with pytest.raises(BadInput, match=r"begins as utf-8 text, but within its first 560,00\d bytes is one \(0xf6\)"):
        list(corpus.texts())


def test_any_line_end_counts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree\nfour")
    assert list(Corpus.from_file(tmp_path / "a.txt").texts()) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(("unit", "size"), [("The king sat. ", 3), ("word ", 50), ("国王坐在王座上。", 3), ("x", 3)])
def test_one_line_of_50_mb_needs_little_memory(unit: str, size: int, tmp_path: Path) -> None:
    data = unit.encode()
    with (tmp_path / "a.txt").open("wb") as file:
        for _ in range(size):
            file.write(data * (1_000_000 // len(data)))
    tracemalloc.start()
    longest = characters = 0
    for text in Corpus.from_file(tmp_path / "a.txt").texts():
        longest, characters = max(longest, len(text)), characters + len(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert characters == size * (1_000_000 // len(data)) * len(unit)
    assert longest <= MAX_PARAGRAPH
    assert peak < 2_500_000


def test_long_lines_are_cut_after_sentences_else_between_words_else_anywhere() -> None:
    assert list(chunks("Aaaa bbbb cccc. Dddd eeee", 20)) == ["Aaaa bbbb cccc. ", "Dddd eeee"]
    assert list(chunks("aaaa bbbb cccc dddd eeee", 20)) == ["aaaa bbbb cccc dddd ", "eeee"]
    assert list(chunks("a" * 45, 20)) == ["a" * 20, "a" * 20, "a" * 5]
    assert "".join(chunks("x. " * 100, 7)) == "x. " * 100
