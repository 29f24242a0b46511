"""Figures as plain dictionaries: the same calls lead to the same figure as Plotly's own objects."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest

from embedlab.plots.figure import Figure, merged
from embedlab.ui.theme import Ready


def sent(fig: Any) -> Any:
    return json.loads(plotly.io.to_json(fig.to_dict(), validate=False))


def test_the_browser_gets_what_plotlys_own_figure_would_send() -> None:
    def made(fig: Any) -> Any:
        fig.add_scatter(x=[1, 2], y=np.array([0.5, 1.5], np.float32), marker={"size": np.array([3, 4])}, text=None)
        fig.add_bar(x=["a"], y=[1], error_y={"array": [0.1]}, marker_color="#123456")
        fig.add_heatmap(z=np.eye(2), colorbar={"title": "how much"})
        fig.add_annotation(x=1, y=2, text="here", font={"size": 11})
        fig.update_traces(opacity=0.5)
        fig.update_layout(title="A title", legend={"y": 1}, paper_bgcolor="rgba(0, 0, 0, 0)")
        fig.update_layout(legend_y=-0.2, margin_t=4)
        fig.update_xaxes(title="across", range=[0, 3]).update_yaxes(tickfont_size=13)
        fig.add_hline(y=1, line={"dash": "dash"})
        fig.add_vline(x=2, line={"width": 1})
        return fig

    assert sent(made(Figure())) == sent(made(go.Figure()))


def test_a_text_stands_beside_its_line_on_a_logarithmic_axis_too() -> None:
    fig = Figure(layout={"xaxis2": {"type": "log"}}).update_yaxes(type="log")
    fig.add_hline(4.5).add_annotation(text="least", x=1, xref="x domain", y=4.5, yref="y")
    fig.add_annotation(text="both", x=1000, xref="x2", y=10).add_annotation(
        text="paper", x=1, xref="paper", y=5, yref="y domain"
    )
    for drawn in (fig.checked().to_dict()["layout"], fig.to_dict()["layout"]):
        assert drawn["shapes"][0]["y0"] == 4.5  # Plotly wants a shape's value here, and a text's logarithm
        places = [(text["x"], text["y"]) for text in drawn["annotations"]]
        assert places == [(1, pytest.approx(math.log10(4.5))), (pytest.approx(3), pytest.approx(1)), (1, 5)]
    assert fig.look["annotations"][0]["y"] == 4.5


def test_all_axes_change_together() -> None:
    fig = (
        Figure(layout={"xaxis2": {"domain": [0, 1]}, "yaxis3": {}}).update_xaxes(range=[0, 1]).update_yaxes(title="up")
    )
    assert fig.look["xaxis"] == {"range": [0, 1]} and fig.look["xaxis2"] == {"domain": [0, 1], "range": [0, 1]}
    assert fig.look["yaxis3"] == fig.look["yaxis"] == {"title": {"text": "up"}}


def test_parts_that_figures_share_are_never_changed() -> None:
    shared = {"line": {"color": "#111111"}}
    one, other = (Figure([{"type": "scatter", "marker": shared}], {"legend": shared}) for _ in range(2))
    one.update_traces(marker={"line": {"color": "#222222"}}).update_layout(legend={"line": {"color": "#222222"}})
    assert shared == {"line": {"color": "#111111"}} == other.traces[0]["marker"] == other.look["legend"]
    assert one.traces[0]["marker"] == one.look["legend"] == {"line": {"color": "#222222"}}


def test_none_takes_away() -> None:
    assert merged({"text": "a", "font": {"size": 1, "color": "b"}}, {"text": None, "font_size": None}) == {
        "font": {"color": "b"}
    }


def test_what_makes_no_sense_to_plotly_is_found_by_a_look_at_it() -> None:
    fig = Figure().add_scatter(x=[1], y=[2], mode="dots")
    with pytest.raises(ValueError, match="mode"):
        _ = fig.data


def test_streamlit_takes_it_without_a_look_inside() -> None:
    from plotly.tools import return_figure_from_figure_or_data

    fig = Figure().add_scatter(x=[1], y=[2], mode="dots")
    assert return_figure_from_figure_or_data(Ready(fig), validate_figure=True)["data"] == fig.traces


def test_frames_are_sent() -> None:
    fig = Figure([{"type": "scatter", "x": [1]}], frames=[{"name": "0", "data": [{"type": "scatter", "x": [2]}]}])
    assert sent(fig)["frames"] == [{"name": "0", "data": [{"type": "scatter", "x": [2]}]}]
    assert fig.checked().frames[0].data[0].x == (2,)
