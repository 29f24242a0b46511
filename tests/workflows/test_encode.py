"""``encode_file``: what a line, a word and an empty sentence become in the files of vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors import safe_open

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.models.one_hot import OneHot, OneHotConfig
from embedlab.workflows.encode import encode_file


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "one"
    OneHot.train(Corpus.from_sentences([["the", "cat", "été"]] * 3), OneHotConfig(min_count=1)).save(folder)
    return str(folder)


def lines(model: str, content: bytes, folder: Path, **how: str) -> list[list[str]]:
    """The sentences that were written, after a look that both formats hold the same vectors."""
    (folder / "a.txt").write_bytes(content)
    for name in ("a.jsonl", "a.safetensors"):
        encode_file(model, folder / "a.txt", folder / name, tokenized=True, overwrite=True, **how)  # type: ignore[arg-type]
    rows = [json.loads(row) for row in (folder / "a.jsonl").read_text("utf-8").split("\n")[:-1]]
    with safe_open(folder / "a.safetensors", "numpy") as file:
        assert json.loads(file.metadata()["sentences"]) == [row["words"] for row in rows]
        for number, row in enumerate(rows):
            assert file.get_tensor(str(number)).shape == (1, len(row["words"]), 3)
            assert file.get_tensor(str(number)).tolist() == (row["vectors"] if row["words"] else [[]])
    return [row["words"] for row in rows]


def test_a_line_is_a_sentence_and_words_stand_between_spaces_and_tabs_alone(model: str, tmp_path: Path) -> None:
    for odd in "\u2028\u2029\u0085\u00a0\u3000\u200b\x0b\x0c\x1c\x1d\x1e\x1f":
        text = f"the c{odd}at\n{odd} sat\tdown  here \n{'cat' * 20}\n"
        assert lines(model, text.encode(), tmp_path)[:2] == [["the", f"c{odd}at"], [odd, "sat", "down", "here"]]


def test_empty_lines_are_empty_sentences_so_that_numbers_agree(model: str, tmp_path: Path) -> None:
    assert lines(model, b"\nthe cat\n \t\n\ncat\n\n", tmp_path) == [[], ["the", "cat"], [], [], ["cat"], []]
    assert lines(model, b"the cat\r\n\r\ncat\r\n", tmp_path) == [["the", "cat"], [], ["cat"]]
    assert lines(model, b"\xef\xbb\xbfthe cat\ncat", tmp_path) == [["the", "cat"], ["cat"]]


def test_lines_are_neither_joined_nor_cut(model: str, tmp_path: Path) -> None:
    wrapped = ["the cat and the cat and the cat and the cat and the cat and the cat"] * 8 + [""] + ["the cat"] * 3
    assert lines(model, "\n".join(wrapped).encode(), tmp_path) == [line.split() for line in wrapped]
    assert list(map(len, lines(model, b"the cat. " * 3000 + b"\ncat\n", tmp_path))) == [6000, 1]


def test_its_encoding_may_be_given_and_is_told(model: str, tmp_path: Path) -> None:
    assert lines(model, "été là".encode("cp1252"), tmp_path, encoding="cp1250") == [["été", "lŕ"]]
    told: list[Corpus] = []
    out = tmp_path / "b.jsonl"
    encode_file(model, tmp_path / "a.txt", out, tokenized=True, told=told.append)
    assert [(one.encoding, one.guessed) for one in told[0].decoded] == [("cp1252", True)]


def test_cells_of_a_table_are_sentences(model: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n1,the\u00a0cat sat\n2,cat\n", encoding="utf-8")
    encode_file(model, tmp_path / "a.csv", tmp_path / "a.jsonl", tokenized=True)
    assert [json.loads(row)["words"] for row in (tmp_path / "a.jsonl").read_text("utf-8").split("\n")[:-1]] == [
        ["the\u00a0cat", "sat"], ["cat"],
    ]  # fmt: skip


def test_a_text_without_words_is_refused(model: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\n \n\t\n")
    with pytest.raises(BadInput, match="holds no text"):
        encode_file(model, tmp_path / "a.txt", tmp_path / "a.jsonl", tokenized=True)
