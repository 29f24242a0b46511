"""README, CONTRIBUTING and the pages of assets/help: what they name is there, and what they show works."""

from __future__ import annotations

import re

import pytest

from tests.test_imports import ALLOWED, ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "assets" / "help").glob("*.md")])
FOLDERS = (ROOT, ROOT / "embedlab", ROOT / "tests" / "benchmarks", ROOT / "assets" / "help")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_to_files_that_are_there(page) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_source_files_that_are_named_are_there(page) -> None:
    names = re.findall(r"(?<![\w./-])\w+/[\w./-]+\.(?:py|toml)\b", page.read_text(encoding="utf-8"))
    named = {name for name in names if "NAME" not in name}
    assert {name for name in named if not any((folder / name).exists() for folder in FOLDERS)} == set()


def test_the_table_of_imports_is_the_one_that_is_held() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("| room |")[2].partition("\n\n")[0]
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in line.split("|")[1:3]] for line in table.splitlines()[2:]]
    assert {room: set(others) for (room,), others in rows} == ALLOWED


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], {})  # type: ignore[index]
    nearest, solved = capsys.readouterr().out.splitlines()
    assert "banks" in nearest and solved.startswith("['queen'")
