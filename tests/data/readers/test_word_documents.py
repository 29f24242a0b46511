"""Word documents as they are written: by Word's own means, in tables, boxes and tracked changes."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from tests.fuzz import hostile, targets


def texts(folder: Path, body: str) -> list[str]:
    (folder / "a.docx").write_bytes(hostile.docx(body))
    return list(Corpus.from_file(folder / "a.docx").texts())


def test_paragraphs_and_cells_come_in_order_and_merged_cells_once(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("First.")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Wide."
    table.cell(1, 0).text, table.cell(1, 1).text = "Left.", "Right."
    document.add_paragraph("Last.")
    document.save(str(tmp_path / "a.docx"))
    found = list(Corpus.from_file(tmp_path / "a.docx").texts())
    assert found == ["First.", "Wide.", "Left.", "Right.", "Last."]


def test_a_paragraph_is_what_word_shows_of_it(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    assert texts(tmp_path, f"<w:p>{run.format('The')}<w:r><w:tab/></w:r>{run.format('king')}</w:p>") == ["The\tking"]
    assert texts(tmp_path, "<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p>") == ["a", "b"]
    assert texts(tmp_path, "<w:p><w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t></w:r></w:p>") == ["well-known"]
    link = f"<w:p>{run.format('a ')}<w:hyperlink>{run.format('link')}</w:hyperlink></w:p>"
    assert texts(tmp_path, link) == ["a link"]
    tracked = f"<w:p><w:ins>{run.format('new')}</w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>"
    assert texts(tmp_path, tracked) == ["new"]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent>"
    both = f"<Alternate><Choice>{box}</Choice><Fallback>{box}</Fallback></Alternate>"
    assert texts(tmp_path, f"<w:p><w:r><w:t>around</w:t>{both}</w:r></w:p>") == ["box", "around"]


def test_another_office_document_is_no_word_document(tmp_path: Path) -> None:
    relations = b'<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    files = {"_rels/.rels": relations, "xl/workbook.xml": b"<workbook/>"}
    (tmp_path / "a.docx").write_bytes(targets.zipped(**files))
    with pytest.raises(BadInput, match=r"a\.docx is not a Word document"):
        Corpus.from_file(tmp_path / "a.docx")
