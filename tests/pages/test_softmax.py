"""The Softmax page: counts at once, a real measurement in a process of its own, its result and its limits."""

from __future__ import annotations

import time
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.analysis.softmax.cost import Costs, CostSettings
from embedlab.analysis.softmax.steps import METHODS, TITLES, mean_path
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run
from embedlab.jobs.kinds import softmax
from embedlab.ui.views import softmax as views_softmax
from tests import pages_opened
from tests.pages_opened import texts, together

TINY = {"largest": 3000, "hidden": 4, "batch": 2, "noise": 2, "samples": 3, "repetitions": 1}
opened = partial(pages_opened.opened, "softmax")


def tiny() -> AppTest:
    return opened(**{f"softmax_{name}": value for name, value in TINY.items()})


def finished(run: Run) -> Run:
    deadline = time.monotonic() + 120
    while run.state().active:
        assert time.monotonic() < deadline, (run.folder / "log.txt").read_text()
        time.sleep(0.05)
    return run


@pytest.mark.usefixtures("lab_home")
def test_the_counts_are_there_at_once() -> None:
    page = opened()
    assert together(texts(page), "9,091 times", "negative sampling", "30,000,000", "3,300")
    shown = page.dataframe[0].value
    assert len(shown) == 7 * 5
    at = shown[shown["V"] == 1_000_000].set_index("loss")["multiply-adds a token"]
    assert at["full softmax"] == 3e8 and at["hierarchical softmax"] == pytest.approx(300 * mean_path(1_000_000))
    assert shown["seconds a token"].isna().all()
    assert not page.button(key="measure-now").disabled
    assert jobs.all_runs("softmax") == []


@pytest.mark.usefixtures("lab_home")
def test_other_settings_change_the_counts() -> None:
    page = opened(softmax_hidden=10, softmax_noise=4, softmax_largest=30_000)
    assert together(texts(page), "V = 30,000", "6,000 times")


@pytest.mark.usefixtures("lab_home")
def test_a_measurement_runs_in_the_background_and_is_found_again() -> None:
    page = tiny()
    page.button(key="measure-now").click().run()
    assert not page.exception
    run = jobs.all_runs("softmax")[0]
    assert page.query_params["measurement"] == [run.id] or page.query_params["measurement"] == run.id
    assert finished(run).state().status == "done", run.state().error
    costs = softmax.stored(run)
    assert costs.settings == CostSettings(**TINY)
    assert [(p.words, p.method) for p in costs.points] == [(v, m) for v in (1000, 3000) for m in METHODS]
    for again in (opened(), opened(measurement=run.id)):  # by the list, and by the address
        shown = again.dataframe[0].value
        assert shown["seconds a token"].tolist() == pytest.approx([p.seconds for p in costs.points])
        full, negative = (next(p for p in costs.of(m) if p.words == 3000) for m in ("full", "negative"))
        ratio = views_softmax.times(full.seconds / negative.seconds)
        assert together(texts(again), "V = 3,000", "full softmax", f" {ratio} times negative sampling")
        assert "not those of this measurement" in texts(again)


@pytest.mark.usefixtures("lab_home")
def test_a_measurement_under_way_is_shown_and_can_be_cancelled() -> None:
    settings = CostSettings(**TINY | {"repetitions": 100, "largest": 1_000_000})
    run = jobs.start("softmax", settings)
    deadline = time.monotonic() + 60
    while not softmax.stored(run).points:
        assert time.monotonic() < deadline, (run.folder / "log.txt").read_text()
        time.sleep(0.05)
    page = opened()
    assert page.button(key="measure-now").disabled
    page.button(key="cancel").click().run()
    assert finished(run).state().status == "cancelled"
    page = opened()
    assert "was cancelled" in page.info[0].value
    assert 0 < page.dataframe[0].value["seconds a token"].notna().sum() < 35
    assert not page.button(key="measure-now").disabled


@pytest.mark.usefixtures("at_once")
def test_limits_are_said() -> None:
    page = tiny()
    page.number_input(key="softmax_hidden").set_value(100)
    page.number_input(key="softmax_memory_limit").set_value(1)
    page.button(key="measure-now").click().run()
    assert not page.exception
    assert together(texts(page), "full softmax", "left out", "V = 3,000")
    assert len(softmax.stored(jobs.all_runs("softmax")[0]).of("ranking")) == 2


@pytest.mark.usefixtures("at_once")
def test_old_measurements_go_and_the_latest_stay() -> None:
    for _ in range(views_softmax.KEPT + 2):
        jobs.start("softmax", CostSettings(**TINY | {"largest": 1000}))
    page = tiny()
    page.button(key="measure-now").click().run()
    assert not page.exception
    kept = jobs.all_runs("softmax")
    assert len(kept) == views_softmax.KEPT
    assert softmax.of(kept[0]).largest == 3000


@pytest.mark.usefixtures("lab_home")
@pytest.mark.parametrize("address", ["nonsense", "a" * 24, "../.."])
def test_an_address_that_leads_nowhere_gets_a_sentence(address: str) -> None:
    page = opened(measurement=address)
    assert "no such measurement" in page.warning[0].value
    assert "9,091" in texts(page)


@pytest.mark.usefixtures("at_once")
def test_a_damaged_measurement_is_passed_over() -> None:
    good, other, bad = (jobs.start("softmax", CostSettings(**TINY)) for _ in range(3))
    (bad.folder / "settings.json").write_text('{"kind": "softmax", "settings": {"unheard": 1}}')
    (other.folder / softmax.POINTS).write_text('{"method": "full"}\n')
    page = opened()
    shown = page.dataframe[0].value["seconds a token"].tolist()
    assert shown == pytest.approx([point.seconds for point in softmax.stored(good).points])
    assert not page.error


@pytest.mark.usefixtures("lab_home")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    exec(tiny().code[0].value, {})
    printed = capsys.readouterr().out
    assert all(f"{method} " in printed for method in TITLES)
    assert "3,000 words" in printed


def test_times_and_factors_for_people() -> None:
    assert [views_softmax.clear(s) for s in (2.5, 0.0103, 7.7e-5, 1e-7)] == ["2.5 s", "10.3 ms", "77 µs", "0.1 µs"]
    assert [views_softmax.times(r) for r in (9090.9, 133.7, 2.34)] == ["9,091", "134", "2.3"]
    assert views_softmax.slopes(Costs(CostSettings())) == ""
