"""Brings out the lines of the piece that is pointed at, in a figure of ``plots.attention.lines``.

Plotly changes nothing but a label when a point is pointed at. A component without a face listens to the figure's own
events; without it the figure is complete, too. Nothing that a visitor wrote goes into it.
"""

from __future__ import annotations

import streamlit as st

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
