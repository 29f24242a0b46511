"""What leaves the map page: its points as a table, and the lines of code that compute it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedlab.analysis.map_words import MapWords
from embedlab.analysis.projection import Projection
from embedlab.analysis.stored_maps import MapSettings
from embedlab.plots.maps import Groups
from embedlab.registry import ModelSpec

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(chosen: MapWords, drawn: Projection, grouped: Groups | None) -> DataFrame:
    """All points as a table."""
    import pandas as pd

    columns: dict[str, Any] = {"word": chosen.words, "times seen": chosen.counts}
    columns |= {axis: drawn.points[:, i] for i, axis in enumerate("xyz"[: drawn.points.shape[1]])}
    if grouped:
        columns["cluster"] = [grouped.names[label] for label in grouped.labels]
    return pd.DataFrame(columns)


def source(spec: ModelSpec, chosen: MapWords, settings: MapSettings, row: int | None, k: int) -> str:
    """Lines that compute what is shown."""
    own = chosen.how == "your own"
    first = chosen.words[0] if chosen.words else ""
    if own:
        pick = f"words = {chosen.words!r}\nmatrix = np.stack([model.vector(word) for word in words])"
    else:
        pick = (
            f"start = model.words.index({first!r})\n"
            f"words = model.words[start : start + {len(chosen.words)}]\n"
            f"matrix = model.matrix[start : start + {len(chosen.words)}]"
        )
    extra = {"umap": f", n_neighbors={settings.n_neighbors}, min_dist={settings.min_dist}"}
    extra["tsne"] = f", perplexity={settings.perplexity}"
    lines = [
        "import numpy as np" if own else "",
        "import embedlab",
        "from embedlab.analysis.projection import faithfulness, project",
        "",
        f"model = embedlab.load_model({spec.key!r})",
        pick,
        f"result = project(matrix, {settings.method!r}, dims={settings.dims}, seed={settings.seed}"
        f"{extra.get(settings.method, '')})",
        "print(result.points, result.trustworthiness)",
    ]
    if row is not None:
        lines += [
            f"around = faithfulness(matrix, result.points, words.index({chosen.words[row]!r}), k={k})",
            'print("hidden", [words[row] for row in around.hidden])',
            'print("invented", [words[row] for row in around.invented])',
        ]
    return "\n".join(lines).strip()
