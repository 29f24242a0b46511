"""Layer probes as a background run, and those that come with the lab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedlab import registry
from embedlab.analysis.probes import LayerProbe, layer_probe
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.base import BadInput, OnProgress, model_folder
from embedlab.jobs.run import Run
from embedlab.registry import ModelSpec
from embedlab.store import results, vectors
from embedlab.workflows import probe_data

PLUS = "+"
STACKS = (("flair", "fasttext"), ("elmo", "glove"))
"""Starters that their papers put beside word vectors (Akbik et al. 2018; Peters et al. 2018)."""


@dataclass(frozen=True)
class ProbeJob:
    """What a run is asked to do.

    Attributes:
        models: key of the model; of a stack, all with a plus between ("elmo+glove").
        data: name of a tagged file (``probe_data.lay_down``), empty for the shipped sentences.
        settings: of the probes, as plain values.
        key: name of the result (``probe_store.key_of``).
    """

    models: str
    data: str
    settings: dict[str, Any]
    key: str

    @classmethod
    def of(cls, models: Sequence[str], data: str = "", settings: ProbeSettings | None = None) -> ProbeJob:
        """A job, with the name that its result will have.

        Raises:
            BadModel: there is no such model.
            BadInput: there is no such file.
        """
        how = settings or ProbeSettings()
        digests = [model_folder.digest(registry.find(one).folder) for one in models]
        sentences = probe_data.digest(probe_data.dataset(data, how.seed))
        return cls(PLUS.join(models), data, how.to_dict(), results.probe_key(digests, sentences, how))

    @property
    def keys(self) -> tuple[str, ...]:
        """The models' keys."""
        return tuple(self.models.split(PLUS))

    @property
    def probe(self) -> str:
        """Which sort of probe."""
        return str(self.settings.get("probe", ""))

    @classmethod
    def asked(cls, run: Run) -> ProbeJob:
        """What a run was asked to do.

        Raises:
            BadInput: its settings cannot be read.
        """
        try:
            values = run.asked()[1]
            return cls(values["models"], values["data"], values["settings"], values["key"])
        except (KeyError, TypeError) as error:
            raise BadInput("The settings of this run cannot be read.") from error


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Compute a result and keep it among one's own.

    Raises:
        BadModel: a model cannot be loaded.
        BadInput: the sentences cannot be read, or the models not be stacked.
    """
    job = ProbeJob.asked(run)
    results.keep_probe(job.key, job.keys, job.data, computed(job, on_progress), visitor=run.visitor)


def computed(job: ProbeJob, on_progress: OnProgress | None = None) -> LayerProbe:
    """Do the job now.

    Raises:
        BadModel: a model cannot be loaded.
        BadInput: the sentences cannot be read, or the models not be stacked.
    """
    how = ProbeSettings.from_dict(job.settings)
    models = [vectors.cached(registry.load_model(key)) for key in job.keys]
    return layer_probe(models, probe_data.dataset(job.data, how.seed), settings=how, on_progress=on_progress)


def ship(jobs: Sequence[ProbeJob], folder: Path | None = None, on_progress: OnProgress | None = None) -> list[Path]:
    """Compute results that come with the lab, and remove those whose models, sentences or settings are not theirs.

    Raises:
        BadModel: a model cannot be loaded.
    """
    folder = folder or results.shipped_probes()
    written = []
    for job in jobs:
        file = folder / f"{job.key}.json"
        if not file.is_file():
            file = results.keep_probe(job.key, job.keys, job.data, computed(job, on_progress), folder)
        written.append(file)
        for other in results.files(folder):
            old = results.read_probe(other)
            if old is None or (old.models == job.keys and other != file and old.probe.settings.probe == job.probe):
                other.unlink()
    return written


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
