"""Google's analogy benchmark as a background run; every model's result is kept as soon as it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from embedlab import registry
from embedlab.analysis.analogies import Method
from embedlab.analysis.google_analogies import GoogleResult, google_analogies
from embedlab.base import BadInput, OnProgress, StaticModel, model_folder, typed_json
from embedlab.jobs.run import Run, run_missing
from embedlab.registry import ModelSpec
from embedlab.store import results
from embedlab.store.results import Part, ResultCache

KIND = "analogies"
VERSION = 1


@dataclass(frozen=True)
class AnalogySettings:
    """Settings of a run.

    Attributes:
        models: keys.
        method: "3cosadd" or "3cosmul".
        exclude_inputs: whether the question's own words are left out of the answers.
    """

    models: tuple[str, ...]
    method: Method = "3cosadd"
    exclude_inputs: bool = True


def key_of(spec: ModelSpec, settings: AnalogySettings) -> str:
    """Names the result of one model."""
    return results.key_of(VERSION, spec.key, model_folder.stamp(spec.folder), settings.method, settings.exclude_inputs)


CACHE = ResultCache(KIND, results.from_json(lambda values: typed_json.made(GoogleResult, values)))


def stored(spec: ModelSpec, settings: AnalogySettings) -> GoogleResult | None:
    """The stored result of a model; ``None`` if it was not measured yet."""
    return CACHE.get(key_of(spec, settings))


def _part(spec: ModelSpec, settings: AnalogySettings) -> Part:
    def compute(on_progress: OnProgress | None) -> dict[str, Any]:
        model = registry.load_model(spec.key)
        if not isinstance(model, StaticModel):
            raise BadInput(f"{spec.title} has no fixed vector for each word.")
        found = google_analogies(
            model, on_progress=on_progress, method=settings.method, exclude_inputs=settings.exclude_inputs
        )
        return dict(typed_json.plain(found))

    return Part(spec.title, key_of(spec, settings), compute)


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Measure the models that have no stored result.

    Raises:
        BadInput: the settings cannot be read, or a model has no vector for each word.
        BadModel: one cannot be loaded, or the results cannot be kept.
    """
    settings = typed_json.settings(AnalogySettings, values)
    run_missing(run, CACHE, [_part(registry.find(key), settings) for key in settings.models], on_progress)
