"""The visitor's zoom on the map: what the browser tells, and with what window the next figure begins."""

from __future__ import annotations

import pytest
import streamlit as st

from embedlab.plots.figure import Figure
from embedlab.ui.views import map as map_view

ZOOMED = {"revision": "pca", "x": [1.0, 2.0], "y": [3.0, 4.0]}


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def figure(name: str, revision: str = "pca") -> Figure:
    fig = Figure(layout={"uirevision": revision}).add_scatter(x=[0, 9], y=[0, 9], name=name)
    return fig.update_xaxes(range=[0, 9]).update_yaxes(range=[0, 9])


def drawn(name: str, revision: str = "pca") -> tuple[float, ...]:
    fig = figure(name, revision)
    map_view.keep(fig)
    return fig.layout.xaxis.range


def test_another_figure_of_the_same_map_begins_where_the_visitor_is():
    assert drawn("all") == (0, 9)
    st.session_state["_map-view"] = ZOOMED
    fig = figure("one word marked")
    map_view.keep(fig)
    assert (fig.layout.xaxis.range, fig.layout.yaxis.range) == ((1, 2), (3, 4))


def test_a_zoom_alone_makes_no_new_figure():
    assert drawn("all") == (0, 9)
    st.session_state["_map-view"] = ZOOMED
    assert drawn("all") == (0, 9)


def test_another_map_begins_whole():
    st.session_state["_map-view"] = ZOOMED
    assert drawn("all", "umap") == (0, 9)


@pytest.mark.parametrize(
    "told",
    [None, "x", {}, {"revision": "pca"}, ZOOMED | {"x": [1]}, ZOOMED | {"y": ["a", "b"]}, {"camera": {"eye": 1}}],
)
def test_what_makes_no_sense_is_left_alone(told):
    st.session_state["_map-view"] = told
    assert drawn("all") == (0, 9)


def test_a_turned_map_stays_turned():
    eye, zero, up = {"x": 2.0, "y": 0.5, "z": 0.1}, {"x": 0, "y": 0, "z": 0}, {"x": 0, "y": 0, "z": 1}
    st.session_state["_map-view"] = {"revision": "pca", "camera": {"eye": eye, "center": zero, "up": up, "more": 1}}
    fig = figure("all")
    map_view.keep(fig)
    assert fig.layout.scene.camera.eye.to_plotly_json() == eye
