"""The Next word page on tiny models trained here: bars, taking words, writing, beam, surprise, counts, perplexity."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import load_model
from embedlab.analysis.beam import beam_search
from embedlab.analysis.generation import Decoding, generate
from embedlab.analysis.model_text import beginning, written
from embedlab.analysis.next_tokens import explain, next_tokens
from embedlab.analysis.perplexity import compare
from embedlab.analysis.surprisal import surprisal
from embedlab.base import LanguageModel
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.plots.text import md
from embedlab.ui.views.next_word.perplexity import COMPARABLE, WHOLE
from tests import pages_opened
from tests.conftest import trained
from tests.pages_opened import button, frame, said

TEXT = [
    f"The {who} of {where} {does} the {what}."
    for who in ("king", "queen")
    for where in ("France", "Spain", "England")
    for does in ("sees", "likes")
    for what in ("river", "castle", "crown")
] * 4
NETWORK: dict[str, Any] = {"dim": 8, "epochs": 1, "batch_size": 8}
KINDS: dict[str, dict[str, Any]] = {
    "ngram": {"min_count": 1},
    "nnlm": NETWORK | {"hidden": 8, "n": 3},
    "lstm": NETWORK | {"layers": 1, "stretch": 10},
    "char_lstm": NETWORK | {"hidden": 16, "stretch": 20},
}
NAMES = {"ngram": "Counts", "nnlm": "Bengio", "lstm": "Memory", "char_lstm": "Letters"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of each kind, trained on the same sentences, and a backward one."""
    parent = tmp_path_factory.mktemp("models")
    for kind, settings in KINDS.items():
        _train(kind, settings, parent / kind, NAMES[kind])
    _train("char_lstm", KINDS["char_lstm"] | {"direction": "backward"}, parent / "backward", "Letters backward")
    return parent


def _train(kind: str, settings: dict[str, Any], folder: Path, title: str) -> None:
    model = trained(kind, Corpus.from_texts(TEXT), settings)
    model.card = replace(model.card, title=title)
    model.save(folder)


@pytest.fixture
def speaking(folders: Path, lab: Path) -> Path:
    """The lab with the four as starters."""
    for kind in KINDS:
        shutil.copytree(folders / kind, lab / "starters" / kind)
    return lab


def opened(**query: str | list[str]) -> AppTest:
    page = pages_opened.opened("next_word", **query)
    assert not page.error
    return page


def model(key: str) -> LanguageModel:
    found = load_model(key)
    assert isinstance(found, LanguageModel)
    return found


@pytest.mark.usefixtures("speaking")
def test_a_link_shows_what_every_model_expects() -> None:
    page = opened(begin="The king of", k="5", language_models=list(NAMES.values()))
    shown = frame(page, "next")
    for key, title in NAMES.items():
        expected = next_tokens(model(key), beginning(model(key), "The king of"), 5)
        rows = shown[shown["model"] == title]
        assert rows["probability"].tolist() == pytest.approx(expected.probabilities.tolist())
        assert rows["rank"].tolist() == [1, 2, 3, 4, 5]
    assert set(shown[shown["model"] == "Counts"]["next"][:3]) == {"france", "spain", "england"}
    assert (shown[shown["model"] == "Letters"]["next"] == "␣ space").any()


@pytest.mark.usefixtures("speaking")
def test_a_click_on_a_word_takes_it_and_can_be_taken_back() -> None:
    page = opened(begin="The king of", language_models=["Counts"])
    page.button(key="take-ngram-france").click().run()
    assert page.text_input(key="begin").value == "The king of france"
    assert page.query_params["begin"] == "The king of france"
    assert set(frame(page, "next")["next"][:2]) == {"sees", "likes"}
    page.button(key="take-ngram-likes").click().run()
    assert page.text_input(key="begin").value == "The king of france likes"
    button(page, "Take back").click().run()
    assert page.text_input(key="begin").value == "The king of france"
    button(page, "Start again").click().run()
    assert page.text_input(key="begin").value == "The king of"
    assert not page.exception


@pytest.mark.usefixtures("speaking")
def test_a_space_can_be_taken_and_counts() -> None:
    page = opened(begin="The king", k="20", language_models=["Letters"])
    page.button(key="take-char_lstm- ").click().run()
    assert page.text_input(key="begin").value == "The king "
    expected = next_tokens(model("char_lstm"), list("The king "), 20)
    assert frame(page, "next")["probability"].tolist() == pytest.approx(expected.probabilities.tolist())


@pytest.mark.usefixtures("speaking")
def test_what_a_word_model_reads_otherwise_is_said() -> None:
    page = opened(begin="the King of", language_models=["Counts", "Letters"])
    expected = next_tokens(model("ngram"), ["the", "king", "of"], 10)
    shown = frame(page, "next")
    assert shown[shown["model"] == "Counts"]["probability"].tolist() == pytest.approx(expected.probabilities.tolist())
    (caption,) = [item.value for item in page.caption if "**King**" in item.value]
    assert "**king**" in caption and "Counts" in caption and "Letters" not in caption


@pytest.mark.usefixtures("speaking")
def test_an_unknown_word_is_said_and_an_empty_beginning_asks_how_sentences_begin() -> None:
    page = opened(begin="The zebra", language_models=["Counts"])
    assert "does not know “zebra”" in said(page)
    page = opened(begin="", language_models=["Counts"])
    page.text_input(key="begin").set_value("").run()
    assert frame(page, "next")["next"].iloc[0] == "the"


@pytest.mark.usefixtures("speaking")
def test_greedy_writes_what_the_analysis_writes_and_the_text_can_be_taken() -> None:
    page = opened(begin="The queen of spain", way="Always the likeliest", language_models=["Counts"], length="6")
    made = generate(model("ngram"), ["the", "queen", "of", "spain"], Decoding(temperature=0.0, length=6))
    assert frame(page, "step")["token"].tolist() == list(made.tokens)
    text = written(model("ngram"), made.tokens)
    assert f"The queen of spain **{text}** ■" in said(page)
    page.button(key="take-text-ngram").click().run()
    assert page.text_input(key="begin").value == f"The queen of spain {text}"


@pytest.mark.usefixtures("speaking")
def test_sampling_follows_its_settings_and_the_dice() -> None:
    query: dict[str, Any] = {"begin": "The king of", "language_models": ["Counts", "Letters"], "length": "12"}
    page = opened(**query, temperature="2", top_k="5", top_p="0.95", seed="7")
    decoding = Decoding(temperature=2.0, top_k=5, top_p=0.95, length=12, seed=7)
    shown = frame(page, "step")
    for key in ("ngram", "char_lstm"):
        made = generate(model(key), beginning(model(key), "The king of"), decoding)
        rows = shown[shown["model"] == NAMES[key]]
        assert rows["probability"].tolist() == pytest.approx(made.probabilities.tolist())
        assert rows["drawn among"].tolist() == list(made.candidates)
        assert max(made.candidates) <= 5
    button(page, "Throw the dice again").click().run()
    assert page.slider(key="seed").value == 8
    again = generate(model("ngram"), ["the", "king", "of"], Decoding(2.0, 5, 0.95, length=12, seed=8))
    assert frame(page, "step").query("model == 'Counts'")["token"].tolist() == list(again.tokens)


@pytest.mark.usefixtures("speaking")
def test_beam_search_shows_the_best_texts_and_says_what_is_certain() -> None:
    page = opened(begin="The king of", way="Beam search", language_models=["Counts"], width="4", steps="6")
    found = beam_search(model("ngram"), ["the", "king", "of"], 4, 6)
    shown = frame(page, "log-probability")
    assert shown["log-probability"].tolist() == pytest.approx([found.nodes[i].total for i in found.best])
    assert shown["text"].iloc[0].startswith(" ".join(found.tokens(found.best[0])[:4]))
    assert not found.exact
    assert "a wider beam" in said(page)
    page.text_input(key="begin").set_value("The king of Spain sees the river").run()
    assert beam_search(model("ngram"), ["the", "king", "of", "spain", "sees", "the", "river"], 4, 6).exact
    assert "**certainly the likeliest**" in said(page)


@pytest.mark.usefixtures("speaking")
def test_a_sentence_is_coloured_by_every_model() -> None:
    sentence = "The king of Spain sees the zebra."
    page = opened(view="Surprise", sentence=sentence, language_models=list(NAMES.values()))
    shown = frame(page, "word")
    assert shown["word"].tolist() == [*sentence.split(), "end of sentence"]
    for key, title in NAMES.items():
        bits = surprisal(model(key), sentence).bits.tolist()
        assert shown[title][: len(bits)].tolist() == pytest.approx(bits)
    assert math.isnan(shown["Letters"].iloc[-1])  # the line end belongs to its last word
    assert "-background[zebra. ?]" in said(page).replace("\\", "")
    assert "letters and of the space" in said(page)


@pytest.mark.usefixtures("speaking")
def test_markup_in_a_sentence_is_shown_as_it_is() -> None:
    page = opened(view="Surprise", sentence="the *king* :red[x]", language_models=["Counts"])
    assert md("*king*") in said(page)
    assert md(":red[x]") in said(page)


@pytest.mark.usefixtures("speaking")
def test_counts_are_taken_apart_level_by_level() -> None:
    page = opened(begin="The king of", view="Counts behind it", next="Spain", language_models=["Counts", "Memory"])
    found = explain(model("ngram"), ["the", "king", "of"], "spain")
    shown = frame(page, "adds to the whole")
    assert shown["context"].tolist() == ["king of …", "of …", "no context"]
    assert shown["count"].tolist() == [level.count for level in found.levels] == [24, 48, 48]
    assert shown["adds to the whole"].sum() + found.parts[-1] == pytest.approx(found.probability)
    assert "**spain** stands 24 times of 72" in said(page)


@pytest.mark.usefixtures("speaking")
def test_without_a_counting_model_the_counts_say_so() -> None:
    assert "Choose Counts above" in said(opened(view="Counts behind it", language_models=["Memory"]))


@pytest.mark.usefixtures("speaking")
def test_the_perplexity_table_is_the_analysis_and_explains_its_units() -> None:
    text = "The king of Spain sees the river. The zebra likes France."
    page = opened(view="Perplexity", text=text, language_models=["Counts", "Letters"])
    sentences = ["The king of Spain sees the river.", "The zebra likes France."]
    expected = compare({"Counts": model("ngram"), "Letters": model("char_lstm")}, sentences)
    shown = frame(page, COMPARABLE)
    assert shown["model"].tolist() == ["Counts", "Letters"]
    assert shown["reads"].tolist() == ["words", "characters"]
    assert shown[COMPARABLE].tolist() == pytest.approx([r.shared_perplexity for r in expected.rows], abs=0.06)
    assert shown[WHOLE].tolist() == pytest.approx([r.perplexity for r in expected.rows], abs=0.06)
    assert shown["bits per character"].iloc[1] == pytest.approx(expected.rows[1].bits_per_character, abs=0.001)
    assert "knows **10** of them (**91%**)" in said(page)
    assert "bits per word" in said(page)


def test_a_model_that_reads_marks_is_measured_on_words_alone_and_that_is_said(speaking: Path) -> None:
    found = trained("ngram", Corpus.from_texts(TEXT, options=TextOptions(punctuation=True)), {"min_count": 1})
    found.card = replace(found.card, title="Marks")
    found.save(speaking / "starters" / "nnlm", overwrite=True)
    query: dict[str, Any] = {"text": "The king of Spain sees the river.", "language_models": ["Counts", "Marks"]}
    shown = frame(opened(view="Perplexity", **query), COMPARABLE).set_index("model")
    assert shown["reads"].to_dict() == {"Counts": "words", "Marks": "words and marks"}
    assert shown["tokens"].to_dict() == {"Counts": 8, "Marks": 9}
    assert shown.loc["Marks", COMPARABLE] == pytest.approx(shown.loc["Counts", COMPARABLE], abs=0.2)
    page = opened(view="Surprise", sentence="The king.", language_models=["Counts", "Marks"])
    (caption,) = [item.value for item in page.caption if "coin" in item.value]
    assert "Marks guesses marks" in caption and "Counts guesses" not in caption


@pytest.mark.usefixtures("speaking")
def test_a_sample_can_be_measured_on() -> None:
    page = opened(view="Perplexity", held_out="Kingdom", sentences="20", language_models=["Counts"])
    assert "20 sentences" in said(page)
    assert frame(page, COMPARABLE)["unknown"].iloc[0] > 0


def test_a_backward_model_is_left_out_and_said(folders: Path, speaking: Path, lab_home: Path) -> None:
    shutil.copytree(folders / "backward", lab_home / "models" / "yours" / "backward")
    page = opened(language_models=["Counts", "Letters backward"])
    assert "Letters backward" in page.info[0].value
    assert set(frame(page, "next")["model"]) == {"Counts"}


@pytest.mark.parametrize("query", [{}, {"way": "Beam search"}, {"view": "Surprise"}, {"view": "Counts behind it"}])
@pytest.mark.usefixtures("speaking")
def test_the_code_runs_when_pasted(query: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(begin="The king of", language_models=["Counts"], **query)
    exec(page.code[0].value, {})
    assert "france" in capsys.readouterr().out


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("query", [{}, {"held_out": "Kingdom", "sentences": "20"}])
def test_the_tables_code_gives_the_tables_figures(query: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(view="Perplexity", language_models=["Counts"], **query)
    exec(page.code[0].value, {})
    last = capsys.readouterr().out.strip().splitlines()[-1].split()
    assert last[0] == "ngram"
    assert float(last[1]) == pytest.approx(frame(page, COMPARABLE)[COMPARABLE].iloc[0], abs=0.06)


@pytest.mark.usefixtures("speaking")
def test_models_chosen_on_a_page_of_word_vectors_are_not_chosen_here() -> None:
    page = opened(models=["word2vec skip-gram", "Bengio"])
    assert set(frame(page, "next")["model"]) == set(NAMES.values())


@pytest.mark.usefixtures("lab")
def test_without_any_language_model_the_page_says_so() -> None:
    assert "No model" in opened().info[0].value


def test_a_word_that_elmo_cannot_guess_is_read_by_its_letters(lab: Path) -> None:
    def said(letters: bool) -> None:
        from pathlib import Path

        from embedlab.base import Card
        from embedlab.data.corpus import Corpus
        from embedlab.families import family as find
        from embedlab.models.ngram.model import Ngram, NgramConfig
        from embedlab.registry import ModelSpec
        from embedlab.ui.views.next_word import controls

        found = find("ngram")
        model = Ngram.train(Corpus.from_sentences([["the", "king"]] * 5), NgramConfig(min_count=1))
        model.reads_letters = letters
        spec = ModelSpec("mine", found.title, found.year, "yours", found.capabilities, found, Path(), Card())
        controls._unknown([controls.Speaker(spec, found.title, model, ["the", "zyzzyva"])])

    for letters, expected in ((True, "reads the letters"), (False, "reads the unknown word there")):
        app = AppTest.from_function(said, kwargs={"letters": letters}).run()
        assert not app.exception
        assert expected in app.caption[0].value and "zyzzyva" in app.caption[0].value
