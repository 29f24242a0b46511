"""Google's analogy benchmark as a background run; every model's result is kept as soon as it is there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from embedlab import registry
from embedlab.analysis.analogies import Method
from embedlab.analysis.google_analogies import GoogleResult, google_analogies
from embedlab.base import BadInput, OnProgress, StaticModel, files, model_folder, paths, typed_json
from embedlab.jobs.run import Run, add_line
from embedlab.registry import ModelSpec
from embedlab.store import results

KIND = "analogies"
VERSION = 1
DONE = "done.jsonl"


@dataclass(frozen=True)
class AnalogySettings:
    """What is asked.

    Attributes:
        models: keys.
        method: "3cosadd" or "3cosmul".
        exclude_inputs: whether the question's own words are left out of the answers.
    """

    models: tuple[str, ...]
    method: Method = "3cosadd"
    exclude_inputs: bool = True


def key_of(spec: ModelSpec, asked: AnalogySettings) -> str:
    """Names the result of one model."""
    return results.key_of(VERSION, spec.key, model_folder.stamp(spec.folder), asked.method, asked.exclude_inputs)


def stored(spec: ModelSpec, asked: AnalogySettings) -> GoogleResult | None:
    """The result of a model, if it has been asked."""
    key = key_of(spec, asked)
    values = results.read(KIND, key)
    if values is None:
        return None
    try:
        return typed_json.made(GoogleResult, values)
    except TypeError:
        results.forget(KIND, key)
        return None


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Ask the models that have not been asked yet.

    Raises:
        BadInput: the settings cannot be read, or a model has no vector for each word.
        BadModel: one cannot be loaded, or the results cannot be kept.
    """
    try:
        asked = typed_json.made(AnalogySettings, values)
    except TypeError as error:
        raise BadInput("The settings of this run cannot be read.") from error
    specs = [registry.find(key) for key in asked.models]
    for number, spec in enumerate(specs):
        tell = results.share_of(on_progress, number, [spec.title for spec in specs])
        if stored(spec, asked) is None:
            model = registry.load_model(spec.key)
            if not isinstance(model, StaticModel):
                raise BadInput(f"{spec.title} has no fixed vector for each word.")
            result = google_analogies(model, on_progress=tell, method=asked.method, exclude_inputs=asked.exclude_inputs)
            with files.writing(paths.home()):
                results.write(KIND, key_of(spec, asked), dataclasses.asdict(result), run.visitor)
        add_line(run.folder / DONE, {"model": spec.key})
