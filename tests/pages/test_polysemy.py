"""The Polysemy page: static beside contextual, typed sentences, a moved mark; what it says is what the analyses say."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.analysis.polysemy import sense_separation
from embedlab.data.datasets import load_senses
from tests import contextual_toys, pages_opened
from tests.conftest import write_starter
from tests.pages_opened import button, frame, texts, together

OWN = """river | The muddy bank of the river .
river | A grassy bank by the boat .
river | Swans moored at the bank .
money | The bank lent him money .
money | She works in a bank .
money | A bank raised its rates ."""
opened = partial(pages_opened.opened, "polysemy")


@pytest.fixture(autouse=True)
def starters(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy that knows what water is, and two static models."""
    write_starter(lab, "glove", "GloVe")
    contextual_toys.install(monkeypatch, lab)


def own(text: str, **query: str) -> AppTest:
    return opened(**{"from": "My own", "own": text, "own_word": "bank"} | query)


def test_it_opens_on_bank_and_says_what_every_family_makes_of_it() -> None:
    page = opened()
    assert "river" in texts(page) and "(13 sentences)" in texts(page)  # "banks" is left out until it is asked for
    assert together(texts(page), "**LSA**", "**word2vec**", "**GloVe**", "not know “bank”")
    senses = [one for one in load_senses() if one.word == "bank" and one.form == "bank"]
    expected = sense_separation(contextual_toys.Toy(), senses)
    shown = frame(page, "AUC").set_index(["model", "layer"])["AUC"]
    assert [shown["Toy BERT", layer] for layer in "012"] == pytest.approx(expected.auc.tolist())
    assert shown["GloVe", ""] == 0.5
    assert f"AUC {expected.auc[2]:.2f} (95 % interval {expected.low[2]:.2f} to {expected.high[2]:.2f})" in texts(page)


def test_a_button_and_a_link_choose_the_word() -> None:
    page = opened(senses="ran")
    assert page.selectbox(key="senses").value == "ran"
    assert "functioned" in texts(page)
    button(page, "Paris").click().run()
    assert page.query_params["senses"] == "Paris"
    assert "prince" in texts(page)


@pytest.mark.parametrize("repeatable", [True, False])
def test_every_sentence_is_read_once(repeatable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    read, made = [], contextual_toys.Toy.read
    monkeypatch.setattr(contextual_toys.Toy, "repeatable", repeatable)
    monkeypatch.setattr(contextual_toys.Toy, "read", lambda self, words: read.append(tuple(words)) or made(self, words))
    page = own(OWN, readers="bert")
    assert "separates the two senses with AUC 1.00" in texts(page)
    page.run()
    assert sorted(" ".join(words) for words in read) == sorted(line.split("| ")[1] for line in OWN.splitlines())


def test_typed_sentences_with_senses_are_told_apart() -> None:
    page = own(OWN)
    assert together(texts(page), "**BERT**", "layer 2", "AUC 1.00", "95 %", "1.00", "1.00")
    assert together(texts(page), "agreement", "**1.00**")
    shown = frame(page, "AUC")
    top = shown[(shown["model"] == "Toy BERT") & (shown["layer"] == "2")].iloc[0]
    assert top["similarity within a sense"] > 0.99 > 0.1 > top["between senses"]


def test_the_input_layer_gives_one_vector() -> None:
    page = own(OWN, layer_bert="layer 0")
    assert together(texts(page), "**BERT**", "layer 0", "one vector", "cannot tell")


def test_without_senses_groups_are_found() -> None:
    page = own(OWN.replace("river | ", "").replace("money | ", ""))
    assert together(texts(page), "k-means", "3 and 3")
    assert "95 % interval" not in "\n".join(item.value for item in page.markdown)
    assert together(texts(page), "first sentences", "1: The muddy **bank** of the river")


def test_a_sentence_without_the_word_is_named_and_the_others_go_on() -> None:
    page = own(OWN + "\nmoney | No such word <b>here</b>.\nriver | Swans moored at the bank .")
    said = [item.value for item in page.warning]
    assert together(said[0], "“bank”", "No such word \\<b\\>here\\</b\\>")
    assert "Left out, there already" in said[1]
    assert "AUC 1.00" in texts(page)
    assert "“queue”" in own(OWN, own_word="queue").info[0].value
    assert "Write a word" in own(" ").info[0].value


def test_inflections_are_found() -> None:
    page = own("He runs by the river .\nShe ran the office .\nThey are running the tests .", own_word="run")
    assert "**runs**" in texts(page) and "**ran**" in texts(page) and "**running**" in texts(page)


def test_a_click_moves_the_mark_and_the_address_keeps_it() -> None:
    page = own(OWN)
    page.pills(key="mark-bank-0").set_value(4 + 1).run()  # "river" instead of "bank"
    assert not page.exception
    assert page.query_params["at"] in ("bank:0.5", ["bank:0.5"])
    assert "The muddy bank of the **river**" in texts(page)
    again = own(OWN, at="bank:0.5")
    assert "The muddy bank of the **river**" in texts(again)
    again.button(key="marks-back").click().run()
    assert "The muddy **bank** of the river" in texts(again)
    for nonsense in ("bank:0.99,77.1", "crane:0.5", "::..", "bank:x"):
        assert "The muddy **bank** of the river" in texts(own(OWN, at=nonsense))


def test_few_sentences_and_bad_addresses_raise_nothing() -> None:
    assert "bank" in texts(own("A lonely bank ."))
    assert "No sentence" not in texts(opened(senses="nonsense", layer_bert="layer 77", picture="x", groups="900"))
    shuffled = own(OWN.replace("river | A grassy", "money | A grassy").replace("money | A bank", "river | A bank"))
    assert "not differ from chance" in texts(shuffled)
    two = own("river | The river bank .\nmoney | A bank .", sorter="HDBSCAN")
    assert "95 % interval" not in "\n".join(
        item.value for item in two.markdown
    )  # one sentence a sense cannot be judged


def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    for page in (own(OWN), own(OWN, at="bank:0.5"), opened(), own("A bank .\nThe river bank .")):
        source = page.code[0].value.replace(
            "from embedlab import load_model", "from embedlab.registry import load_model"
        )
        exec(source, {})
    printed = capsys.readouterr().out
    assert "bert       2            AUC 1.00 (1.00 to 1.00)" in printed
    assert "[[1. " in printed
