"""Follow the visitor's light or dark theme in figures and code.

Streamlit changes its theme without a run of the page, which would leave dark text on a dark figure. An invisible
component therefore asks for a run when the background changes. It also sets the colours of code: Streamlit's own are
the same in both themes and too pale on the light one.

Hand figures to Streamlit without Plotly's checks, and highlight the lines of a wordpiece in an attention figure.

Plotly changes nothing but a label when the pointer is over a point. An invisible component therefore listens to the
figure's events; the figure is complete without it. It holds no text of visitors. This module imports Plotly, so import
it only where a figure is drawn.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from plotly.basedatatypes import BaseFigure

from embedlab.plots.figure import Figure

_WATCH = """
export default function ({ setTriggerValue }) {
  const paper = () => getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
  const first = paper();
  const timer = setInterval(() => {
    if (paper() === first) return;
    clearInterval(timer);
    setTriggerValue("changed", true);
  }, 500);
  return () => clearInterval(timer);
}
"""
_CODE = """
[data-testid=stCode] pre .token.token { color: light-dark(#10171f, #e6eaee); }
[data-testid=stCode] pre .token.comment { color: light-dark(#59636e, #9198a1); }
[data-testid=stCode] pre :is(.token.keyword, .token.operator) { color: light-dark(#a40e26, #ff7b72); }
[data-testid=stCode] pre :is(.token.string, .token.char) { color: light-dark(#0a3069, #a5d6ff); }
[data-testid=stCode] pre :is(.token.number, .token.boolean, .token.constant) { color: light-dark(#0550ae, #79c0ff); }
[data-testid=stCode] pre :is(.token.function, .token.class-name, .token.decorator) {
  color: light-dark(#6639ba, #d2a8ff);
}
"""
"""GitHub's colours (Primer), on paper as ``.streamlit/config.toml`` has it; 7:1 or more but for comments, 4.5:1."""


def dark() -> bool:
    """Whether the background is dark."""
    return st.context.theme.type == "dark"


def follow() -> None:
    """Run the page again when its background changes; once in every run of the app."""
    watch = st.components.v2.component("theme_watch", js=_WATCH, css=_CODE, isolate_styles=False)
    watch(key="theme-watch", on_changed_change=lambda: None)


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
