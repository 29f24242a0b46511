"""Measuring a model for the leaderboard, as a background run; the result is kept among the person's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab.base import OnProgress, Settings, paths, setting, typed_json
from embedlab.base.errors import BadInput
from embedlab.jobs.run import Run
from embedlab.registry import list_models
from embedlab.workflows import measurements


@dataclass(frozen=True)
class MeasureSettings(Settings):
    """What is to be measured."""

    key: str = setting("", "The model's key.")


def folder(workspace: str = "") -> Path:
    """Folder with the measurements of the lab's models, or of those in a visitor's workspace."""
    return paths.workspace(workspace) / "results"


def all_results(workspace: str = "") -> dict[str, measurements.Result]:
    """Every result by the model's key; what was measured here comes before what was shipped.

    Args:
        workspace: of the visitor whose own models are among them.
    """
    folders = (measurements.folder(), folder(), *([folder(workspace)] if workspace else ()))
    return {key: result for one in folders for key, result in measurements.readable(one).items()}


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure a model, and keep the result.

    Raises:
        BadInput: there is no such model, or nothing to measure.
        BadModel: it cannot be loaded.
    """
    key = typed_json.settings(MeasureSettings, values).key
    workspace = paths.workspace_of_key(key)
    spec = next((spec for spec in list_models(workspace=workspace) if spec.key == key), None)
    if spec is None:
        raise BadInput(f"The model '{key}' is no longer there.")
    measurements.write(folder(workspace), measurements.measured(spec, None, on_progress))
