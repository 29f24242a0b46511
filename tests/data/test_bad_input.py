"""Whatever is wrong with a file is said in one clear sentence."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from embedlab.base import BadInput, BadSetting
from embedlab.base.limits import Limits
from embedlab.data.corpus import Corpus
from tests.data.readers.test_readers import pdf, word_document, write

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(**{"a.txt": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def damaged_inside() -> bytes:
    data = bytearray(zipped(**{"a.txt": b"The king sat on his throne. " * 200}))
    data[50:60] = b"\xff" * 10
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "a.txt is empty"),
        ("a.txt", b" \n\t\n ", "a.txt holds no text"),
        ("a.txt", PNG, "a.txt is not text: it begins like a PNG picture"),
        ("a.txt", b"MZ\x90\0" + bytes(100), "begins like a program"),
        ("a.txt", b"hello\0world" * 50, "zero bytes"),
        ("a.txt", bytes(range(1, 32)) * 40, "is not text but binary data"),
        ("a.txt", gzip.compress(b"The king.", mtime=0), "begins like a gz archive"),
        ("a.exe", b"MZ", "a.exe ends in .exe, which is not read here."),
        ("a", b"text", "a has no ending, which is not read here."),
        ("a.txt.gz", b"not gz at all, really", "a.txt.gz is damaged"),
        ("a.txt.gz", gzip.compress(b"The king sat. " * 2000, mtime=0)[:-20], "a.txt.gz is damaged"),
        ("a.txt.xz", b"\xfd7zXZ\x00 broken", "a.txt.xz is damaged"),
        ("a.txt.bz2", b"BZh9 broken", "a.txt.bz2 is damaged"),
        ("a.zip", b"PK\x03\x04 broken", "a.zip is damaged or not a zip archive"),
        ("a.zip", damaged_inside(), "a.txt in a.zip is damaged"),
        ("a.zip", encrypted(), "a.zip is encrypted"),
        ("a.zip", zipped(**{"../b.txt": b"x"}), r"'\.\./b.txt' leads out of the archive"),
        ("a.zip", zipped(**{"/etc/b.txt": b"x"}), "'/etc/b.txt' leads out of the archive"),
        ("a.zip", zipped(**{"C:/b.txt": b"x"}), "leads out of the archive"),
        ("a.zip", zipped(**{"in.zip": b"x"}), "archive in the archive"),
        ("a.zip", zipped(**{"in.txt.gz": b"x"}), "archive in the archive"),
        ("a.zip", zipped(**{"a.png": PNG}), "a.zip holds no file that can be read"),
        ("a.zip", zipped(), "a.zip holds no file that can be read"),
        ("a.zip.xz", b"x", "archive in an archive"),
        ("a.pdf", b"no pdf", "a.pdf is damaged or not a PDF"),
        ("a.pdf", pdf(["The king."])[:150], "a.pdf is damaged or not a PDF"),
        ("a.pdf", pdf([""]), "holds no text, perhaps only scanned pages"),
        ("a.docx", b"no docx", "a.docx is damaged or not a docx"),
        ("a.docx", zipped(**{"x.xml": b"<x/>"}), "a.docx is damaged or not a docx"),
        ("a.parquet", b"PAR1 broken", "a.parquet is damaged or not a parquet file"),
        ("a.jsonl", b'{"text": "ok"}\n{"text": ', "Line 2 of a.jsonl is not JSON"),
        ("a.json", b"{", "a.json is not JSON"),
        ("a.json", b"[1, 2]", "a.json holds no text"),
        ("a.csv", b'text,n\n"' + b"x" * 11_000_000, "longer than 10,000,000 characters|is broken"),
    ],
)
def test_each_bad_file_gets_its_sentence(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=message) as caught:
        list(Corpus.from_file(tmp_path / name))
    assert str(tmp_path) not in str(caught.value)


def test_no_file_no_readable_file_no_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        Corpus.from_file(tmp_path / "gone.txt")
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(BadInput, match="holds no file that can be read"):
        Corpus.from_file(tmp_path)


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="is a link"):
        Corpus.from_file(tmp_path / "a.zip")


def test_bombs_are_stopped_by_their_table_of_contents_and_while_unpacking(tmp_path: Path) -> None:
    bomb = b"a " * 15_000_000
    (tmp_path / "b.zip").write_bytes(zipped(**{"a.txt": bomb}))
    with pytest.raises(BadInput, match="zip bomb"):
        Corpus.from_file(tmp_path / "b.zip")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(bomb))
    limits = Limits(unpacked_bytes=1_000_000)
    with pytest.raises(BadInput, match="unpacks to more than 1 MB"):
        list(Corpus.from_file(tmp_path / "b.txt.gz", limits=limits).texts())
    with pytest.raises(BadInput, match="unpacks to over 300 times its size"):
        list(Corpus.from_file(tmp_path / "b.txt.gz").texts())


def test_a_document_that_unpacks_to_too_much_is_not_handed_to_its_reader(tmp_path: Path) -> None:
    word_document(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (tmp_path / "a.docx").write_bytes(zipped(**parts | {"word/document.xml": b" " * 3_000_000}))
    with pytest.raises(BadInput, match=r"docx unpacks to more than the 2 MB"):
        Corpus.from_file(tmp_path / "a.docx", limits=Limits(document_bytes=2_000_000))


def test_a_docx_that_declares_entities_is_refused(tmp_path: Path) -> None:
    word_document(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    xml = parts["word/document.xml"].replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY e "bombbomb">]><w:document', 1)
    parts["word/document.xml"] = xml.replace(b"The king", b"The &e; king")
    (tmp_path / "b.docx").write_bytes(zipped(**parts))
    with pytest.raises(BadInput, match="declares a document type"):
        Corpus.from_file(tmp_path / "b.docx")


@pytest.mark.parametrize("kind", [".json", ".pdf"])
def test_whole_documents_and_files_have_a_greatest_size(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"a{kind}")
    with pytest.raises(BadInput, match=r"larger than|is over"):
        Corpus.from_file(path, limits=Limits(document_bytes=50))
    with pytest.raises(BadInput, match="is larger than"):
        Corpus.from_file(path, limits=Limits(file_bytes=50))


def test_too_many_files(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text("x")
    with pytest.raises(BadInput, match="3 files; at most 2"):
        Corpus.from_file(tmp_path, limits=Limits(files=2))


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_MAX_UNPACKED_BYTES", "123")
    assert Limits.from_environment() == Limits(unpacked_bytes=123)
    monkeypatch.setenv("EMBEDLAB_MAX_FILES", "many")
    with pytest.raises(BadSetting, match="EMBEDLAB_MAX_FILES must be a positive whole number"):
        Limits.from_environment()


def test_column_and_field_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(["x"]))
    with pytest.raises(BadInput, match="not both"):
        Corpus.from_file(tmp_path / "a.json", column="a", field="b")
