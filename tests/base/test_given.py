"""A text in the place of words is refused in a sentence that shows the right form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedlab.analysis.axes import axis, place
from embedlab.analysis.beam import beam_search
from embedlab.analysis.contextuality import measure
from embedlab.analysis.generation import generate
from embedlab.analysis.misspelling import misspelt
from embedlab.analysis.neighbors import nearest_many
from embedlab.analysis.next_tokens import next_tokens
from embedlab.analysis.polysemy import compare
from embedlab.base import BadInput, given
from embedlab.data.corpus import Corpus
from tests.analysis.toys import uniform
from tests.conftest import TinyModel

BAD: tuple[Any, ...] = ("the cat sat", b"the cat", 7, None, [1, 2], ["the", None], [["the"]], iter(["the"]))


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_list_of_words_is_refused_with_one(bad: Any) -> None:
    with pytest.raises(BadInput, match="such as \\['the', 'cat', 'sat'\\]"):
        given.words(bad)


@pytest.mark.parametrize("good", [["a"], (), ("a", "b"), np.array(["a", "b"]), [np.str_("a")]])
def test_words_in_any_list_are_taken(good: Any) -> None:
    assert given.words(good) is good


@pytest.mark.parametrize("bad", [["the cat sat", "he slept"], "the cat", [1, 2, 3], None, 7, [[1, 2]], [["a"], "b"]])
def test_sentences_that_are_none_are_refused_at_once(bad: Any) -> None:
    with pytest.raises(BadInput, match="list of words, such as \\["):
        Corpus.from_sentences(bad)
    with pytest.raises(BadInput, match="list of words, such as \\["):
        Corpus.from_sentences(iter(bad) if isinstance(bad, list) else bad)


def test_sentences_of_a_lazy_iterable_are_looked_at_when_they_are_read() -> None:
    class Lazy:
        def __iter__(self) -> Any:
            yield from (["the", "cat"], "he slept")

    sentences = iter(Corpus.from_sentences(Lazy()))
    assert next(sentences) == ["the", "cat"]
    with pytest.raises(BadInput, match="not the text 'he slept'"):
        next(sentences)


@pytest.mark.parametrize("bad", [None, 7, [1, 2, 3], [None], b"bytes", "one text", [["the", "cat"]]])
def test_texts_that_are_none_are_refused_at_once(bad: Any) -> None:
    with pytest.raises(BadInput, match=r"such as|from_sentences"):
        Corpus.from_texts(bad)


def test_corpora_that_are_none_are_not_chained() -> None:
    with pytest.raises(BadInput, match="corpora"):
        Corpus.chain(Corpus.from_sentences([["a", "b"]]))  # type: ignore[arg-type]


def test_analyses_refuse_a_text_for_words(tiny_model: TinyModel) -> None:
    made, words = axis(tiny_model, [("man", "woman")]), uniform(["the", "king"])
    for call in (
        lambda: nearest_many(tiny_model, "king"),
        lambda: place(tiny_model, made, "king"),
        lambda: axis(tiny_model, "man:woman"),  # type: ignore[arg-type]
        lambda: compare(tiny_model, "king", "The king sat."),
        lambda: measure(tiny_model, "The king sat."),
        lambda: misspelt(tiny_model, "the king", 1, "kign"),
        lambda: generate(words, "the king of"),
        lambda: beam_search(words, "the king of"),
    ):
        with pytest.raises(BadInput, match="such as \\["):
            call()


def test_a_text_is_a_list_of_characters() -> None:
    letters = uniform(["a", "b", "\n"], "char")
    assert next_tokens(letters, "ab", 1).context == ("a", "b") and generate(letters, "ab").context == ("a", "b")
