"""The BERT page on tiny random networks: hiding words, layers, attention, next sentences, models without heads."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.analysis.attention import attention, patterns, strongest
from embedlab.analysis.layer_predictions import layer_predictions
from embedlab.analysis.masked import next_sentences
from tests import pages_opened
from tests.models.bert.bert_folders import PIECES, bert_folder, roberta_folder
from tests.pages_opened import button, frame, said

SENTENCE = "The cat sat on the mat"
WORDS = SENTENCE.split()
opened = partial(pages_opened.opened, "bert")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Model folders of a BERT with both heads, one with none, and a RoBERTa."""
    from transformers import BertForPreTraining, BertModel

    from embedlab.models.bert.model import Bert

    parent = tmp_path_factory.mktemp("models")
    made = {
        "bert": bert_folder(parent / "hf" / "bert", BertForPreTraining),
        "mini": bert_folder(parent / "hf" / "mini", BertModel, seed=1),
        "roberta": roberta_folder(parent / "hf" / "roberta"),
    }
    for name, folder in made.items():
        Bert.from_published(folder).save(parent / name)
    return parent


@pytest.fixture
def here(folders: Path, lab: Path) -> Path:
    (lab / "starters" / "bert").symlink_to(folders / "bert")
    return lab


def bert(folder: Path) -> Any:
    from embedlab import load_model

    return load_model(folder)


@pytest.mark.usefixtures("here")
def test_a_link_hides_a_word_and_shows_every_layers_guesses(folders: Path) -> None:
    page = opened(sentence=SENTENCE, hidden=["cat"], k="3")
    found = layer_predictions(bert(folders / "bert"), WORDS, 1, 3)
    shown = frame(page, "guess")
    assert shown["guess"].tolist() == [token for tokens in found.tokens for token in tokens]
    assert shown["probability"].tolist() == pytest.approx(found.probabilities.ravel().tolist())
    assert set(shown["hidden word"]) == {"cat"}
    assert f"it guesses **{found.answer}**" in said(page).replace("\\", "")
    assert f"rank {found.word_ranks[-1]} of {len(PIECES)}" in said(page)  # type: ignore[index]
    assert ":violet-background[\\[MASK\\]]" in said(page)


@pytest.mark.usefixtures("here")
def test_clicks_hide_and_show_words(folders: Path) -> None:
    page = opened(sentence=SENTENCE, hidden=["cat"])
    page.button_group(key="hidden").set_value([1, 5]).run()
    assert not page.exception
    shown = frame(page, "guess")
    assert shown["hidden word"].unique().tolist() == ["cat", "mat"]
    both = layer_predictions(bert(folders / "bert"), WORDS, 5, 5, [1, 5])
    rows = shown[(shown["hidden word"] == "mat") & (shown["layer"] == "3")]
    assert rows["probability"].tolist() == pytest.approx(both.probabilities[-1].tolist())
    page.button_group(key="hidden").set_value([]).run()
    assert "Click a word above" in page.info[0].value


@pytest.mark.usefixtures("here")
def test_a_new_sentence_begins_with_its_own_hidden_word() -> None:
    page = opened(sentence=SENTENCE, hidden=["mat"])
    page.text_input(key="sentence").set_value("she was unbelievable").run()
    assert page.button_group(key="hidden").value == [2]
    assert "several pieces" in said(page)
    assert "lacks 1 of the 3 words" in said(page)
    page.button(key="example-money").click().run()
    assert not page.exception
    assert set(frame(page, "guess")["hidden word"]) == {"money"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("sentence", "sorts"), [(SENTENCE, 2), ("she was unbelievable", 3)])
def test_the_legend_has_the_colors_of_the_pieces_and_no_others(sentence: str, sorts: int) -> None:
    page = opened(sentence=sentence)
    at = next(i for i, item in enumerate(page.markdown) if item.value.startswith("As the model reads it"))
    read, legend = (re.findall(r":(\w+)-background", item.value) for item in page.markdown[at : at + 2])
    assert sorted(legend) == sorted(set(read)) and len(legend) == sorts


@pytest.mark.usefixtures("here")
def test_a_link_that_makes_no_sense_hides_the_usual_word() -> None:
    page = opened(sentence=SENTENCE, hidden=["zebra"], masked_model="nobody", block="9", head="x")
    assert page.button_group(key="hidden").value == [0]
    page = opened(sentence=SENTENCE, view="Attention", block="9", head="x")
    assert len(frame(page, "who looks")) == 8


@pytest.mark.usefixtures("here")
def test_attention_is_the_models_and_the_chosen_heads(folders: Path) -> None:
    page = opened(sentence=SENTENCE, view="Attention", block="2", head="1", lines="2")
    found = attention(bert(folders / "bert"), WORDS)
    shown = frame(page, "who looks").drop(columns="who looks").to_numpy()
    np.testing.assert_allclose(shown, found.weights[1, 0], atol=1e-6)
    np.testing.assert_allclose(shown.sum(axis=1), 1, atol=1e-5)
    lines = strongest(found.head(1, 0), 2 * len(found.pieces))
    assert f"The {len(lines.rows)} strongest of 64 lines" in said(page)
    heads = frame(page, "itself")
    assert heads["the piece before"].tolist() == pytest.approx(patterns(found)[..., 1].ravel().tolist())
    page.button(key="jump-0").click().run()
    best = np.unravel_index(int(patterns(found)[..., 0].argmax()), (3, 2))
    shown = frame(page, "who looks").drop(columns="who looks").to_numpy()
    np.testing.assert_allclose(shown, found.weights[best], atol=1e-6)


@pytest.mark.usefixtures("here")
def test_the_mean_of_all_heads_and_lines_without_marks(folders: Path) -> None:
    page = opened(sentence=SENTENCE, view="Attention", block="1", head="mean of all", marks="false")
    found = attention(bert(folders / "bert"), WORDS)
    shown = frame(page, "who looks").drop(columns="who looks").to_numpy()
    np.testing.assert_allclose(shown, found.weights[0].mean(axis=0), atol=1e-6)
    assert "The 18 strongest" in said(page)


@pytest.mark.usefixtures("here")
def test_next_sentences_are_judged(folders: Path) -> None:
    page = opened(view="Next sentence", first="the cat sat", second="it was on the mat")
    shown = frame(page, "second sentence")
    assert shown["second sentence"][0] == "it was on the mat" and len(shown) == 5
    found = next_sentences(bert(folders / "bert"), ["the", "cat", "sat"], [["it", "was", "on", "the", "mat"]])
    assert shown["probability"][0] == pytest.approx(float(found.probabilities[0]))
    assert shown["probability in the other order"][0] == pytest.approx(float(found.reversed[0]))
    button(page, "Swap the two").click().run()
    assert frame(page, "second sentence")["probability"][0] == pytest.approx(float(found.reversed[0]))


def test_a_model_without_heads_says_so_and_shows_its_attention(folders: Path, lab: Path) -> None:
    (lab / "starters" / "bert").symlink_to(folders / "mini")
    assert "without the output head" in said(opened(sentence=SENTENCE))
    assert "not taught" in said(opened(view="Next sentence"))
    assert len(frame(opened(sentence=SENTENCE, view="Attention"), "who looks")) == 8


def test_a_roberta_of_ones_own_is_offered(folders: Path, lab: Path, lab_home: Path) -> None:
    own = lab_home / "models" / "yours"
    own.mkdir(parents=True)
    (own / "rob").symlink_to(folders / "roberta")
    page = opened(sentence="the cat", hidden=["cat"])
    assert "Ġcat" in said(page) and "mask" in said(page)
    assert len(frame(page, "guess")) == 4 * 5


@pytest.mark.usefixtures("lab")
def test_without_a_bert_the_page_says_so() -> None:
    assert "No BERT" in said(opened())


@pytest.mark.usefixtures("here")
def test_bad_sentences_are_answered_in_sentences() -> None:
    page = opened(sentence=SENTENCE)
    page.text_input(key="sentence").set_value("").run()
    assert not page.exception and "at least one word" in said(page)
    page = opened(sentence="the cat " * 20, view="Attention")
    assert "Take a shorter one" in page.error[0].value
    page = opened(sentence="<b>x</b> $y$ :red[z] \x00", hidden=["x"])
    assert "<b>" not in said(page).replace("\\<b\\>", "")
    page = opened(view="Next sentence", first="the cat")
    page.text_input(key="second").set_value("").run()
    assert not page.exception and "Give two sentences" in said(page)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("view", ["Hidden words", "Attention", "Next sentence"])
def test_the_code_runs_when_pasted(view: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(sentence=SENTENCE, view=view)
    exec(page.code[0].value, {})
    assert capsys.readouterr().out
