"""Every kind of file, made here and read back."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from pathlib import Path

import docx
import pyarrow
import pyarrow.parquet
import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.data.readers import READERS, columns
from embedlab.data.readers.archives import KINDS, READABLE

TEXTS = ["The king sat on his throne.", "The queen wore a golden crown, did she not?"]
WORDS = [
    ["the", "king", "sat", "on", "his", "throne"],
    ["the", "queen", "wore", "a", "golden", "crown", "did", "she", "not"],
]
ROWS = [{"id": i, "text": text, "tag": "x"} for i, text in enumerate(TEXTS)]


def pdf(texts: list[str]) -> bytes:
    """A PDF with one page a text, in plain Helvetica."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(texts):
        shown = " T* ".join(f"({line}) Tj" for line in text.split("\n"))
        content = f"BT /F1 12 Tf 14 TL 50 700 Td {shown} ET" if text else ""
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R "
        objects += [
            page + "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def word_document(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(TEXTS[0])
    document.add_table(1, 1).cell(0, 0).text = TEXTS[1]
    document.save(str(path))


def write(path: Path) -> Path:
    """The two texts in the kind of file that the name asks for."""
    kind = path.suffix
    if kind in (".txt", ".text"):
        path.write_text("\n\n".join(TEXTS), encoding="utf-8")
    elif kind in (".md", ".markdown"):
        path.write_text(f"## {TEXTS[0]}\n\n```\ncode()\n```\n- **The** [queen](http://x.y) wore{TEXTS[1][14:]}\n")
    elif kind in (".csv", ".tsv"):
        mark = "," if kind == ".csv" else "\t"
        lines = [mark.join((str(row["id"]), f'"{row["text"]}"', row["tag"])) for row in ROWS]
        path.write_text("\n".join([mark.join(("id", "text", "tag")), *lines]))
    elif kind in (".jsonl", ".ndjson"):
        path.write_text("\n".join(map(json.dumps, ROWS)))
    elif kind == ".json":
        path.write_text(json.dumps(ROWS))
    elif kind == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    elif kind == ".pdf":
        path.write_bytes(pdf(TEXTS))
    elif kind == ".docx":
        word_document(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_alone_and_packed(kind: str, tmp_path: Path) -> None:
    plain = write(tmp_path / f"file{kind}")
    assert list(Corpus.from_file(plain)) == WORDS
    for ending, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        packed = tmp_path / f"file{kind}{ending}"
        packed.write_bytes(pack(plain.read_bytes()))
        corpus = Corpus.from_file(packed)
        assert list(corpus) == list(corpus) == WORDS
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, f"b/file{kind}")
        archive.writestr("a.txt", "First of all.")
        archive.writestr("__MACOSX/._a.txt", b"\0\1\2")
        archive.writestr("picture.png", b"\x89PNG")
    assert list(Corpus.from_file(tmp_path / "all.zip")) == [["first", "of", "all"], *WORDS]


def test_every_kind_has_a_reader() -> None:
    assert set(KINDS) == set(READERS)
    assert {".txt", ".zip", ".xz"} <= set(READABLE)


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt").write_text("Third.")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"Second."))
    (tmp_path / "a.md").write_text("First.")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / ".hidden.txt").write_text("Hidden.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert list(Corpus.from_file(tmp_path)) == [["first"], ["second"], ["third"]]


@pytest.mark.parametrize("kind", [".csv", ".tsv", ".jsonl", ".json", ".parquet"])
def test_a_column_is_chosen_and_a_missing_one_named(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"t{kind}")
    which = "field" if kind.startswith(".json") else "column"
    assert list(Corpus.from_file(path, **{which: "tag"})) == [["x"], ["x"]]
    found = columns(path)
    assert found is not None and found.guess == "text" and found.what == which
    first = {
        name: [value.strip('"') for value in values] for name, values in zip(found.names, found.first, strict=True)
    }
    assert first["text"] == TEXTS and first["tag"] == ["x", "x"]
    with pytest.raises(BadInput, match=rf"t{kind} has no {which} 'body'\. There is .*'text', 'tag'"):
        Corpus.from_file(path, **{which: "body"})


def test_a_column_without_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"column 'id' of t\.parquet holds no text\. There is 'text', 'tag'"):
        Corpus.from_file(write(tmp_path / "t.parquet"), column="id")


def test_semicolons_quoted_line_ends_and_short_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('name;text\na;"One line, and\nanother."\nb\nc;"Say ""yes""."\n')
    assert columns(tmp_path / "t.csv").names == ("name", "text")
    assert list(Corpus.from_file(tmp_path / "t.csv")) == [["one", "line", "and"], ["another"], ["say", "yes"]]


def test_fields_inside_objects_and_lists_of_strings(tmp_path: Path) -> None:
    rows = [{"doc": {"title": "T", "parts": ["One two.", "Three."]}}, {"doc": None}, {"doc": {"parts": ["Four."]}}]
    (tmp_path / "t.jsonl").write_text("\n\n".join(map(json.dumps, rows)))
    found = columns(tmp_path / "t.jsonl")
    assert dict(zip(found.names, found.first, strict=True)) == {
        "doc.title": ("T",), "doc.parts": ("One two.", "Three.", "Four."),
    }  # fmt: skip
    assert found.guess == "doc.parts"
    assert list(Corpus.from_file(tmp_path / "t.jsonl", field="doc.parts")) == [["one", "two"], ["three"], ["four"]]
    (tmp_path / "t.json").write_text(json.dumps(TEXTS))
    assert list(Corpus.from_file(tmp_path / "t.json")) == WORDS


def test_a_pdf_puts_hyphenated_words_together(tmp_path: Path) -> None:
    (tmp_path / "t.pdf").write_bytes(pdf(["The won-\nderful king\nof Spain."]))
    assert list(Corpus.from_file(tmp_path / "t.pdf")) == [["the", "wonderful", "king", "of", "spain"]]


def test_running_text_has_no_columns(tmp_path: Path) -> None:
    assert columns(write(tmp_path / "a.txt")) is None


def test_wrapped_lines_become_paragraphs_and_other_lines_stay(tmp_path: Path) -> None:
    import textwrap

    paragraph = "It was the best of times and it was the worst of times for every one of us here. " * 4
    wrapped = "\n\n".join("\n".join(textwrap.wrap(paragraph, 70)) for _ in range(3))
    (tmp_path / "w.txt").write_text(wrapped)
    assert list(Corpus.from_file(tmp_path / "w.txt").texts()) == [" ".join(paragraph.split())] * 3
    (tmp_path / "l.txt").write_text("one sentence\nanother one\n\nthe third of them all, which is longer\n")
    assert len(list(Corpus.from_file(tmp_path / "l.txt").texts())) == 3


def test_markdown_loses_its_marks(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# A *big* title\n\nSome `code` and [a link](http://no.where 'x'), ![pic](p.png) and snake_case.\n\n"
        "~~~\nhidden ``` still hidden\n~~~\n> quoted __bold__\n\n| a | b |\n|---|---|\n1. first\n[ref]: http://no.where\n"
    )
    text = " ".join(Corpus.from_file(tmp_path / "a.md").texts())
    assert "hidden" not in text and "http" not in text and "snake_case" in text
    assert not set("#*`>") & set(text)
