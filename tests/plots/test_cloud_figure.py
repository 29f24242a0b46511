"""The cloud that glides: a frame a layer, a slider step a frame, sentences without markup."""

from __future__ import annotations

import numpy as np

from embedlab.plots import clouds
from embedlab.plots.layout import BLUE, ORANGE
from embedlab.plots.senses import Named

POINTS = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
GROUPS = Named(np.array([0, 1, -1]), ["one", "<i>two</i>"])
TEXTS = ["<script>x</script> & co", "b", "c"]


def test_every_layer_is_a_frame_and_a_step_of_the_slider() -> None:
    fig = clouds.cloud(POINTS, ["embeddings", "layer 1"], GROUPS, TEXTS, 1)
    assert [frame.name for frame in fig.checked().frames] == ["0", "1"]
    assert [list(frame.data[0].x) for frame in fig.checked().frames] == [[0, 2, 4], [6, 8, 10]]
    assert list(fig.checked().frames[0].data[0].y) == [1, 3, 5] and fig.frames[0]["traces"] == [0]
    slider = fig.layout.sliders[0]
    assert [(step.label, step.args[0][0]) for step in slider.steps] == [("embeddings", "0"), ("layer 1", "1")]
    assert slider.active == 1 and list(fig.data[0].x) == [6, 8, 10]
    assert all(step.args[1]["transition"]["duration"] > 0 for step in slider.steps)
    for axis, most in ((fig.layout.xaxis, 10), (fig.layout.yaxis, 11)):
        assert axis.range[0] < 0 and most < axis.range[1] < 1.1 * most  # the same bounds for all layers
    assert list(fig.data[0].ids) == ["0", "1", "2"]


def test_points_have_the_colour_of_their_group_and_their_sentence() -> None:
    fig = clouds.cloud(POINTS, ["a", "b"], GROUPS, TEXTS, 0)
    assert list(fig.data[0].marker.color)[:2] == [BLUE, ORANGE]
    assert list(fig.data[0].marker.symbol) == ["circle", "diamond", "x"]
    assert [trace.name for trace in fig.data[1:]] == ["one", "&lt;i&gt;two&lt;/i&gt;", "in no group"]
    assert fig.data[0].customdata[0][0] == 0
    assert fig.data[0].customdata[0][1] == "&lt;script&gt;x&lt;/script&gt; &amp; co"


def test_one_layer_needs_no_slider() -> None:
    assert not clouds.cloud(POINTS[:1], ["vector"], GROUPS, TEXTS, 0).layout.sliders


def test_long_sentences_are_broken_and_cut() -> None:
    lines = clouds.wrapped("word " * 100).split("<br>")
    assert len(lines) == 5 and lines[-1] == "…" and max(map(len, lines)) <= 60
    assert clouds.wrapped("short") == "short" and clouds.wrapped("") == ""
    assert len(clouds.wrapped("x" * 5000)) <= 121
