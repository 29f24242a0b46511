"""Runs that are found again by what they were asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedlab.base import typed_json
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.analogies import KIND, AnalogySettings
from embedlab.jobs.run import SETTINGS, Run, RunState
from embedlab.store.results import write_json
from embedlab.ui import run_bar


def test_a_run_whose_settings_hold_a_list_is_found_again(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_bar, "visitor", lambda: "")
    asked = AnalogySettings(("lsa", "glove"))
    run = Run(jobs.home() / ("a" * 24))
    write_json(run.folder / SETTINGS, {"kind": KIND, "settings": typed_json.plain(asked)})
    run.write_state(RunState("done", created=1.0))
    assert run_bar._find(KIND, asked) == run
    assert run_bar._find(KIND, AnalogySettings(("lsa",))) is None
