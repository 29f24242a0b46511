"""Commands take the encoding of a text, and say on standard error what they guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embedlab.__main__ import main
from embedlab.cli.encodings import MOST, Teller
from embedlab.data.readers.encoding import Decoded

SWEDISH = "Hon bor på landet med sina barn. Vi går över ån i skymningen. " * 20


@pytest.fixture
def text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "home"))
    (tmp_path / "a.txt").write_bytes(SWEDISH.encode("cp1252"))
    return tmp_path / "a.txt"


def trained(text: Path, *options: str) -> list[str]:
    """The words of a model that the terminal trains on a text."""
    out = text.parent / "model"
    made = ["train", "one_hot", "--corpus", str(text), "--out", str(out), "--force", "--set", "min_count=1"]
    assert main([*made, *options]) == 0
    assert main(["encode", str(out), "--in", str(text), "--out", str(out) + ".jsonl", "--force", *options]) == 0
    rows = Path(str(out) + ".jsonl").read_text("utf-8").split("\n")[:-1]
    return [word for row in rows for word in json.loads(row)["words"]]


def test_a_guess_is_said_on_standard_error_and_another_encoding_may_be_given(
    text: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "på" in trained(text)
    out, err = capsys.readouterr()
    assert err.count("a.txt was read as cp1252") == 2 and "--encoding" in err and "cp1252" not in out
    assert "pĺ" in trained(text, "--encoding", "cp1250")
    assert "a.txt was read" not in capsys.readouterr().err
    assert main(["train", "one_hot", "--corpus", str(text), "--out", str(text), "--encoding", "utf-8"]) == 1
    text.write_bytes(SWEDISH.encode())
    assert "på" in trained(text)
    assert "a.txt was read" not in capsys.readouterr().err


def test_damage_far_into_the_text_is_said_when_it_was_read(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text.write_bytes(SWEDISH.encode() * 300 + b"\nit\x92s\n")
    trained(text)
    assert capsys.readouterr().err.count("One byte of a.txt is not utf-8 (line 2)") == 2


def test_a_recipe_reads_its_text_in_the_encoding_that_is_given(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = text.parent / "a.toml"
    source = '[[source]]\nfile = "a.txt"\ntext = "t"\nlicence = "MIT"\nattribution = "me"\n'
    recipe.write_text(f'name = "a"\nkind = "one_hot"\ntitle = "A"\n{source}[settings]\nmin_count = 1\n')
    made = ["train", "--recipe", str(recipe), "--corpus", str(text.parent), "--out", str(text.parent / "model")]
    assert main(made) == 0
    assert "a.txt was read as cp1252" in capsys.readouterr().err
    assert main([*made, "--force", "--encoding", "cp1250"]) == 0
    assert "pĺ" in json.loads((text.parent / "model" / "vocab.json").read_bytes())["words"]


def test_each_thing_is_said_once_and_of_many_files_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    tell = Teller()
    files = [Decoded(f"{number}.txt", "cp1252", guessed=True) for number in range(MOST + 5)]
    tell.tell([Decoded("u.txt", "utf-8"), *files])
    said = capsys.readouterr().err
    assert said.count("cp1252") == MOST and "5 more files" in said
    tell.tell(files)
    assert not capsys.readouterr().err
    tell.tell([Decoded("0.txt", "cp1252", guessed=True, replaced=2, lines=(7, 9))])
    assert "2 bytes of 0.txt are not cp1252 (lines 7, 9)" in capsys.readouterr().err
