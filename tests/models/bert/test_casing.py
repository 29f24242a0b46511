"""Folders that do not say whether words are lower-cased: what their vocabulary tells, and the switch."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from transformers import AutoTokenizer, BertModel

from embedlab.base import BadInput
from embedlab.models.bert import casing
from embedlab.models.bert.model import Bert
from tests.models.bert.bert_folders import PIECES, bert_folder, roberta_folder


def only_vocabulary(folder: Path, *more: str) -> Path:
    """A folder of config.json, weights and vocab.txt alone."""
    pieces = [*PIECES, "ete", *more]
    bert_folder(folder, BertModel, vocab_size=len(pieces), num_hidden_layers=1)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    return folder


def pieces(model: Bert, *words: str) -> list[str]:
    return list(model.pieces(words).pieces[1:-1])


@pytest.mark.parametrize(
    ("more", "expected", "lowercase"),
    [
        ((), ["the", "the", "ete"], True),
        (("The", "Été"), ["The", "the", "Été"], False),
        (("été", "vélo"), ["the", "the", "été"], True),
    ],
    ids=["small", "capitals", "accents"],
)
def test_a_vocabulary_alone_tells_how_words_are_written_and_the_card_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, more: tuple[str, ...], expected: list[str], lowercase: bool
) -> None:
    folder = only_vocabulary(tmp_path / "m", *more)
    with caplog.at_level(logging.WARNING):
        model = Bert.from_published(folder)
    assert pieces(model, "The", "the", "Été") == expected
    assert ("as written" in model.card.note) != lowercase
    assert "do_lower_case" in model.card.note and model.card.note in caplog.text
    model.save(tmp_path / "own")
    again = Bert.load(tmp_path / "own")
    assert pieces(again, "The", "the", "Été") == expected and again.card.note == model.card.note


@pytest.mark.parametrize("lowercase", [True, False])
def test_the_switch_decides_against_the_guess_as_in_transformers(tmp_path: Path, lowercase: bool) -> None:
    folder = only_vocabulary(tmp_path / "m", "The", "Été")
    model = Bert.from_published(folder, do_lower_case=lowercase)
    reference = AutoTokenizer.from_pretrained(str(folder), do_lower_case=lowercase)
    assert pieces(model, "The", "Été") == reference.tokenize("The Été")
    assert model.card.note == ""
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lowercase}))
    told = Bert.from_published(folder)
    assert pieces(told, "The", "Été") == pieces(model, "The", "Été") and told.card.note == ""


def test_a_whole_tokenizer_is_switched_too_and_one_without_a_switch_is_not(tmp_path: Path) -> None:
    folder = bert_folder(tmp_path / "m", BertModel, num_hidden_layers=1)
    assert Bert.from_published(folder).card.note == ""
    assert pieces(Bert.from_published(folder), "The") == ["the"]
    assert pieces(Bert.from_published(folder, do_lower_case=False), "The", "the") == ["[UNK]", "the"]
    config = json.loads((folder / "tokenizer_config.json").read_text()) | {"do_lower_case": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))  # which transformers believes, too
    assert pieces(Bert.from_published(folder), "The", "the") == ["[UNK]", "the"]
    assert AutoTokenizer.from_pretrained(str(folder)).tokenize("The the") == ["[UNK]", "the"]
    with pytest.raises(BadInput, match="no switch"):
        Bert.from_published(roberta_folder(tmp_path / "r"), do_lower_case=True)


def test_marks_and_letters_do_not_count_as_words_with_capitals() -> None:
    assert casing.guessed([*PIECES, "[unused1]", "<S>", "##A", "A", "ß", "日本"]).lowercase
    assert not casing.guessed(["the", "of", "London"]).lowercase
    assert casing.guessed([*(f"word{i}" for i in range(400)), "McDonald"]).lowercase
