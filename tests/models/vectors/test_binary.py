"""Word vectors in word2vec's binary format: words with spaces, and bytes that are something else."""

from __future__ import annotations

from pathlib import Path

import gensim.models
import numpy as np
import pytest

from embedlab.base import BadModel
from embedlab.models.vectors import detect
from embedlab.models.vectors.binary import read_binary
from embedlab.models.vectors.checks import Vectors

SEEDS = range(3)


def binary(words: list[str], matrix: np.ndarray, end: bytes) -> bytes:
    rows = (word.encode() + b" " + row.astype("<f4").tobytes() + end for word, row in zip(words, matrix, strict=True))
    return f"{len(words)} {matrix.shape[1]}\n".encode() + b"".join(rows)


def read(folder: Path, content: bytes) -> Vectors:
    (folder / "v.bin").write_bytes(content)
    assert detect(folder / "v.bin") == "word2vec-binary"
    return read_binary(folder / "v.bin")


def drawn(words: list[str], dim: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32)


@pytest.mark.parametrize("end", [b"\n", b""], ids=["with line breaks", "without"])
@pytest.mark.parametrize("dim", [5, 50])
@pytest.mark.parametrize("seed", SEEDS)
def test_words_with_spaces_are_read_whole(tmp_path: Path, end: bytes, dim: int, seed: int) -> None:
    words = [
        "the", "New York", "of", "La Paz", "San José", "IBM PC", ". . .", "Rio de Janeiro", "北京 市", "a b c d",
        "Windows 95", "non\u00a0breaking", "last one",
    ]  # fmt: skip
    matrix = drawn(words, dim, seed)
    found = read(tmp_path, binary(words, matrix, end))
    assert found.words == words and found.notes == ("Words with spaces in them: 10, the first is 'New York'.",)
    np.testing.assert_array_equal(found.matrix, matrix)
    first = read_binary(tmp_path / "v.bin", max_words=4)
    assert first.words == words[:4]


@pytest.mark.parametrize("seed", SEEDS)
def test_words_with_spaces_before_few_numbers_need_line_breaks(tmp_path: Path, seed: int) -> None:
    words = ["the", "New York", "La Paz", "San José", "of"]
    matrix = drawn(words, 2, seed)
    assert read(tmp_path, binary(words, matrix, b"\n")).words == words
    with pytest.raises(BadModel, match="words with spaces"):
        read(tmp_path, binary(words, matrix, b""))


def test_the_reference_reads_plain_words_alike_and_writes_without_line_breaks(tmp_path: Path) -> None:
    words = [f"wörd{i}" for i in range(5000)]
    made = gensim.models.KeyedVectors(6)
    made.add_vectors(words, drawn(words, 6, 1))
    made.save_word2vec_format(str(tmp_path / "g.bin"), binary=True)
    found = read(tmp_path, (tmp_path / "g.bin").read_bytes())
    assert found.words == words
    np.testing.assert_array_equal(found.matrix, made.vectors)


def test_a_word_that_was_cut_within_a_letter_is_read_and_said(tmp_path: Path) -> None:
    words = [f"w{i}" for i in range(300)]
    content = binary(words, drawn(words, 8, 0), b"\n").replace(b"w7 ", b"w\xc3 ", 1)
    found = read(tmp_path, content)
    assert found.words[7] == "w\ufffd" and found.words[8:] == words[8:]
    assert r"word 8, w\xc3" in found.notes[0]


def test_what_stands_behind_the_last_word_is_said(tmp_path: Path) -> None:
    words = ["a", "b", "c"]
    content = binary(words, drawn(words, 4, 0), b"\n")
    found = read(tmp_path, content.replace(b"3 4", b"2 4", 1))
    assert found.words == ["a", "b"] and "promises, left out: 19." in found.notes[0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "content",
    [
        lambda words, matrix: binary(words, matrix.astype(np.float64), b"").replace(b"40 10", b"40 9", 1),
        lambda words, matrix: (
            f"{len(words)} 10\n".encode()
            + b"".join(w.encode() + b" " + row.astype("<f8").tobytes() for w, row in zip(words, matrix, strict=True))
        ),
        lambda words, matrix: (
            f"{len(words)} 10\n".encode()
            + b"".join(w.encode() + b" " + row.astype(">f4").tobytes() for w, row in zip(words, matrix, strict=True))
        ),
        lambda words, matrix: binary([w.replace("w", "\x02") for w in words], matrix, b"\n"),
    ],
    ids=["wrong width", "doubles", "other byte order", "control characters"],
)
def test_bytes_that_are_something_else_are_refused(tmp_path: Path, content: object, seed: int) -> None:
    words = [f"word{i}" for i in range(40)]
    made = content(words, drawn(words, 10, seed))  # type: ignore[operator]
    (tmp_path / "v.bin").write_bytes(made)
    with pytest.raises(BadModel, match=r"v\.bin"):
        read_binary(tmp_path / "v.bin")


def test_a_number_that_no_training_leads_to_is_refused_with_its_word(tmp_path: Path) -> None:
    matrix = np.array([[1, 2, 3], [1, 2.9e26, 3]])
    with pytest.raises(BadModel, match=r"word 2, queen.*2\.9e\+26"):
        read(tmp_path, binary(["king", "queen"], matrix, b"\n"))
