"""The Flair characters page on tiny models: read-out states, bits and guesses, wrong spellings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from embedlab import load_model
from embedlab.analysis.misspelling import misspelt
from embedlab.analysis.next_tokens import character_bits, guess
from embedlab.models.flair.model import Flair
from tests import pages_opened
from tests.character_toys import char_lstm
from tests.pages_opened import button, frame, said, together

LETTERS = "abcdefghijklmnopqrstuvwxyzTGW. \n"
SENTENCE = "The river bank."
opened = partial(pages_opened.opened, "flair_characters")
half = partial(char_lstm, LETTERS, strength=2)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parent = tmp_path_factory.mktemp("models")
    Flair.of(half("forward"), half("backward")).save(parent / "flair")
    half("backward").save(parent / "char_lstm")
    return parent


@pytest.fixture
def here(folders: Path, lab: Path) -> Path:
    for name in ("flair", "char_lstm"):
        (lab / "starters" / name).symlink_to(folders / name)
    return lab


@pytest.mark.usefixtures("here")
def test_the_states_of_a_word_are_said_and_drawn() -> None:
    page = opened(sentence=SENTENCE, read_word="river")
    shown = frame(page, "forward state after")
    assert shown["word"].tolist() == ["The", "river", "bank", "."]
    # "The river bank .", counted from 1; the spaces beside each word
    assert shown["forward state after"].tolist() == [4, 10, 15, 17]
    assert shown["backward state after"].tolist() == [0, 4, 10, 15]
    assert together(said(page), "16 numbers", "8", "forward", "“The river”")
    assert together(said(page).replace("\\", ""), "backward", "“river bank .”")


@pytest.mark.usefixtures("here")
def test_bits_and_guesses_are_those_of_both_halves() -> None:
    page = opened(sentence=SENTENCE, view="Guessed letters", place="5")
    model: Any = load_model("flair")
    shown = frame(page, "forward (bits)")
    guesses = frame(page, "guess")
    for way in (model.forward, model.backward):
        found = character_bits(way, SENTENCE)
        assert shown[f"{way.direction} (bits)"].tolist() == pytest.approx(found.bits.tolist())
        assert f"**{found.mean:.2f} bits** per character" in said(page)
        expected = guess(way, SENTENCE, 4)
        rows = guesses[guesses["direction"] == way.direction]
        assert rows["probability"].tolist() == pytest.approx(expected.probabilities.tolist())
    assert "place of “r”" in said(page)


@pytest.mark.usefixtures("here")
def test_a_character_lstm_guesses_in_its_direction_and_has_no_states() -> None:
    page = opened(sentence=SENTENCE, letters_model="Letters, backward")
    assert "no word vectors" in said(page)
    page = opened(sentence=SENTENCE, letters_model="Letters, backward", view="Guessed letters")
    found = character_bits(load_model("char_lstm"), SENTENCE)  # type: ignore[arg-type]
    assert frame(page, "backward (bits)")["backward (bits)"].tolist() == pytest.approx(found.bits.tolist())


@pytest.mark.usefixtures("here")
def test_a_wrong_spelling_beside_a_model_that_has_no_vector_for_it() -> None:
    page = opened(sentence=SENTENCE, view="Wrong spelling", right_word="river", wrong_river="rivver")
    shown = frame(page, "read as").set_index("model")
    found = misspelt(load_model("flair"), ["The", "river", "bank", "."], 1, "rivver")  # type: ignore[arg-type]
    assert found.similarity is not None
    assert shown.loc["Flair", "similarity"] == pytest.approx(float(found.similarity[0]))
    assert shown.loc["Flair", "read as"] == "composed"
    assert shown.loc["word2vec skip-gram", "read as"] == "none"
    assert "**no vector**" in said(page)
    button(page, "rier").click().run()
    assert set(frame(page, "read as")["wrong"]) == {"rier"}
    assert not page.exception


@pytest.mark.usefixtures("here")
def test_what_cannot_be_shown_is_said() -> None:
    for view in ("Read-out", "Guessed letters", "Wrong spelling"):
        page = opened(sentence=SENTENCE, view=view)
        page.text_input(key="sentence").set_value("").run()
        assert not page.exception and "Write a sentence" in said(page)
    page = opened(sentence=SENTENCE, view="Wrong spelling", right_word="river", wrong_river="river")
    assert "differs from" in said(page)
    page = opened(sentence="Zürich $x$ <b>", view="Guessed letters")
    assert "It lacks" in said(page)


@pytest.mark.usefixtures("lab")
def test_without_a_model_of_letters_the_page_says_so() -> None:
    assert "No model of letters" in said(opened())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("view", ["Read-out", "Guessed letters", "Wrong spelling"])
def test_the_code_runs_when_pasted(view: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(sentence=SENTENCE, view=view)
    exec(page.code[0].value, {})
    assert capsys.readouterr().out
