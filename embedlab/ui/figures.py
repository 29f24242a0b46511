"""Hand figures to Streamlit without Plotly's checks, and highlight the lines of a wordpiece in an attention figure.

Plotly changes nothing but a label when the pointer is over a point. An invisible component therefore listens to the
figure's events; the figure is complete without it. It holds no text of visitors. This module imports Plotly, so import
it only where a figure is drawn.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from plotly.basedatatypes import BaseFigure

from embedlab.plots.figure import Figure


class Ready(BaseFigure):  # type: ignore[misc]
    """A stand-in for a Plotly figure: Streamlit would turn a dictionary into Plotly objects and check them."""

    def __init__(self, fig: Figure) -> None:
        self._ready = fig

    def to_dict(self) -> dict[str, Any]:
        """What the browser gets."""
        return self._ready.to_dict()


_LISTEN = """
export default function ({ data }) {
  const light = (chart, shown) => {
    for (const trace of chart._fullData) {
      if (trace.meta?.from === undefined) continue;
      const drawn = chart.querySelector(`.scatterlayer .trace${trace.uid}`);
      if (drawn) drawn.style.opacity = shown === null ? trace.opacity : shown(trace.meta) ? 1 : 0.04;
    }
  };
  const timer = setInterval(() => {
    const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (!chart || !chart.on || chart.hoverIsHeard) return;
    chart.hoverIsHeard = true;
    chart.on("plotly_hover", ({ points }) => {
      const side = points[0].fullData.meta?.side;
      if (side) light(chart, (line) => line[side] === points[0].pointNumber);
    });
    chart.on("plotly_unhover", () => light(chart, null));
  }, 200);
  return () => clearInterval(timer);
}
"""


def lines(name: str) -> None:
    """Let the figure that ``widgets.figure`` drew under this name answer to the pointer."""
    st.components.v2.component("attention_hover", js=_LISTEN)(key=f"hover-{name}", data={"chart": f"figure-{name}"})
