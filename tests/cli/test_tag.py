"""The command that marks names in a text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embedlab.__main__ import main
from embedlab.data.tagged import read_conll
from embedlab.jobs.kinds import tagger
from embedlab.store.taggers import TAGGERS
from tests.probe_sentences import FEW, sentences

__all__ = ["sentences"]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "a text.txt"
    file.write_text("The king in paris. A queen in <France>.", encoding="utf-8")
    return file


def test_it_trains_tags_and_keeps_the_tagger(
    sentences: Path, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["tag", "word2vec", "--in", str(text)]
    assert main(asked) == 0
    out, err = capsys.readouterr()
    assert out == (
        "The\tO\nking\tB-PER\nin\tO\nparis\tB-LOC\n.\tO\n\n"
        "A\tO\nqueen\tB-PER\nin\tO\n<\tO\nFrance\tB-LOC\n>\tO\n.\tO\n\n"
    )
    assert "Tagged by vector of word2vec skip-gram, the best on the dev sentences: F1 100.0" in err
    (tmp_path / "back.conll").write_text(out, encoding="utf-8")
    assert [one.words[1] for one in read_conll(tmp_path / "back.conll")] == ["king", "queen"]
    monkeypatch.setattr(tagger, "trained", None)  # it is not trained again
    assert main([*asked, "--layer", "vector"]) == 0
    again, err = capsys.readouterr()
    assert again == out and "the best" not in err


def test_json_has_names_and_probabilities(sentences: Path, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tag", "lsa+word2vec", "--in", str(text), "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["words"] == ["The", "king", "in", "paris", "."] and first["layer"] == "vector"
    assert [(one["text"], one["type"], one["start"], one["end"]) for one in first["names"]] == [
        ("king", "PER", 1, 2), ("paris", "LOC", 3, 4),
    ]  # fmt: skip
    assert len(second["probabilities"]) == len(second["tags"]) == 7 and min(second["probabilities"]) > 0.3


def test_it_learns_from_a_file_of_ones_own(
    sentences: Path, text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.conll"
    file.write_text((FEW * 25).replace("B-LOC", "B-CITY"))
    assert main(["tag", "word2vec", "--in", str(text), "--data", str(file)]) == 0
    out, err = capsys.readouterr()
    assert "paris\tB-CITY\n" in out and "Words are in column 1" in err
    assert len(list(TAGGERS.own.rglob("*.safetensors"))) == 1


def test_words_between_spaces_stay_as_they_are(
    sentences: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.txt"
    file.write_text("the king's paris\n\nqueen\n")
    assert main(["tag", "word2vec", "--in", str(file), "--tokenized"]) == 0
    assert capsys.readouterr().out == "the\tO\nking's\tO\nparis\tB-LOC\n\nqueen\tB-PER\n\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--layer", "7"], "There is no layer '7'. There are: vector."),
        (["--word-column", "1"], "give --data FILE, too"),
        (["--data", "no-such-file"], "no-such-file cannot be read"),
        (["--column", "x"], "running text"),
        (["--in", "no-such-text.txt"], "no-such-text.txt"),
    ],
)
def test_mistakes_are_explained_in_a_line(
    sentences: Path, text: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert main(["tag", "word2vec", "--in", str(text), *more]) == 1
    out, err = capsys.readouterr()
    assert said in err and not out
    assert main(["tag", "nothing", "--in", str(text)]) == 1
    assert "no model 'nothing'" in capsys.readouterr().err
