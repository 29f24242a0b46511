"""The visitor's own zoom on the map, kept while clicks draw it anew.

Streamlit 1.67 replaces a chart whenever its figure changes, and with it what Plotly knows of the visitor's zoom. A
component without a face therefore tells Python the window after every zoom, and the next figure begins there.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import streamlit as st

from embedlab.plots.figure import Figure

CHART = "figure-map"
_LISTEN = """
export default function ({ parentElement, setStateValue, data }) {
  const timer = setInterval(() => {
    const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (!chart || !chart.on || chart.zoomIsTold) return;
    chart.zoomIsTold = true;
    chart.on("plotly_relayout", () => {
      const { xaxis, yaxis, scene, uirevision } = chart._fullLayout;
      const view = chart._fullLayout._subplots.gl3d.length
        ? { camera: scene.camera }
        : { x: [...xaxis.range], y: [...yaxis.range] };
      setStateValue("view", { revision: uirevision, ...view });
    });
  }, 200);
  return () => clearInterval(timer);
}
"""


@st.fragment
def listen() -> None:
    """Hear of the visitor's zoom; a fragment, so that the page is not run anew for it."""
    told = st.components.v2.component("map_zoom", js=_LISTEN)(
        key="map-zoom", data={"chart": CHART}, default={"view": None}, on_view_change=lambda: None
    )
    st.session_state["_map-view"] = getattr(told, "view", None)


def keep(fig: Figure) -> None:
    """Let a figure begin with the window that the visitor has zoomed to, if it shows the same map.

    The window is only read when something else in the figure changes: otherwise every zoom would make a new figure.
    """
    bare, view = sha256(fig.to_json().encode()).hexdigest(), st.session_state.get("_map-view")
    last = st.session_state.get("_map-drawn")
    if last and last[0] == bare:
        view = last[1]
    st.session_state["_map-drawn"] = (bare, view)
    if not isinstance(view, dict) or view.get("revision") != fig.look.get("uirevision"):
        return
    if camera := _camera(view.get("camera")):
        fig.update_layout(scene_camera=camera)
    elif (x := _range(view.get("x"))) and (y := _range(view.get("y"))):
        fig.update_xaxes(range=x)
        fig.update_yaxes(range=y)


def _range(given: Any) -> list[float] | None:
    numbers = isinstance(given, list) and len(given) == 2 and all(isinstance(value, int | float) for value in given)
    return [float(value) for value in given] if numbers else None


def _camera(given: Any) -> dict[str, Any] | None:
    """Eye, centre and up of a camera, from what the browser says."""
    if not isinstance(given, dict):
        return None
    parts = {}
    for part in ("eye", "center", "up"):
        place = given.get(part)
        if not isinstance(place, dict) or not all(isinstance(place.get(axis), int | float) for axis in "xyz"):
            return None
        parts[part] = {axis: float(place[axis]) for axis in "xyz"}
    return parts
