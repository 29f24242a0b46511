"""The Context cloud page: shipped sentences at once, a text by a background run, groups and what they share."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.analysis.clouds import cloud
from embedlab.data.datasets import load_senses
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunState
from embedlab.jobs.kinds import cloud as kinds_cloud
from embedlab.ui.views import cloud as views_cloud
from embedlab.workflows.text_choice import TextChoice
from tests import contextual_toys, pages_opened
from tests.pages_opened import button, frame, texts, together

TEXT = " ".join(f"The muddy bank of river number {i} had swans." for i in range(12)) + " " + " ".join(
    f"A bank lent client number {i} some money as a loan." for i in range(9)
)  # fmt: skip
opened = partial(pages_opened.opened, "cloud")


@pytest.fixture(autouse=True)
def starters(lab: Path, at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy that knows what water is; runs are worked off at once, in this process."""
    contextual_toys.install(monkeypatch, lab)


def pasted(text: str = TEXT, **query: str) -> AppTest:
    page = opened(look_in="A text", source="Pasted text", text_word="bank", **query)
    page.text_area(key="pasted").set_value(text).run()
    page.button(key="use-pasted").click().run()
    assert not page.exception
    return page


def test_it_opens_on_shipped_sentences_with_their_senses() -> None:
    page = opened()
    expected = [one for one in load_senses() if one.word == "ran"]
    assert "All 52 occurrences in 52 sentences." in texts(page)
    assert "agree with the senses" in texts(page)
    shown = frame(page, "sentence")
    assert shown["sense"].tolist() == [one.sense for one in expected]
    groups = cloud(contextual_toys.Toy(), expected, k=4).groups[1]  # the top but one of more than three; here the top
    assert len(set(shown["group"])) == len(set(groups.tolist()))
    button(page, "cell").click().run()
    assert page.query_params["cloud_word"] == "cell"
    assert "phone" in set(frame(page, "sentence")["sense"])


def test_a_pasted_text_is_looked_through_in_the_background() -> None:
    page = pasted(cloud_groups="2")
    assert not frame_there(page)
    page.button(key="gather").click().run()
    assert not page.exception
    (run,) = jobs.all_runs(kinds_cloud.KIND)
    assert run.state().status == "done", run.state().error
    assert "All 21 occurrences in 21 sentences." in texts(page)
    assert together(texts(page), "layer 2", "2 groups", "12", "9")
    assert "They share **" in texts(page) and "more than chance explains" in texts(page)
    assert "**river** (12 of 12 against 0 of 9)" in texts(page)
    assert "The muddy **bank** of river number" in texts(page)
    again = pasted_again(page)
    assert len(jobs.all_runs(kinds_cloud.KIND)) == 1  # the same question is not asked twice
    assert "All 21 occurrences" in texts(again)


def frame_there(page: AppTest) -> bool:
    return any("sentence" in item.value.columns for item in page.dataframe)


def pasted_again(page: AppTest) -> AppTest:
    draft = page.query_params["draft"]
    draft = draft[0] if isinstance(draft, list) else draft
    return opened(look_in="A text", source="Pasted text", text_word="bank", cloud_groups="2", draft=draft)


def test_the_bottom_layer_is_one_group() -> None:
    page = opened(cloud_word="bank", cloud_layer="layer 0")
    assert together(texts(page), "layer 0", "one group", "28")
    assert "no rest" in texts(page)
    assert "not different from chance" in texts(page)


def test_a_word_that_the_text_lacks_is_said() -> None:
    page = opened(look_in="A text", source="Pasted text", text_word="crane")
    page.text_area(key="pasted").set_value(TEXT).run()
    page.button(key="use-pasted").click().run()
    page.button(key="gather").click().run()
    assert "'crane'" in page.error[0].value
    page.button(key="forget").click().run()
    assert not page.error and jobs.all_runs(kinds_cloud.KIND) == []


def test_a_run_under_way_is_shown_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: run.write_state(RunState("queued", created=time.time())))
    page = pasted()
    page.button(key="gather").click().run()
    assert page.button(key="gather").disabled
    page.button(key="cancel").click().run()
    page.run()
    assert "This was cancelled." in page.info[0].value


def test_an_interrupted_run_can_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: run.write_state(RunState("interrupted", error="Gone")))
    page = pasted()
    page.button(key="gather").click().run()
    (run,) = jobs.all_runs(kinds_cloud.KIND)
    assert "Gone" in page.error[0].value
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    page.button(key=f"resume-{run.id}").click().run()
    assert run.written().status == "queued" and not page.error


def test_how_far_a_run_is_is_said_in_words() -> None:
    reports = [None, (3000, 3000, "reading"), (0, 0, "loading the model"), (50, 200, "encoding"), (1, 2, "sorting")]
    reports += [(0, 3, "drawing"), (3, 3, "drawing")]
    events = [[jobs.RunEvent(one[0], one[1], phase=one[2], time=0.0)] if one else [] for one in reports]
    said = [views_cloud._progress(Run(Path()), one) for one in events]
    assert [far for far, _ in said] == pytest.approx([0, 0, 0, 0.2, 0.85, 0.9, 0.9])
    told = ("starting", "3,000", "loading the model", "50 of 200", "1 of 2", "UMAP", "drawing")
    assert all(part in text for part, (_, text) in zip(told, said, strict=True))


def test_bad_addresses_raise_nothing() -> None:
    opened(cloud_word="nonsense", cloud_layer="x", cloud_group="77", cloud_groups="900", most="9", drawn_by="x")
    page = opened(look_in="A text", text_word=" ")
    assert "Write a word" in page.info[0].value


def test_a_lasso_s_points_are_read() -> None:
    points = [
        {"curve_number": 0, "customdata": [7, "x"]},
        {"curve_number": 0, "customdata": [2, "y"]},
        {"curve_number": 3},
    ]
    assert views_cloud.selected({"selection": {"points": points}}) == [2, 7]
    assert views_cloud.selected(None) == []


def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    for page in (
        opened(cloud_word="bank"),
        opened(look_in="A text", sample="Lee news corpus", text_word="bank", most="50"),
    ):
        exec(
            page.code[0].value.replace("from embedlab import load_model", "from embedlab.registry import load_model"),
            {},
        )
    assert capsys.readouterr().out.count("\n") >= 6


def test_the_code_names_the_column_that_was_chosen() -> None:
    settings = kinds_cloud.CloudSettings("lsa", 0, "bank", TextChoice(file="t.csv", column="said"))
    code = views_cloud.source(views_cloud.Question(registry.find("lsa"), settings, ()))
    assert "Corpus.from_file('t.csv', column='said', options=AS_WRITTEN)" in code
