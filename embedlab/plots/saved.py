"""Figures as a file of their own."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.plots.figure import Figure
from embedlab.plots.text import plain


def standalone(parts: Sequence[Figure], summary: str) -> str:
    """Figures as one HTML page that needs no network; black on white."""
    pages = [fig.checked().update_layout(template="plotly_white", paper_bgcolor="white") for fig in parts]
    bodies = [page.to_html(include_plotlyjs=i == 0, full_html=False) for i, page in enumerate(pages)]
    title = plain(summary)
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body>{''.join(bodies)}<p>{title}</p></body></html>"
