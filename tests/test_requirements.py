"""What is installed is named exactly, reviewed version by version, and audited in CI."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_every_version_was_reviewed() -> None:
    pinned = re.compile(r"([\w.-]+)==([\w.]+)(?:; .*)?")
    wanted = dict(pinned.fullmatch(line).groups() for line in lines(ROOT / "requirements.txt"))
    reviewed = {}
    for line in lines(ROOT / ".ci" / "reviewed.txt"):
        name, version, day, why = line.split(maxsplit=3)
        assert date.fromisoformat(day)
        assert why
        reviewed[name] = version
    assert reviewed == wanted


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


CLEAN = {"name": "good", "version": "1.0", "vulns": []}
FLAWED = {
    "name": "bad",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-9"], "fix_versions": ["2.1"], "description": "…"}],
}
UNKNOWN = {"name": "own", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def test_a_known_flaw_fails_the_audit(audit: ModuleType) -> None:
    said, good = audit.told(report(CLEAN, FLAWED, UNKNOWN), {})
    assert not good
    assert said.splitlines() == ["bad 2.0: PYSEC-1, mended in 2.1", "1 known vulnerabilities in 2 of 3 packages."]
    assert audit.told(report(FLAWED), {"CVE-9": "not reached from here"})[1]
    assert audit.told(report(CLEAN, UNKNOWN), {}) == ("0 known vulnerabilities in 1 of 2 packages.", True)


@pytest.mark.parametrize("empty", ["", "no json", "[]", report(), report(UNKNOWN)])
def test_without_advisories_the_review_stands(audit: ModuleType, empty: str) -> None:
    assert audit.told(empty, {}) == (audit.REVIEWED, True)


def test_an_audit_that_cannot_run_says_so(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main("/no/such/program", str(ROOT)) == 0
    assert "reviewed.txt stands" in capsys.readouterr().out
