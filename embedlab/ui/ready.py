"""A figure in the form in which Streamlit takes it as it is; imports Plotly, so it is imported where one is drawn."""

from __future__ import annotations

from typing import Any

from plotly.basedatatypes import BaseFigure

from embedlab.plots.figure import Figure


class Ready(BaseFigure):  # type: ignore[misc]
    """Passes for one of Plotly's figures: dictionaries would be made into Plotly's objects, to be checked."""

    def __init__(self, fig: Figure) -> None:
        self._ready = fig

    def to_dict(self) -> dict[str, Any]:
        """What the browser gets."""
        return self._ready.to_dict()
