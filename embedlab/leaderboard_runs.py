"""Measuring a model for the leaderboard, as a background run; the result is kept among the person's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab import results, storage
from embedlab.base import OnProgress, Settings, setting
from embedlab.errors import BadInput
from embedlab.registry import list_models
from embedlab.run_folder import Run


@dataclass(frozen=True)
class MeasureSettings(Settings):
    """What is to be measured."""

    key: str = setting("", "The model's key.")


def folder() -> Path:
    """Where a person's own measurements lie."""
    return storage.home() / "results"


def all_results() -> dict[str, results.Result]:
    """Every result by the model's key; a person's own measurement comes before the one that was shipped.

    Raises:
        BadModel: a file is damaged.
    """
    return results.read(results.folder()) | results.read(folder())


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure a model, and keep the result.

    Raises:
        BadInput: there is no such model, or nothing to measure.
        BadModel: it cannot be loaded.
    """
    key = MeasureSettings.from_dict(values).key
    spec = next((spec for spec in list_models() if spec.key == key), None)
    if spec is None:
        raise BadInput(f"The model '{key}' is no longer there.")
    results.write(folder(), results.measured(spec, None, on_progress))
