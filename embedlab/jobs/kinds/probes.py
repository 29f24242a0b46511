"""Layer probes as a background run, and those that come with the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis.probes import LayerProbe, layer_probe
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.base import OnProgress, model_folder, typed_json
from embedlab.data.tag_columns import Wanted
from embedlab.jobs.run import Run, run_missing
from embedlab.registry import ModelSpec
from embedlab.store import results, vectors
from embedlab.store.results import Part
from embedlab.workflows import probe_data

PLUS = "+"
STACKS = (("flair", "fasttext"), ("elmo", "glove"))
"""Starters that their papers put beside word vectors (Akbik et al. 2018; Peters et al. 2018)."""


@dataclass(frozen=True)
class ProbeJob:
    """Settings of a run.

    Attributes:
        models: key of the model; of a stack, all with a plus between ("elmo+glove").
        data: name of a tagged file (``probe_data.lay_down``), empty for the shipped sentences.
        settings: of the probes, as plain values.
        key: name of the result (``results.probe_key``).
        word_column: number or name of the file's column of words; found if empty.
        tag_column: the same of its tags.
    """

    models: str
    data: str
    settings: dict[str, Any]
    key: str
    word_column: str = ""
    tag_column: str = ""

    @classmethod
    def of(
        cls, models: Sequence[str], data: str = "", settings: ProbeSettings | None = None, wanted: Wanted | None = None
    ) -> ProbeJob:
        """A job, with the name that its result will have.

        Raises:
            BadModel: there is no such model.
            BadInput: there is no such file.
        """
        how, columns = settings or ProbeSettings(), wanted or Wanted()
        digests = [model_folder.digest(registry.find(one).folder) for one in models]
        sentences = probe_data.digest(probe_data.dataset(data, how.seed, columns))
        key = results.probe_key(digests, sentences, how)
        return cls(PLUS.join(models), data, how.to_dict(), key, columns.word, columns.tag)

    @property
    def keys(self) -> tuple[str, ...]:
        """The models' keys."""
        return tuple(self.models.split(PLUS))

    @property
    def wanted(self) -> Wanted:
        """The columns of the file that were asked for."""
        return Wanted(self.word_column, self.tag_column)

    @property
    def probe(self) -> str:
        """Which sort of probe."""
        return str(self.settings.get("probe", ""))

    def part(self) -> Part:
        """The job as the one part of a question."""

        def compute(on_progress: OnProgress | None) -> dict[str, Any]:
            return results.probe_values(self.key, self.keys, self.data, computed(self, on_progress))

        return Part("", self.key, compute)

    @classmethod
    def of_run(cls, run: Run) -> ProbeJob:
        """The settings of a run.

        Raises:
            BadInput: its settings cannot be read.
        """
        return typed_json.settings(cls, run.request()[1])


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Compute a result and keep it among one's own.

    Raises:
        BadModel: a model cannot be loaded.
        BadInput: the sentences cannot be read, or the models not be stacked.
    """
    run_missing(run, results.PROBES, [typed_json.settings(ProbeJob, values).part()], on_progress)


def computed(
    job: ProbeJob, on_progress: OnProgress | None = None, strategies: Sequence[str] | None = None
) -> LayerProbe:
    """Do the job now, or those of its strategies that are named.

    Raises:
        BadModel: a model cannot be loaded.
        BadInput: the sentences cannot be read, the models not be stacked, or there is no such strategy.
    """
    how = typed_json.settings(ProbeSettings, job.settings)
    models = [vectors.cached(registry.load_model(key)) for key in job.keys]
    sentences = probe_data.dataset(job.data, how.seed, job.wanted)
    return layer_probe(models, sentences, strategies, how, on_progress=on_progress)


def ship(jobs: Sequence[ProbeJob], folder: Path | None = None, on_progress: OnProgress | None = None) -> list[Path]:
    """Compute results that come with the lab, and remove those whose models, sentences or settings are not theirs.

    Raises:
        BadModel: a model cannot be loaded.
    """
    written = []
    for job in jobs:
        written += results.PROBES.ship([job.part()], partial(_replaced, job), folder, on_progress)
    return written


def _replaced(job: ProbeJob, values: Any) -> bool:
    """Whether a result that is kept is one that the job's replaces."""
    if values["models"] != list(job.keys):
        return False
    return bool(values["format"] != results.FORMAT or values["probe"]["settings"]["probe"] == job.probe)


def starters() -> list[ProbeJob]:
    """The jobs whose results come with the lab: every starter with word vectors, and the stacks."""
    return jobs_of([spec for spec in registry.list_models() if spec.source == "starter"])


def jobs_of(specs: Sequence[ModelSpec]) -> list[ProbeJob]:
    """The jobs for some models: each that has word vectors to probe, and the stacks in which one of them stands."""
    keys = [spec.key for spec in specs if {"contextual", "static"} & set(spec.capabilities) and not _wide(spec)]
    here = {spec.key for spec in registry.list_models()}
    stacks = [stack for stack in STACKS if here.issuperset(stack) and not set(keys).isdisjoint(stack)]
    return [ProbeJob.of(models) for models in [*((key,) for key in keys), *stacks]]


def _wide(spec: ModelSpec) -> bool:
    """Whether it gives a dimension to every word: a probe could do nothing but learn the words by heart."""
    return spec.family.key == "one_hot"
