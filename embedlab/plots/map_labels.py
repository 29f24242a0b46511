"""Which points of a crowded map get their word written beside them: as many as can be read, none upon another."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 900, 620  # pixels that the map is assumed to have
LETTER, LINE = 7.0, 17.0  # pixels of a letter and of a line

Window = tuple[tuple[float, float], tuple[float, float]]
"""What is seen: from and to, across and up."""


def window(points: NDArray[np.floating], spare: float = 0.04) -> Window:
    """The part of the plane that the points take up, with some room around.

    Args:
        points: (N, 2 or more).
        spare: room on each side, as a share of the whole.
    """
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    room = np.maximum(spare * (high - low), 1e-3)
    (x0, y0), (x1, y1) = (low - room).tolist(), (high + room).tolist()
    return (x0, x1), (y0, y1)


def from_corner(
    points: NDArray[np.floating], low: NDArray[np.floating], high: NDArray[np.floating]
) -> tuple[NDArray[np.float64], Window]:
    """Where points in a cube are on the screen, seen as Plotly shows it at first: from (1.25, 1.25, 1.25), 45 degrees.

    Args:
        points: (N, 3).
        low: (3,) one corner of the cube.
        high: (3,) the opposite one.

    Returns:
        (N, 2) places, far outside for points that are not in the cube, and the window that the screen shows.
    """
    cube = (points - low) / (high - low) - 0.5  # (N, 3), the middle at 0
    distance = 1.25 * math.sqrt(3)
    right, up = np.array([-1, 1, 0]) / math.sqrt(2), np.array([-1, -1, 2]) / math.sqrt(6)
    nearer = 1 - cube.sum(axis=1) / math.sqrt(3) / distance  # (N,) of each point's distance from the eye
    places = np.stack([cube @ right, cube @ up], axis=1) / nearer[:, None]
    places[(np.abs(cube) > 0.5).any(axis=1)] = 1e6
    half = distance * math.tan(math.radians(22.5))
    return places, ((-half * WIDTH / HEIGHT, half * WIDTH / HEIGHT), (-half, half))


def readable(
    points: NDArray[np.floating],
    words: Sequence[str],
    seen: Window,
    limit: int = 70,
    first: Sequence[int] = (),
    width: float = WIDTH,
) -> list[int]:
    """Rows whose words can be written above their points without overlap, in the order in which they are tried.

    Args:
        points: (N, 2 or more); only the first two are looked at.
        words: N words, the most important first.
        seen: points outside get no label.
        limit: most labels.
        first: rows to try before the others.
        width: of the map, in pixels.
    """
    (x0, x1), (y0, y1) = seen
    across = (points[:, 0] - x0) / max(x1 - x0, 1e-9) * width
    up = (points[:, 1] - y0) / max(y1 - y0, 1e-9) * HEIGHT
    inside = (across >= 0) & (across <= width) & (up >= 0) & (up <= HEIGHT)
    chosen: list[int] = []
    taken = np.empty((0, 3))  # centre across, up, half width
    for row in dict.fromkeys([*first, *range(len(words))]):
        half = len(words[row]) * LETTER / 2
        overlap = (np.abs(taken[:, 0] - across[row]) < taken[:, 2] + half) & (np.abs(taken[:, 1] - up[row]) < LINE)
        if inside[row] and not overlap.any():
            chosen.append(row)
            taken = np.vstack([taken, [across[row], up[row], half]])
            if len(chosen) >= limit:
                break
    return chosen
