"""Figures of layer probes say what the result says."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.analysis.probing.results import Depth, LayerProbe, ProbeSettings, Row
from embedlab.plots import probes


def row(name: str, kind: str, f1: float, selectivity: float) -> Row:
    own = (f1, f1 - 0.02, f1 + 0.04, f1, f1, 0.9, 0.9 - selectivity)
    return Row(
        name, kind, ("<1>",), *own, selectivity, selectivity - 0.01, selectivity + 0.01, f1, 3, (), 1.0, np.zeros(4)
    )


@pytest.fixture
def probe() -> LayerProbe:
    rows = (row("<b>1</b>", "layer", 0.5, 0.1), row("mix of all", "mix", 0.6, -0.05))
    return LayerProbe(
        "m", ("<b>1</b>",), 3, ("O", "B-X", "I-X"), rows, None, 0.02, 0.3, 0.8, (1, 1, 1), (4, 4, 4), (1, 1, 1),
        ProbeSettings(), 1.0, 1.0,
    )  # fmt: skip


def test_scores_are_in_per_cent_with_their_intervals(probe: LayerProbe) -> None:
    fig = probes.scores(probe)
    (points,) = fig.data
    assert points.x == pytest.approx((50, 60))
    assert points.error_x.array == pytest.approx((4, 4)) and points.error_x.arrayminus == pytest.approx((2, 2))
    assert fig.layout.yaxis.ticktext == ("&lt;b&gt;1&lt;/b&gt;", "mix of all")
    assert points.marker.symbol == ("circle", "diamond")
    assert {note.text: note.x for note in fig.layout.annotations if note.text} == {
        "list of words": pytest.approx(30), "chance": pytest.approx(2),
    }  # fmt: skip


def test_selectivity_may_be_negative(probe: LayerProbe) -> None:
    (points,) = probes.selectivity(probe).data
    assert points.x == pytest.approx((10, -5))


def test_depth_has_shares_and_gains() -> None:
    found = Depth((0.2, 0.3, 0.5), 1.3, (0.5, 0.6, 0.55), (0.1, -0.05), float("nan"), float("nan"), float("nan"))
    shares, gains = probes.depth(found, ["tokens", "lstm1", "<2>"]).data
    assert shares.y == pytest.approx((20, 30, 50)) and gains.y == pytest.approx((10, -5))
    assert gains.x == ("lstm1", "&lt;2&gt;")


def test_confusion_shows_counts_and_colours_shares() -> None:
    fig = probes.confusion(np.array([[8, 2], [0, 0]]), ["none", "<X>"])
    assert np.array(fig.data[0].z).tolist() == [[0.8, 0.2], [0, 0]]
    assert [note.text for note in fig.layout.annotations] == ["8", "2", "0", "0"]
    assert fig.layout.yaxis.ticktext == ("none", "&lt;X&gt;")
