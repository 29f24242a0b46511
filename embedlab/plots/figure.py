"""Figures as plain dictionaries in Plotly's format, and figures as files.

Plotly's own objects check every value when it is set; on most pages that took half of the time. A figure here is the
dictionary that Plotly's library in the browser receives. Tests turn it into Plotly's object with ``checked``, which
finds misspelt names and values out of bounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from embedlab.plots.text import plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

Part = dict[str, Any]

WHOLE = ("error_x", "error_y", "paper_bgcolor", "plot_bgcolor")
"""Names with a line in them; in all others it parts a name from one within it, as in ``legend_y``."""


class Figure:
    """Traces, a layout and frames, with the calls of Plotly's ``Figure`` that the lab uses.

    Args:
        data: the traces.
        layout: everything else.
        frames: of a figure that moves.

    Attributes:
        traces: changed in place.
        look: the layout; the parts of it are not changed but replaced, since figures may share them.
        frames: as given.
    """

    def __init__(
        self, data: Sequence[Part] = (), layout: Mapping[str, Any] | None = None, frames: Sequence[Part] = ()
    ) -> None:
        self.traces: list[Part] = [merged({}, trace) for trace in data]
        self.look: Part = merged({}, layout or {})
        self.frames = list(frames)

    def add(self, kind: str, /, **trace: Any) -> Self:
        """One more trace of a kind, such as "scatter"."""
        self.traces.append(merged({"type": kind}, trace))
        return self

    def add_scatter(self, **trace: Any) -> Self:
        """Points, lines or texts."""
        return self.add("scatter", **trace)

    def add_bar(self, **trace: Any) -> Self:
        """Bars."""
        return self.add("bar", **trace)

    def add_heatmap(self, **trace: Any) -> Self:
        """Fields of colours."""
        return self.add("heatmap", **trace)

    def add_annotation(self, **text: Any) -> Self:
        """A text at a place, which is given as a shape's is: by values, on a logarithmic axis, too."""
        return self._more("annotations", text)

    def add_shape(self, **shape: Any) -> Self:
        """A line or box behind or before the traces."""
        return self._more("shapes", shape)

    def add_hline(self, y: float, **look: Any) -> Self:
        """A line from the left to the right."""
        return self.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", **look)

    def add_vline(self, x: float, **look: Any) -> Self:
        """A line from below to above."""
        return self.add_shape(type="line", x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", **look)

    def update_layout(self, **look: Any) -> Self:
        """Change parts of the layout; what is said of a part leaves the rest of that part as it is."""
        self.look = merged(self.look, look)
        return self

    def update_xaxes(self, **axis: Any) -> Self:
        """Change all axes across."""
        return self.update_layout(**dict.fromkeys(self.axes("xaxis"), axis))

    def update_yaxes(self, **axis: Any) -> Self:
        """Change all axes up."""
        return self.update_layout(**dict.fromkeys(self.axes("yaxis"), axis))

    def update_traces(self, **trace: Any) -> Self:
        """Change all traces."""
        self.traces = [merged(one, trace) for one in self.traces]
        return self

    def axes(self, letter: str) -> list[str]:
        """Names of all axes across ("xaxis") or up; there is always one."""
        return list(dict.fromkeys([letter, *(name for name in self.look if name.startswith(letter))]))

    def to_dict(self) -> Part:
        """What the browser gets; arrays are packed as Plotly packs them."""
        made = {"data": _packed(self.traces), "layout": {"template": _template()} | _packed(_placed(self.look))}
        return made | {"frames": _packed(self.frames)} if self.frames else made

    def to_json(self) -> str:
        """The same as text."""
        import plotly.io

        return str(plotly.io.to_json(self.to_dict(), validate=False))

    def checked(self) -> go.Figure:
        """Plotly's own figure.

        Raises:
            ValueError: something in it makes no sense to Plotly.
        """
        import plotly.graph_objects as go

        return go.Figure({"data": self.traces, "layout": _placed(self.look), "frames": self.frames})

    @property
    def data(self) -> tuple[Any, ...]:
        """The traces as Plotly's objects, to look at; slow."""
        return tuple(self.checked().data)

    @property
    def layout(self) -> Any:
        """The layout as Plotly's object, to look at; slow."""
        return self.checked().layout

    def _more(self, name: str, part: Mapping[str, Any]) -> Self:
        self.look[name] = [*self.look.get(name, ()), merged({}, part)]
        return self


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> Part:
    """A part of a figure with some of it changed, as a new dictionary; ``None`` takes away what was there."""
    out = dict(old)
    for name, value in new.items():
        first, _, rest = (name, "", "") if name in WHOLE else name.partition("_")
        if rest:
            value = {rest: value}
        elif name == "title" and isinstance(value, str):
            value = {"text": value}
        if isinstance(value, dict):
            before = out.get(first)
            out[first] = merged(before if isinstance(before, dict) else {}, value)
        elif value is None:
            out.pop(first, None)
        else:
            out[first] = value
    return out


def _placed(look: Part) -> Part:
    """A layout with its texts where Plotly wants them: on a logarithmic axis by the logarithm, unlike shapes."""
    if not look.get("annotations"):
        return look
    return look | {"annotations": [text | _logarithms(text, look) for text in look["annotations"]]}


def _logarithms(text: Part, look: Part) -> Part:
    """Those of a text's places, "x" and "y", that are on a logarithmic axis, as Plotly wants them."""
    result = {}
    for letter in "xy":
        axis = text.get(f"{letter}ref", letter)  # such as "x", "x2", "x domain" or "paper"
        if letter in text and look.get(axis.replace(letter, f"{letter}axis", 1), {}).get("type") == "log":
            result[letter] = math.log10(text[letter])
    return result


def _packed(value: Any) -> Any:
    """The same with arrays as Plotly sends them: type and bytes. Lists of plain values stay as they are."""
    if isinstance(value, dict):
        return {name: _packed(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_packed(part) for part in value] if value and isinstance(value[0], dict) else value
    return _pack()(value) if hasattr(value, "dtype") else value


@cache
def _pack() -> Callable[[Any], Any]:
    from _plotly_utils.utils import to_typed_array_spec  # type: ignore[import-untyped]

    def pack(value: Any) -> Any:
        return to_typed_array_spec(value) if value.ndim else value.item()

    return pack


def _template() -> Part:
    """What Plotly lays under every figure: the page's own colours, once Streamlit is there."""
    import plotly.io

    return _template_named(plotly.io.templates.default)


@cache
def _template_named(name: str) -> Part:
    import plotly.io

    result: Part = plotly.io.templates[name].to_plotly_json()
    return result


def standalone(parts: Sequence[Figure], summary: str) -> str:
    """Figures as one HTML page that needs no network; black on white."""
    pages = [fig.checked().update_layout(template="plotly_white", paper_bgcolor="white") for fig in parts]
    bodies = [page.to_html(include_plotlyjs=i == 0, full_html=False) for i, page in enumerate(pages)]
    title = plain(summary)
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body>{''.join(bodies)}<p>{title}</p></body></html>"
