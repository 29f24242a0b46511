"""Typed words are looked up as the text of the model was folded, by every analysis in the same way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedlab import load_model
from embedlab.analysis import map_words
from embedlab.analysis.analogies import parallelogram, parse, solve
from embedlab.analysis.axes import axis, place
from embedlab.analysis.concordance import concordance
from embedlab.analysis.neighbors import nearest, nearest_many, similarity
from embedlab.analysis.occurrences import gather, written
from embedlab.analysis.polysemy import compare
from embedlab.analysis.subwords import parts
from embedlab.analysis.training_snapshots import moment
from embedlab.base import Lexicon, StaticModel, UnknownWord
from embedlab.base.folding import Lookup
from embedlab.base.static_as_contextual import as_contextual
from embedlab.models.common.examples import WordNumbers
from tests.conftest import TinyModel, tiny_vectors

DECOMPOSED = "cafe\u0301"
LOWER = Lexicon(["bank", "café", "d'état", "state", "ice-cream"])
CASED = Lexicon(["Paris", "paris", "bank", "New_York", "May"])


@pytest.mark.parametrize(
    ("typed", "word", "changes"),
    [
        ("bank", "bank", ()),
        (" Bank ", "bank", ("lowercased",)),
        ("BANK", "bank", ("lowercased",)),
        (DECOMPOSED, "café", ("tidied",)),
        ("Cafe\u0301", "café", ("tidied", "lowercased")),
        ("d\u2019état", "d'état", ("tidied",)),
        ("D\u02bcÉtat", "d'état", ("tidied", "lowercased")),
        ("sta\u00adte\ufeff", "state", ("tidied",)),
        ("\u200bstate", "state", ("tidied",)),
    ],
)
def test_a_word_of_lower_cased_text_is_found_as_typed(typed: str, word: str, changes: tuple[str, ...]) -> None:
    assert LOWER.look_up(typed) == Lookup(typed.strip(), word, True, changes)  # type: ignore[arg-type]
    assert typed in LOWER


def test_a_vocabulary_with_capitals_keeps_them() -> None:
    assert CASED.look_up("Paris").word == "Paris" and CASED.look_up("paris").word == "paris"
    assert CASED.look_up("Bank") == Lookup("Bank", "Bank", False)
    assert "Bank" not in CASED and "bank" in CASED


def test_what_is_known_as_typed_is_never_changed() -> None:
    words = [*map("word{}".format, range(2000)), "<UNK>", "d\u2019état", "d'état"]
    found = Lexicon(words)
    assert found.lowercase  # a stray mark does not make a text keep its capitals
    assert found.look_up("<UNK>").word == "<UNK>"
    assert found.look_up("d\u2019état").word == "d\u2019état"


def test_digits_are_written_as_zeros_where_the_text_had_no_others() -> None:
    assert Lexicon(["in", "0000"]).look_up("1984") == Lookup("1984", "0000", True, ("zeroed",))
    assert not Lexicon(["in", "0000", "1"]).look_up("1984").known


def test_an_unknown_word_is_told_in_its_folded_form() -> None:
    assert LOWER.look_up("Unbankable") == Lookup("Unbankable", "unbankable", False, ("lowercased",))
    assert LOWER.look_up("").known is False


def test_spellings_that_look_alike_are_no_change() -> None:
    assert not LOWER.look_up(DECOMPOSED).changed
    assert LOWER.look_up("Bank").changed and LOWER.look_up("d\u2019état").changed


def test_neighbors_of_a_capitalized_word_are_those_of_the_word(tiny_model: TinyModel) -> None:
    expected, found = nearest(tiny_model, "king", 5), nearest(tiny_model, "King", 5)
    assert (found.query, found.words) == ("king", expected.words)
    assert found.lookups == (Lookup("King", "king", True, ("lowercased",)),)
    (one,) = nearest_many(tiny_model, ["KING"], 5)
    assert (one.query, one.words) == ("king", expected.words)
    assert similarity(tiny_model, "King", "QUEEN") == similarity(tiny_model, "king", "queen")
    assert "queen" not in nearest(tiny_model, "king", 5, exclude=["Queen"]).words


def test_an_unknown_word_is_named_as_it_was_typed(tiny_model: TinyModel) -> None:
    with pytest.raises(UnknownWord) as caught:
        nearest(tiny_model, "Xyzzy")
    assert caught.value.word == "Xyzzy"
    with pytest.raises(UnknownWord):
        tiny_model.vector("King")  # exactly what is asked for


def test_an_analogy_with_capitals_is_the_same_question(tiny_model: TinyModel) -> None:
    found = solve(tiny_model, ["Woman", "King"], ["Man"])
    assert found.words[0] == "queen"
    assert found.inputs == ("woman", "king", "man")
    assert [one.typed for one in found.lookups] == ["Woman", "King", "Man"]
    assert parallelogram(tiny_model, "Man", "Woman", "King", "Queen").words == ("man", "woman", "king", "queen")
    assert parse("King-Man", tiny_model.lexicon).terms == ((1.0, "King"), (-1.0, "Man"))


def test_axes_and_their_words_take_capitals(tiny_model: TinyModel) -> None:
    expected = axis(tiny_model, [("man", "woman")])
    found = axis(tiny_model, [("Man", "Woman"), ("Xyzzy", "woman")])
    np.testing.assert_array_equal(found.direction, expected.direction)
    assert (found.pairs, found.skipped) == ((("man", "woman"),), (("Xyzzy", "woman"),))
    laid = place(tiny_model, found, ["King", "king", "Xyzzy"])
    assert (laid.words, laid.skipped) == (["king"], ("Xyzzy",))
    assert [one.typed for one in laid.lookups] == ["King", "king"]


def test_a_map_and_a_watched_word_take_capitals(tiny_model: TinyModel) -> None:
    found = map_words.own(tiny_model, "King queen KING Xyzzy")
    assert (found.words, found.missing) == (["king", "queen"], ("Xyzzy",))
    assert [one.typed for one in found.lookups] == ["King", "queen", "KING"]
    assert moment(tiny_model, ["King", "Xyzzy", "king"]).watched == ("king",)


def test_a_model_that_keeps_capitals_tells_them_apart() -> None:
    words, matrix, _ = tiny_vectors()
    cased = TinyModel([*words[:-1], "King"], matrix)
    assert nearest(cased, "King", 1).query == "King"
    with pytest.raises(UnknownWord):
        nearest(cased, "Queen")
    assert cased.lexicon.in_text("Queen").word == "queen"  # a sentence may begin with it
    assert cased.lexicon.in_text("King").word == "King"


def test_fasttext_composes_only_what_it_does_not_know(fasttext_starter: Path) -> None:
    model = load_model(fasttext_starter)
    assert isinstance(model, StaticModel)
    assert nearest(model, "Walked", 3).words == nearest(model, "walked", 3).words
    found = parts(model, "Walked")
    assert (found.word, found.known, found.ngrams) == ("walked", True, parts(model, "walked").ngrams)
    assert nearest(model, "Jumpinged", 3).words == nearest(model, "jumpinged", 3).words
    sentence = as_contextual(model).encode([["Walked", "walked", "Jumpinged", "jumpinged"]])[0][0]
    np.testing.assert_array_equal(sentence[0], model.vector("walked"))
    np.testing.assert_array_equal(sentence[2], model.vector("jumpinged"))


def test_words_are_found_in_sentences_however_their_accents_were_typed(tiny_model: TinyModel) -> None:
    sentences = [["the", "café", "closes"], ["a", "king"]]
    assert gather(sentences, DECOMPOSED).found == 1
    assert gather(sentences, DECOMPOSED, inflected=False).found == 1
    assert len(written(DECOMPOSED, "The café closes.").occurrences) == 1
    assert concordance(sentences, DECOMPOSED, "king").counts == (1, 1, 0)
    assert compare(tiny_model, DECOMPOSED, ["The café closes."]).positions.tolist() == [1]


def test_a_network_reads_words_as_its_text_was_folded() -> None:
    numbers = WordNumbers(["in", "0000", "bank"])
    assert numbers.forms(["In", "1984", "Bank"]) == ["in", "0000", "bank"]
    assert numbers(numbers.forms(["Zebra"])) == [numbers.unknown]
    assert WordNumbers(["the", "Paris"]).forms(["The", "Paris"]) == ["the", "Paris"]
