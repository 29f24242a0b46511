"""The commands a person types: train, models, evaluate, map, and their mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.data.datasets import load_sample
from embedlab.models.vectors import WordVectors


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EMBEDLAB_ASSETS", str(tmp_path / "assets"))
    lines = (" ".join(words) + "." for _, words in zip(range(3000), load_sample("kingdom"), strict=False))
    (tmp_path / "kingdom.txt").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "kingdom.txt"


RECIPE = """
name = "tiny"
kind = "word2vec"
title = "Tiny"
note = "made by a test"
[[source]]
file = "kingdom.txt"
text = "a generated text"
licence = "MIT"
attribution = "the lab"
max_bytes = 40000
[options]
lowercase = true
[settings]
dim = 12
epochs = 1
min_count = 1
workers = 1
"""


def test_train_then_models_then_evaluate(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["--set", "dim=20", "--set", "epochs=2", "--set", "sample=0.01", "--set", "workers=1"]
    assert main(["train", "cbow", "--corpus", str(text), "--name", "mine", *settings]) == 0
    out, err = capsys.readouterr()
    assert "mine" in out and "It lies in" in out
    assert "training" in err
    model = registry.load_model("yours/mine")
    assert (model.config.to_dict()["algorithm"], model.matrix.shape[1]) == ("cbow", 20)

    assert main(["models", "--json"]) == 0
    assert [(m["key"], m["source"]) for m in json.loads(capsys.readouterr().out)] == [("yours/mine", "yours")]

    assert main(["evaluate", "yours/mine", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert 0 <= measured["google"]["total"] <= 1
    assert main(["evaluate", "yours/mine"]) == 0
    assert "WordSim" in capsys.readouterr().out


def test_a_recipe_reads_its_part_of_the_text_and_fills_the_card(text: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(RECIPE)
    out = tmp_path / "out"
    assert main(["train", "--recipe", str(tmp_path / "tiny.toml"), "--corpus", str(tmp_path), "--out", str(out)]) == 0
    card = registry.load_model(out).card
    assert (card.title, card.text, card.licence, card.attribution) == ("Tiny", "a generated text", "MIT", "the lab")
    assert (card.source, card.note) == ("starter", "made by a test")
    assert 4000 < card.tokens < 9000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["evaluate", "nothing"], "no model 'nothing'"),
        (["train", "--corpus", "x"], "Say what to train"),
        (["train", "word2vec", "--corpus", "x"], "--out DIR, or --name"),
        (["train", "word2vec", "--corpus", "no-such-file.txt", "--name", "a"], "no-such-file.txt"),
        (["train", "word2vec", "--corpus", "x", "--name", "a", "--set", "dim"], "NAME=VALUE"),
        (["train", "word2vec", "--corpus", "x", "--name", "a", "--set", "dim=ten"], "dim must be int"),
        (["train", "word2vec", "--corpus", "x", "--name", "a", "--set", "speed=1"], "no setting speed"),
        (["train", "alien", "--corpus", "x", "--name", "a"], "no model of kind 'alien'"),
        (["train", "--recipe", "none.toml", "--corpus", "x"], "none.toml cannot be read"),
        (["train", "--recipe", "none.toml", "--corpus", "x", "--column", "a"], "Leave --column out"),
    ],
)
def test_mistakes_are_explained_in_a_line(
    text: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


TABLE = "id;text;more\n1;The king, the queen and the land;x\n2;A king ran to the queen;y\n"
RUNS = [
    ["train", "lsa", "--corpus", "TABLE", "--out", "HERE/out", "--set", "min_count=1", "--set", "dim=2"],
    ["encode", "HERE/model", "--in", "TABLE", "--out", "HERE/out.jsonl"],
    ["evaluate", "ngram", "--corpus", "TABLE", "--json"],
    ["stability", "lsa", "--corpus", "TABLE", "--trainings", "2"],
]


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table and a model of two words."""
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    (tmp_path / "t.csv").write_text(TABLE)
    WordVectors(["king", "queen"], np.eye(2, dtype=np.float32)).save(tmp_path / "model")
    return tmp_path


def run(laid: Path, line: list[str], *more: str) -> int:
    return main([*(one.replace("TABLE", f"{laid}/t.csv").replace("HERE", str(laid)) for one in line), *more])


@pytest.mark.parametrize("line", RUNS, ids=lambda line: line[0])
def test_a_column_is_asked_for_and_a_wrong_one_names_those_there_are(
    line: list[str], laid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(laid, line, "--column", "body") == 1
    assert "t.csv has no column 'body'. There is 'id', 'text', 'more'." in capsys.readouterr().err
    (laid / "t.txt").write_text("The king sat there.\n" * 9)
    assert run(laid, [one.replace("TABLE", "HERE/t.txt") for one in line], "--column", "body") == 1
    assert "no column 'body'" in capsys.readouterr().err
    run(laid, line)  # too short to be measured, but read
    assert "the column 'text' is read" in (said := capsys.readouterr().err)
    assert "There is 'id', 'text', 'more'. Its cells are separated by semicolons" in said


def test_the_column_that_is_asked_for_is_read(laid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(laid, RUNS[1], "--column", "more") == 0
    assert [json.loads(line)["words"] for line in (laid / "out.jsonl").read_text().splitlines()] == [["x"], ["y"]]
    assert "Its cells are separated by semicolons" in capsys.readouterr().err
    assert run(laid, RUNS[2], "--column", "more") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["language"]["sentences"] == 2 and "separated by semicolons" in err
    assert main(["evaluate", "ngram", "--column", "more"]) == 1
    assert "--corpus" in capsys.readouterr().err


def test_what_is_said_of_a_table_and_nothing_of_running_text(laid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content, parts in (
        ("a.txt", "1\tThe king.\n2\tOh.\n3\tA queen.\n", ["lines are read whole", "'column 1', 'column 2'"]),
        ("a.jsonl", '{"a": "b", "c": {"d": "A king."}}\n', ["the field 'c.d' is read", "There is 'a', 'c.d'."]),
        (
            "a.csv",
            "The king, he sat there.\nOh.\nA queen ran.\n",
            ["'column 1' is read", "a single column", "text like the others"],
        ),
        ("b.txt", "The king, he sat.\n", []),
    ):
        (laid / name).write_text(content)
        assert (
            main(["encode", str(laid / "model"), "--in", str(laid / name), "--out", str(laid / f"{name}.jsonl")]) == 0
        )
        err = capsys.readouterr().err
        assert all(part in err for part in parts) and (name in err) == bool(parts)


def test_the_module_runs(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "embedlab", "--help"], capture_output=True, text=True, check=True)
    assert "evaluate" in run.stdout


def test_a_language_model_is_measured_on_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The king sat on the throne. It was the war that he wanted.\n")
    assert main(["evaluate", "ngram", "--corpus", str(text), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["language"]
    (score,) = found["scores"]
    assert (found["unit"], found["sentences"], score["direction"], score["tokens"]) == ("word", 2, "forward", 15)
    assert score["perplexity"] == pytest.approx(2 ** (score["bits"] / 15))
    assert 10 < score["perplexity"] < 3000
    assert main(["evaluate", "ngram", "--corpus", str(text), "--sentences", "1"]) == 0
    assert "1 sentences, each read by itself; its unit is the word" in capsys.readouterr().out
    assert main(["evaluate", "ngram"]) == 1
    assert "give --corpus FILE" in capsys.readouterr().err


def test_a_contextual_model_is_measured_by_layers_and_on_a_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    text = tmp_path / "text.txt"
    text.write_text("The king sat on the throne.\n")
    assert main(["evaluate", "lstm", "--corpus", str(text), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["layer"] for row in found["senses"]] == ["embedding", "lstm1", "lstm2"]
    static, first, second = found["senses"]
    assert (static["auc"], static["low"], static["high"]) == (0.5, 0.5, 0.5)
    assert first["low"] > 0.5
    assert second["low"] > 0.5
    assert found["language"]["sentences"] == 1
    assert main(["evaluate", "lstm"]) == 0
    said = capsys.readouterr().out
    assert "lstm2" in said
    assert "best at" in said
