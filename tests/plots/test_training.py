"""Losses while a model learns: the legend leaves the camera its corner, and a lonely value says what it is."""

from __future__ import annotations

from embedlab.plots import training as plots_training


def test_the_legend_stands_on_the_left_and_values_that_stand_alone_are_said() -> None:
    falling = [(step / 40, 9 - step / 10) for step in range(1, 41)]
    fig = plots_training.loss(falling, [(1.0, 5.25)], "epoch", "perplexity")
    assert (fig.layout.legend.x, fig.layout.legend.xanchor) == (0, "left")
    training, held_out = fig.data
    assert (training.name, training.mode) == ("training", "lines")
    assert held_out.mode == "markers+text" and held_out.text == ("held out: 5.25",)
    assert held_out.showlegend is False


def test_few_looks_are_dots_and_a_curve_of_looks_has_no_text() -> None:
    fig = plots_training.loss([(1, 3.0), (2, 2.0)], [(1, 3.1), (2, 2.5)], "epoch")
    assert [trace.mode for trace in fig.data] == ["lines+markers"] * 2
    assert not any(trace.text for trace in fig.data)


def test_two_values_alone_are_said_above_and_below() -> None:
    fig = plots_training.loss([(1, 3.0)], [(1, 3.1)], "epoch")
    assert {trace.name: trace.textposition for trace in fig.data} == {"held out": "top left", "training": "bottom left"}


def test_parts_share_a_color_between_training_and_held_out_text() -> None:
    seen = {"forward": [(0.5, 90.0), (1.0, 60.0)], "backward": [(0.5, 95.0), (1.0, 70.0)]}
    fig = plots_training.parts({"forward": [(1.0, 65.0)], "backward": [(1.0, 71.0)]}, seen, "epoch", "perplexity")
    colors = {trace.name: trace.line.color for trace in fig.data}
    assert list(colors) == ["forward", "forward, held out", "backward", "backward, held out"]
    assert colors["forward"] == colors["forward, held out"] != colors["backward"]
    assert [trace.name for trace in plots_training.parts({"a": [(1, 2.0)]}, {}, "epoch", "loss").data] == [
        "a, held out"
    ]
