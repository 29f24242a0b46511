"""Imports that are done while nobody waits for a page."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from embedlab.ui.server import Preload


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("heavy_one", "heavy_two", "heavy_bad"):
        sys.modules.pop(name, None)
    return tmp_path


def test_every_module_is_imported_though_one_is_broken(folder: Path) -> None:
    (folder / "heavy_bad.py").write_text("1 / 0")
    (folder / "heavy_two.py").write_text("VALUE = 2")
    preload = Preload(("heavy_bad", "no_such_module", "heavy_two"), pause=0.0)
    preload.begin()
    preload.wait()
    assert sys.modules["heavy_two"].VALUE == 2 and "heavy_bad" not in sys.modules
    with preload.page():
        pass  # nothing is left that a page would have to wait for


def test_nothing_is_imported_while_a_page_is_made_and_a_page_waits_for_an_import(folder: Path) -> None:
    (folder / "heavy_one.py").write_text(
        "import heavy_gate\nheavy_gate.begun.set()\nheavy_gate.go_on.wait(10)\nheavy_gate.order.append('imported')\n"
    )
    (folder / "heavy_gate.py").write_text(
        "import threading\nbegun, go_on, order = threading.Event(), threading.Event(), []\n"
    )
    sys.modules.pop("heavy_gate", None)
    import heavy_gate  # type: ignore[import-not-found]

    preload = Preload(("heavy_one",), pause=0.0)
    with preload.page():
        preload.begin()
        assert not heavy_gate.begun.wait(0.3)
    assert heavy_gate.begun.wait(10)

    def page() -> None:
        with preload.page():
            heavy_gate.order.append("page")

    other = threading.Thread(target=page)
    other.start()
    other.join(0.3)
    assert other.is_alive()
    heavy_gate.go_on.set()
    other.join(10)
    preload.wait()
    assert heavy_gate.order == ["imported", "page"]
