"""Files of published models dropped on the Models page in a real browser; each model then answers on Polysemy."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from transformers import BertForMaskedLM

from tests.browser.conftest import serving
from tests.browser.walking import PATIENCE, settled
from tests.models.bert.bert_folders import bert_folder
from tests.models.elmo import elmo_reference

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("kind", ["elmo", "bert"])
def test_dropped_files_become_a_model_that_tells_senses_apart(page: Page, tmp_path: Path, kind: str) -> None:
    files = pair(tmp_path) if kind == "elmo" else [zipped(tmp_path)]
    home = tmp_path / "home"
    home.mkdir()
    with serving(home) as address:
        page.goto(f"{address}/models?from=Upload")
        settled(page)
        page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)
        settled(page)
        page.get_by_role("textbox", name="Name", exact=True).fill("Dropped here")
        page.keyboard.press("Tab")
        settled(page)
        page.get_by_role("button", name="Load", exact=True).click()
        page.get_by_text("Dropped here is loaded").wait_for(timeout=PATIENCE)
        page.goto(f"{address}/polysemy?readers=Dropped%20here")
        page.get_by_role("heading", name="Polysemy", level=1).wait_for(timeout=PATIENCE)
        page.get_by_text("Dropped here").first.wait_for(timeout=PATIENCE)
        page.get_by_text("AUC").first.wait_for(timeout=PATIENCE)
        settled(page)


def pair(folder: Path) -> list[Path]:
    """The two files of an ELMo."""
    return list(elmo_reference.write(folder / "elmo", elmo_reference.OPTIONS))


def zipped(folder: Path) -> Path:
    """A BERT in a folder of a zip archive, as it is downloaded."""
    made = folder / "bert.zip"
    with zipfile.ZipFile(made, "w") as archive:
        for file in sorted(bert_folder(folder / "bert", BertForMaskedLM).iterdir()):
            archive.write(file, f"bert/{file.name}")
    return made
