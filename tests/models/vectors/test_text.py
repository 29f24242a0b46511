"""Word vectors in text as people have it: against gensim where gensim reads it, and what is said where nobody can."""

from __future__ import annotations

from pathlib import Path

import gensim.models
import numpy as np
import pytest

from embedlab.base import BadModel
from embedlab.models.vectors.checks import Vectors
from embedlab.models.vectors.layouts import detect
from embedlab.models.vectors.text import read_text

KINGS = (["king", "queen"], [[0.5, -0.25, 1e-05], [2.0, 0.125, -3e-07]])


def read(folder: Path, content: bytes) -> Vectors:
    """Read a file in the layout that it is found to have."""
    (folder / "v.txt").write_bytes(content)
    layout = detect(folder / "v.txt")
    assert layout in ("word2vec-text", "glove")
    return read_text(folder / "v.txt", layout == "word2vec-text")


@pytest.mark.parametrize("header", [b"", b"2 3\n"])
@pytest.mark.parametrize(
    "lines",
    [
        b"king 0.5 -0.25 1e-05\nqueen 2.0 0.125 -3e-07\n",
        b"king 0.5 -0.25 1e-05\nqueen 2.0 0.125 -3e-07",
        b"king\t0.5\t-0.25\t1e-05\nqueen\t2.0\t0.125\t-3e-07\n",
        b"king\t0.5 -0.25 1e-05\nqueen\t2.0 0.125 -3e-07\n",
        b"king  0.5   -0.25  1E-05\nqueen  2  .125  -3e-07  \n",
        b"king 0.5 -0.25 1e-05 \r\nqueen 2.0 0.125 -3e-07 \r\n",
        b"king 0.5 -0.25 1e-05\n\nqueen 2.0 0.125 -3e-07\n\n  \n",
        b"  king 0.5 -0.25 1e-05\n queen 2.0 0.125 -3e-07\n",
    ],
    ids=["plain", "no end", "tabs", "a tab", "spaces", "crlf", "empty lines", "indented"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
def test_the_space_between_fields_and_lines_does_not_matter(
    tmp_path: Path, header: bytes, lines: bytes, mark: bytes
) -> None:
    ends = b"\r\n" if b"\r" in lines else b"\n"
    found = read(tmp_path, mark + header.replace(b"\n", ends) + lines)
    assert found.words == KINGS[0] and found.notes == ()
    np.testing.assert_array_equal(found.matrix, np.array(KINGS[1], np.float32))


PHRASES = [
    "New York",
    "the",
    ". . .",
    "at name@domain.com",
    "non\u00a0breaking",
    "\u3000",
    "Windows 95",
    "version 2.0 of",
]


@pytest.mark.parametrize("header", [True, False])
def test_words_with_spaces_are_read_by_the_width_as_gensim_wrote_them(tmp_path: Path, header: bool) -> None:
    made = gensim.models.KeyedVectors(20)
    made.add_vectors(PHRASES, np.random.default_rng(2).normal(size=(len(PHRASES), 20)).astype(np.float32))
    made.save_word2vec_format(str(tmp_path / "g.txt"), binary=False, write_header=header)
    found = read(tmp_path, (tmp_path / "g.txt").read_bytes())
    assert found.words == made.index_to_key and "spaces in them: 5, the first is 'New York'" in found.notes[0]
    np.testing.assert_array_equal(found.matrix, made.vectors)


def test_a_first_word_with_spaces_and_digits_does_not_set_the_width(tmp_path: Path) -> None:
    found = read(tmp_path, b"Windows 95 0.1 0.2\nthe 0.3 0.4\nof 0.5 0.6\n<unk> 0.7 0.8\n")
    assert found.words == ["Windows 95", "the", "of", "<unk>"]
    assert found.matrix.shape == (4, 2)


def test_the_reference_reads_plain_words_alike(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    lines = [
        f"wörd{i} " + " ".join(f"{x:.{i % 9 + 1}g}" for x in rng.normal(size=7) * 10.0 ** rng.integers(-9, 9))
        for i in range(400)
    ]
    (tmp_path / "r.txt").write_text("400 7\n" + "\n".join(lines) + "\n", encoding="utf-8")
    reference = gensim.models.KeyedVectors.load_word2vec_format(str(tmp_path / "r.txt"))
    found = read_text(tmp_path / "r.txt")
    assert found.words == reference.index_to_key
    np.testing.assert_array_equal(found.matrix, reference.vectors)


def test_more_lines_than_promised_are_read_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, b"2 2\na 0.1 0.2\nb 0.3 0.4\nc 0.5 0.6\n")
    assert found.words == ["a", "b", "c"]
    assert "promises 2 words; all 3" in found.notes[0]


def test_words_that_come_twice_and_lines_without_a_word_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, b"4 2\na 0.1 0.2\n 0.3 0.4\na 0.5 0.6\nb 0.7 0.8\n")
    assert found.words == ["a", "b"]
    np.testing.assert_array_equal(found.matrix, np.array([[0.1, 0.2], [0.7, 0.8]], np.float32))
    assert [note.split(", left out: ")[1] for note in found.notes] == ["1.", "1."]


def test_a_few_words_that_are_not_utf_8_are_read_and_said_and_many_are_refused(tmp_path: Path) -> None:
    rows = [b"word%d 0.1 0.2" % i for i in range(200)]
    found = read(tmp_path, b"\n".join([*rows, b"caf\xc3 0.3 0.4"]))
    assert found.words[-1] == "caf\ufffd" and len(found.words) == 201
    assert "word 201" in found.notes[0]
    spanish = [row.replace(b"word", "señor".encode("latin-1")) for row in rows]
    with pytest.raises(BadModel, match=r"200 of 200 words .*word 1, se\\xf1or0.*UTF-8"):
        read(tmp_path, b"\n".join(spanish))


BAD = {
    "too few": (b"3 3\na 0.1 0.2 0.3\nb 0.1 0.2 0.3\n", 'promises 3 words and holds 2.*begin with "2 3"'),
    "cut line": (b"a 0.1 0.2 0.3\nb 0.1 0.2 0.3\nc 0.1 0.", "Line 3 .* 2 numbers instead of 3"),
    "too wide": (b"2 2\na 0.1 0.2 0.3\nb 0.1 0.2 0.3\n", "Line 2 .* 3 numbers instead of 2"),
    "one more": (b"a 0.1 0.2\nb 0.1 0.2\nc 0.9 0.1 0.2\n", "Line 3 .* 3 numbers instead of 2"),
    "two in a line": (b"a 0.1 0.2\nb 0.1 c 0.3 0.4\nd 0.1 0.2\n", "Line 2 .* between two words"),
    "decimal commas": (b"2 2\na 0,1 0,2\nb 0,3 0,4\n", "Line 2 .*'0,1'.* points, not commas"),
    "nan": (b"a 0.1 0.2\nb nan 0.4\n", "'b' .* not a finite"),
    "huge": (b"a 0.1 0.2\nb 2.9e26 0.4\n", "'b' .*2.9e\\+26"),
    "table": (b"king,0.1,0.2\nqueen,0.3,0.4\n", "without commas"),
    "utf-16": ("king 0.1 0.2\n".encode("utf-16"), "UTF-16"),
    "control characters": (b"2 2\na\x01b 0.1 0.2\nc 0.3 0.4\n", r"1 of 2 words .*word 1, a\\x01b"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_says_what_and_where(name: str, tmp_path: Path) -> None:
    content, message = BAD[name]
    with pytest.raises(BadModel, match=message):
        read(tmp_path, content)
