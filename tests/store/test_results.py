"""One cache for results of every kind: where they lie, whose come first, what a damaged file does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from embedlab.base import OnProgress, Progress, paths, typed_json
from embedlab.jobs.kinds import contextuality, layer_weights, stability
from embedlab.jobs.run import DONE, Run, lines, run_missing
from embedlab.store import results
from embedlab.store.results import PROBES, Part, ResultCache
from embedlab.workflows import measurements

KINDS: dict[str, ResultCache[Any]] = {
    "contextuality": contextuality.CACHE, "elmo_layers": layer_weights.CACHE, "stability": stability.CACHE,
    "probes": PROBES, "": measurements.CACHE,
}  # fmt: skip
ASSETS = Path(__file__).resolve().parents[2] / "assets" / "results"
SHIPPED = [(kind, file) for kind in KINDS for file in sorted((ASSETS / kind).glob("*.json"))]
OWN = {kind: Path("probes/results" if kind == "probes" else f"results/{kind}") for kind in KINDS}
ANNA = "a" * 24


@pytest.mark.parametrize(("kind", "file"), SHIPPED, ids=lambda one: getattr(one, "stem", one)[:12])
def test_a_shipped_file_is_read_and_one_s_own_of_that_format_too(kind: str, file: Path, lab_home: Path) -> None:
    cache = KINDS[kind]
    assert cache.shipped == ASSETS / kind and cache.read(file) is not None
    mine = lab_home / OWN[kind] / ANNA / file.name  # where the version before kept it
    mine.parent.mkdir(parents=True)
    shutil.copy(file, mine)
    assert cache.has(file.stem) and cache.get(file.stem) is not None and mine.is_file()


@pytest.mark.parametrize("file", [file for kind, file in SHIPPED if kind == "probes"], ids=lambda one: one.stem[:6])
def test_a_probe_has_its_format_on_disk_again(file: Path) -> None:
    found, kept = PROBES.read(file), json.loads(file.read_text(encoding="utf-8"))["probe"]
    assert found is not None
    again = json.loads(json.dumps(results.probe_to_dict(found.probe)))
    assert {**again, "rows": 0} == {**kept, "rows": 0}
    named = {row["strategy"]: row for row in again["rows"]}
    assert all(named[row["strategy"]] == row for row in kept["rows"] if row["strategy"] in named)


@pytest.mark.parametrize("file", sorted((ASSETS / "contextuality").glob("*.json")), ids=lambda one: one.stem[:6])
def test_contextuality_has_its_format_on_disk_again(file: Path) -> None:
    found, kept = contextuality.CACHE.read(file), json.loads(file.read_text(encoding="utf-8"))
    assert {**typed_json.plain(found), "model": kept["model"]} == kept


def test_one_s_own_comes_before_a_shipped_one_unless_it_is_damaged(
    lab_home: Path, lab: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = ResultCache("kind", results.read_json)
    results.write_json(cache.file(cache.shipped, "key"), "shipped")
    assert paths.assets() == lab and cache.get("key") == "shipped"
    mine = cache.put("key", "mine", ANNA)
    assert mine == lab_home / "results" / "kind" / ANNA / "key.json" and cache.get("key") == "mine"
    assert cache.all() == ["shipped", "mine"]
    mine.write_text("{")
    assert cache.get("key") == "shipped" and not mine.exists()
    assert "key.json cannot be read" in caplog.text


def test_only_parts_that_are_missing_are_computed_and_the_progress_is_that_of_all(lab_home: Path) -> None:
    cache, run, told, computed = ResultCache("kind", results.read_json), Run(lab_home / "run"), [], []
    results.write_json(run.folder / "settings.json", {"kind": "x", "settings": {}, "visitor": ANNA})
    cache.put("b", "kept before")

    def part(key: str) -> Part:
        def compute(on_progress: OnProgress | None) -> str:
            assert on_progress
            computed.append(key)
            on_progress(Progress(1, 2, phase="reading"))
            return key

        return Part(key.upper(), key, compute)

    run_missing(run, cache, [part(key) for key in "abc"], told.append)
    assert computed == ["a", "c"] and len(lines(run.folder / DONE)) == 3
    assert [cache.get(key) for key in "abc"] == ["a", "kept before", "c"]
    assert [(one.phase, round(one.fraction, 3)) for one in told] == [("A: reading", 0.167), ("C: reading", 0.833)]
    assert cache.file(cache.own / ANNA, "a").is_file()
