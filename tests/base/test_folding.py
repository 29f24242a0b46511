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
from embedlab.base.folding import Lookup, listed, lowered, tidy
from embedlab.base.static_as_contextual import as_contextual
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.models.common.examples import WordNumbers
from tests.conftest import TinyModel, tiny_vectors, trained

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
    assert CASED.look_up("Berlin") == Lookup("Berlin", "Berlin", False)


def test_a_word_that_a_cased_vocabulary_has_in_small_letters_only_is_looked_up_so() -> None:
    assert CASED.look_up("Bank") == Lookup("Bank", "bank", True, ("recased",))
    assert CASED.look_up("BANK").word == "bank" and CASED.fold("BANK") == Lookup("BANK", "BANK", False)


def test_what_is_known_as_typed_is_never_changed() -> None:
    words = [*map("word{}".format, range(2000)), "<UNK>", "d\u2019état", "d'état"]
    found = Lexicon(words)
    assert found.lowercase  # a stray mark does not make a text keep its capitals
    assert found.look_up("<UNK>").word == "<UNK>"
    assert found.look_up("d\u2019état").word == "d\u2019état"


def test_digits_are_written_as_zeros_where_the_text_had_no_others() -> None:
    assert Lexicon(["in", "0000"]).look_up("1984") == Lookup("1984", "0000", True, ("zeroed",))
    assert not Lexicon(["in", "0000", "1"]).look_up("1984").known


TURKISH = Lexicon(["ısparta", "istanbul", "kız", "kiz", "ışık", "ve"])


@pytest.mark.parametrize(
    ("typed", "word"),
    [("ISPARTA", "ısparta"), ("İstanbul", "istanbul"), ("KIZ", "kız"), ("KİZ", "kiz"), ("Işık", "ışık"),
     ("ISTANBUL", "istanbul"), ("I\u0307STANBUL", "istanbul")],
)  # fmt: skip
def test_a_turkish_vocabulary_is_searched_in_turkish_first(typed: str, word: str) -> None:
    assert TURKISH.look_up(typed) == Lookup(typed, word, True, TURKISH.look_up(typed).changes)
    assert "lowercased" in TURKISH.look_up(typed).changes


def test_a_dotless_i_in_a_few_names_makes_no_turkish() -> None:
    words = [*map("word{}".format, range(100)), "iran", "ırak", "kız", "kiz"]
    assert Lexicon(words).look_up("KIZ").word == "kiz" and Lexicon(words).look_up("İran").word == "iran"
    assert Lexicon(words).look_up("IRAK").word == "ırak"
    assert Lexicon(words).look_up("INSEL") == Lookup("INSEL", "insel", False, ("lowercased",))


def test_a_model_of_turkish_finds_what_a_visitor_types() -> None:
    text = "ISPARTA güzel İzmir güzel. Kızıl IŞIK ve ISPARTA. İzmir'de ışık var."
    corpus = Corpus.from_texts([text] * 3, options=TextOptions(locale="tr"))
    model = trained("one_hot", corpus, {"min_count": 1})
    assert isinstance(model, StaticModel)
    assert nearest(model, "ISPARTA", 1).query == "ısparta" and nearest(model, "İZMİR", 1).query == "izmir"
    assert not nearest(model, "IŞIK", 1).composed


def test_vocabularies_that_were_not_tidied_are_searched_too() -> None:
    found = Lexicon(["d\u2019état", DECOMPOSED])
    assert found.look_up("d'état").word == "d\u2019état" and found.look_up("café").word == DECOMPOSED
    assert found.look_up("Café").word == DECOMPOSED


@pytest.mark.parametrize("text", ["İ" * 700, "e\u00ad\u0301", "\u200dک\u200c\u200c", "a\u200b\u2019", "\ud800"])
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert lowered(lowered(tidy(text))) == lowered(tidy(text))


def test_words_of_a_list_are_tidied_and_stand_once() -> None:
    assert listed(f"café, {DECOMPOSED};d\u2019état、d'état，\u2066king\u2069") == ["café", "d'état", "king"]


def test_what_is_composed_is_a_field_of_the_result(fasttext_starter: Path) -> None:
    model = load_model(fasttext_starter)
    assert isinstance(model, StaticModel)
    assert nearest(model, "Jumpinged", 3).composed == ("jumpinged",) and nearest(model, "Jumped", 3).composed == ()
    assert solve(model, ["jumpinged", "walked"], ["Jumped"]).composed == ("jumpinged",)
    made = axis(model, [("walked", "jumpinged")])
    assert made.composed == ("jumpinged",) and place(model, made, ["Jumped", "walkinged"]).composed == ("walkinged",)
    assert map_words.own(model, "jumpinged Walked").composed == ("jumpinged",)
    assert parallelogram(model, "jumped", "walked", "jumpinged", "walked").composed == ("jumpinged",)


def test_a_word_of_another_case_is_not_composed(fasttext_starter: Path) -> None:
    model = load_model(fasttext_starter)
    assert isinstance(model, StaticModel)
    cased = type(model)(
        [word.title() if word == "walked" else word for word in model.words], model.own, model.counts, model.config,
        ngrams=model.ngram_matrix,
    )  # fmt: skip
    assert not cased.lexicon.lowercase
    found = nearest(cased, "Jumped", 3)
    assert (found.query, found.composed) == ("jumped", ())
    np.testing.assert_array_equal(found.similarities, nearest(cased, "jumped", 3).similarities)


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
    assert parse("woman\u2069 \u2212 cafe\u0301 + d\u2019état").terms == ((1, "woman"), (-1, "café"), (1, "d'état"))
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
    assert nearest(cased, "Queen").lookups == (Lookup("Queen", "queen", True, ("recased",)),)
    with pytest.raises(UnknownWord):
        nearest(cased, "KINGS")


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
    assert compare(tiny_model, "İran", [["in", "İran"], ["in", "iran"]]).positions.tolist() == [1, 1]
    assert gather([["in", "istanbul"]], "İstanbul", inflected=False).found == 1


def test_a_network_reads_words_as_its_text_was_folded() -> None:
    numbers = WordNumbers(["in", "0000", "bank"])
    assert numbers.forms(["In", "1984", "Bank"]) == ["in", "0000", "bank"]
    assert numbers(numbers.forms(["Zebra"])) == [numbers.unknown]
    assert WordNumbers(["the", "Paris"]).forms(["The", "Paris"]) == ["the", "Paris"]
