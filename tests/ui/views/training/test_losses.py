"""Losses that are learned together, as the Training page tells them apart."""

from __future__ import annotations

import math

from streamlit.testing.v1 import AppTest

from embedlab.base import LossPart
from embedlab.jobs.api import RunEvent
from embedlab.ui.views.training import losses, runs
from tests.pages_opened import together


def event(step: int, held_out: float | None, parts: tuple[LossPart, ...], units: float | None = None) -> RunEvent:
    return RunEvent(step, 100, 1.0, held_out, units_per_word=units, parts=parts, time=1.0)


TWO_TASKS = [
    event(40, 7.5, (LossPart("masked words", 6.5, 6.8), LossPart("next sentence", 0.6, 0.7))),
    event(50, None, (LossPart("masked words", 6.25), LossPart("next sentence", 0.5))),
]


def test_the_last_losses_stand_beside_the_last_look_at_held_out_text() -> None:
    said = losses.sentence(TWO_TASKS)
    assert together(said, "Loss", "masked words", "6.2500", "6.8000", "next sentence", "0.5000", "0.7000")


def test_two_directions_are_told_as_perplexities() -> None:
    parts = (LossPart("forward", math.log(120), math.log(150)), LossPart("backward", math.log(110), math.log(140)))
    said = losses.sentence([event(50, 5.0, parts, 1.0)])
    assert together(said, "Perplexity", "forward", "120.0", "150.0", "backward", "110.0", "140.0")


def test_a_model_with_one_loss_has_no_parts() -> None:
    assert losses.sentence([event(50, 5.0, ())]) == ""
    assert losses.sentence([]) == ""


def test_the_curves_have_a_table_with_a_row_for_every_part_of_every_look() -> None:
    def script() -> None:
        from embedlab.ui.views.training import losses
        from tests.ui.views.training.test_losses import TWO_TASKS

        losses.curves(TWO_TASKS, 5)

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table.to_dict("records") == [
        {"epoch": 2.0, "part": "masked words", "training": 6.5, "held out": 6.8},
        {"epoch": 2.0, "part": "next sentence", "training": 0.6, "held out": 0.7},
    ]


def test_steps_are_the_training_losses_as_reported_and_means_where_they_are_many() -> None:
    assert losses.steps(TWO_TASKS, 5) == [(2.0, 1.0), (2.5, 1.0)]
    assert losses.steps(TWO_TASKS, 5, "masked words") == [(2.0, 6.5), (2.5, 6.25)]
    assert losses.steps([], 5) == []
    many = [RunEvent(step, 1000, float(step), time=1.0) for step in range(1, 1001)]
    drawn = losses.steps(many, 1)
    assert len(drawn) <= losses.MOST
    assert drawn[0] == (0.009, 9.0)


def test_a_run_with_one_look_is_drawn_by_the_step() -> None:
    def script() -> None:
        from embedlab.ui.views.training import runs
        from tests.ui.views.training.test_losses import TWO_TASKS

        runs.losses(TWO_TASKS, 1)

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert runs._pairs(TWO_TASKS, 1)[0] == [(0.4, 1.0), (0.5, 1.0)]
