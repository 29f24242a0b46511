"""Corpora from files, memory and other corpora."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions

TEXTS = ["The king sat. He slept.\nThe queen ruled.", "", "Spain is warm."]
WORDS = [["the", "king", "sat"], ["he", "slept"], ["the", "queen", "ruled"], ["spain", "is", "warm"]]


@pytest.mark.parametrize("texts", [TEXTS, tuple(TEXTS), iter(TEXTS)])
def test_texts_can_be_read_again_whatever_they_came_in(texts: object) -> None:
    corpus = Corpus.from_texts(texts, name="three", licence="MIT")
    assert list(corpus) == list(corpus) == WORDS
    assert list(corpus.texts()) == ["The king sat. He slept.", "The queen ruled.", "Spain is warm."]
    assert (corpus.name, corpus.description, corpus.licence) == ("three", "three", "MIT")


def test_a_lazy_iterable_is_not_copied() -> None:
    class Endless:
        def __iter__(self):
            while True:
                yield "The king sat."

    assert next(iter(Corpus.from_texts(Endless()))) == ["the", "king", "sat"]


def test_sentences_are_taken_as_they_are() -> None:
    corpus = Corpus.from_sentences(iter([["The", "KING"], ["!"], []]))
    assert list(corpus) == list(corpus) == [["The", "KING"], ["!"], []]


def test_a_chain_keeps_each_parts_options_and_licences() -> None:
    first = Corpus.from_texts(["The King"], name="a").with_licence("MIT", "us")
    second = Corpus.from_texts(["The King"], name="b", options=TextOptions(lowercase=False)).with_licence("CC0", "them")
    chained = Corpus.chain([first, second, first])
    assert list(chained) == [["the", "king"], ["The", "King"], ["the", "king"]]
    assert (chained.name, chained.licence, chained.attribution) == ("a + b + a", "MIT; CC0", "us; them")
    assert dataclasses.replace(chained, description="x").description == "x"
    assert list(chained.texts()) == ["The King"] * 3


def test_options_can_be_replaced() -> None:
    corpus = dataclasses.replace(Corpus.from_texts(["The King"]), options=TextOptions(lowercase=False))
    assert list(corpus) == [["The", "King"]]


def test_max_bytes_stops_early(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Köln ist schön.\n" * 100, encoding="utf-8")
    assert len(list(Corpus.from_file(tmp_path / "a.txt", max_bytes=18 * 10).texts())) == 10


def test_a_file_is_not_read_before_it_is_needed_and_named_in_the_card(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The king sat.\n" * 1000)
    corpus = Corpus.from_file(path)
    assert corpus.description == "a.txt"
    path.write_text("The queen sat.\n")
    assert list(corpus) == [["the", "queen", "sat"]]


def test_a_file_and_its_copy_in_memory_encode_alike(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(TEXTS))
    a, b = Corpus.from_file(tmp_path / "a.txt").encode(), Corpus.from_texts(TEXTS).encode()
    assert a.vocabulary.words == b.vocabulary.words
    assert list(a.sentences()) == list(b.sentences()) == WORDS


def test_a_corpus_of_ten_words_is_refused_when_it_is_encoded() -> None:
    with pytest.raises(BadInput, match="Only 0 different words remain of 10 running words"):
        Corpus.from_texts(["One two three four five six seven eight nine ten."]).encode(5, 1000)


def test_misuse_is_said() -> None:
    with pytest.raises(BadInput, match="put one in a list"):
        Corpus.from_texts("one text")
    with pytest.raises(BadInput, match="must be a string, not bytes"):
        list(Corpus.from_texts([b"bytes"]))
    with pytest.raises(BadInput, match="no corpus to chain"):
        Corpus.chain([])


def test_the_expected_length_comes_from_the_size(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The king sat on his throne.\n" * 1000)
    corpus = Corpus.from_file(tmp_path / "a.txt")
    assert corpus.source.size() == pytest.approx(6000, rel=0.3)
    assert Corpus.chain([corpus, corpus]).source.size() == 2 * corpus.source.size()
