"""Every form that takes a file refuses one of another kind in a sentence, and goes on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import few_sentences
from tests.pages_opened import opened, sound

ROOT = Path(__file__).resolve().parents[2]
FORMS = {
    "training": {"source": "A file of yours"},
    "stability": {"source": "A file of yours"},
    "elmo_layers": {"tasks": ["A tagged file of yours"]},
    "probes": {"sentences": "a file of yours"},
    "models": {"from": "Upload"},
}


@pytest.mark.parametrize("name", FORMS)
def test_a_spreadsheet_is_refused_with_advice_by_every_form(name: str, lab_with_lstm: Path) -> None:
    few_sentences(lab_with_lstm, "bank")
    page = opened(name, **FORMS[name])
    for number in range(len(page.file_uploader)):
        page.file_uploader[number].set_value(("report.xlsx", b"PK", "application/vnd.ms-excel"))
    refused = [item.value for item in sound(page.run()).error]
    assert len(refused) == len(page.file_uploader) > 0
    assert all("a spreadsheet" in said and "Readable are" in said for said in refused)
    for uploader in page.file_uploader:
        uploader.set_value([])
    assert not sound(page.run()).error


def test_no_other_function_asks_for_files() -> None:
    calls = [
        path.name
        for path in [*(ROOT / "pages").glob("*.py"), *(ROOT / "embedlab").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "file_uploader"
    ]
    assert calls == ["inputs.py"]
