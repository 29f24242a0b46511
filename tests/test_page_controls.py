"""Every control of every page in every combination of two, as it is found on the page.

A few combinations of each page are tried always, by lot; all of them, for the better part of an hour:
``python -m pytest -m slow tests/test_page_controls.py`` (``-k map`` for one page, ``-n0 -o log_cli_level=INFO`` to read
how many there were).
"""

from __future__ import annotations

import itertools
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.jobs import api as jobs
from embedlab.jobs.run import Run, RunState
from embedlab.plots.figure import Figure
from embedlab.ui import widgets
from embedlab.ui.navigation import PAGES
from tests.page_controls import Walk
from tests.pages_opened import opened

NAMES = [name for name, _ in PAGES]
log = logging.getLogger(__name__)
FEW = 2
"""States of a page that are tried always."""


@pytest.fixture
def figures(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that pages draw, on the shipped starters; what would run in the background ends at once."""
    ends = itertools.cycle(["cancelled", "failed"])

    def launch(run: Run) -> None:
        run.write_state(RunState(next(ends), time.time(), finished=time.time(), error="It was not to be."))

    monkeypatch.setattr(jobs, "_launch", launch)
    monkeypatch.setattr(jobs, "prepare_quick", lambda: None)
    seen: list[Figure] = []
    draw = widgets.drawn

    def drawn(fig: Figure) -> Any:
        seen.append(fig)
        return draw(fig)

    monkeypatch.setattr(widgets, "drawn", drawn)
    return seen


def walk(name: str, figures: list[Figure], seed: int = 0) -> Walk:
    """A walk through a page that looks at everything it meets."""

    def look(page: AppTest, state: dict[str, str]) -> None:
        assert not page.exception, f"{name} with {state}:\n" + "\n".join(page.exception[0].stack_trace)
        said = [*page.info, *page.warning, *page.error, *page.metric, *page.dataframe]
        asks = [*(button for button in page.button if button.proto.type == "primary"), *page.text_area]
        assert figures or said or asks or name == "overview", f"{name} with {state} shows nothing"
        for fig in figures:
            fig.checked()  # raises where Plotly would not draw it
            texts_are_within(fig)
        figures.clear()

    return Walk(opened(name), look, seed)


def texts_are_within(fig: Figure) -> None:
    """No text stretches a logarithmic axis beyond what is drawn: lines and values, and ten times as much."""
    for axis in ("x", "y"):
        if fig.look.get(f"{axis}axis", {}).get("type") != "log":
            continue
        places = [value for trace in fig.traces for value in trace.get(axis, ()) if value]
        places += [line[f"{axis}0"] for line in fig.look.get("shapes", ()) if line[f"{axis}ref"] == axis]
        for text in fig.checked().layout.annotations:
            if places and text[f"{axis}ref"] in (axis, None):
                assert 10 ** text[axis] < 10 * max(places)


@pytest.mark.parametrize("name", NAMES)
def test_some_controls_of_every_page_go_together(name: str, figures: list[Figure]) -> None:
    made = walk(name, figures).go(FEW)
    assert made.known or name == "overview"


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_two_controls_of_every_page_go_together(name: str, figures: list[Figure]) -> None:
    made = walk(name, figures).go()
    log.info(
        "%s: %d runs, %d controls, %d pairs out of reach", name, made.runs, len(made.known), len(made.out_of_reach)
    )
    assert not made.left and made.runs >= FEW * bool(made.known)


def toy() -> None:
    import streamlit as st

    way = st.segmented_control("Way", ["a", "b", "c"], default="a", key="way")
    some = st.multiselect("Some", [f"word {way} {i}" for i in range(3)], key="some")
    more = way == "c" and st.toggle("More", key="more")
    number = st.number_input("Number", 0, 9, 5, key="number") if more else 5
    st.session_state["seen"] = {*st.session_state.get("seen", ()), (way, len(some), more, number)}
    if number == 9 and len(some) == 3:
        raise ValueError("a defect")


def test_a_defect_of_two_settings_behind_two_others_is_found_and_nothing_is_left_out() -> None:
    states = []
    made = Walk(
        AppTest.from_function(toy, default_timeout=120).run(),
        lambda page, state: states.append((bool(page.exception), state)),
    ).go()
    broken = [state for failed, state in states if failed]
    assert broken and all((state["number"], state["some"]) == ("high", "all") for state in broken)
    shown = made.page.session_state["seen"]
    assert {(way, some) for way, some, *_ in shown} >= {(way, some) for way in "abc" for some in (0, 1, 3)}
    assert {number for *_, number in shown} == {0, 5, 9}
    away = {frozenset([("more", choice), ("way", f"option {i}")]) for choice in ("on", "off") for i in (0, 1)}
    away |= {frozenset([("more", "off"), ("number", choice)]) for choice in ("first", "low", "high")}
    assert {pair for pair in made.out_of_reach if any(key == "more" for key, _ in pair)} == away
    assert not made.left and made.runs < 200
