"""Training the linear probes of a model's layers to tag with, as a background run; they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedlab import registry
from embedlab.analysis.probing import tagger
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.tagger import Tagger
from embedlab.base import OnProgress, files, paths, typed_json
from embedlab.data.tag_columns import Wanted
from embedlab.jobs.kinds.probes import ProbeJob
from embedlab.jobs.run import Run, run_missing
from embedlab.store import vectors
from embedlab.store.results import Part
from embedlab.store.taggers import TAGGERS
from embedlab.workflows import probe_data


def reduced(settings: ProbeSettings) -> ProbeSettings:
    """The settings on which a tagger depends, all others as usual: the penalty, and how a file is dealt out."""
    return ProbeSettings(l2=settings.l2, seed=settings.seed)


def job_of(
    models: Sequence[str], data: str = "", settings: ProbeSettings | None = None, wanted: Wanted | None = None
) -> ProbeJob:
    """A job, with the name that its tagger will have.

    Args:
        models: keys of the model, or of all of a stack.
        data: name of a tagged file (``probe_data.lay_down``), empty for the shipped sentences.
        settings: see ``reduced``.
        wanted: columns of the file.

    Raises:
        BadModel: there is no such model.
        BadInput: there is no such file.
    """
    return ProbeJob.of(models, data, reduced(settings or ProbeSettings()), wanted)


def trained(job: ProbeJob, on_progress: OnProgress | None = None) -> Tagger:
    """Train the job's tagger now.

    Raises:
        BadModel: a model cannot be loaded.
        BadInput: the sentences cannot be read, or the models not be stacked.
    """
    how = typed_json.settings(ProbeSettings, job.settings)
    models = [vectors.cached(registry.load_model(key)) for key in job.keys]
    return tagger.train(models, probe_data.dataset(job.data, how.seed, job.wanted), how, on_progress)


def brought(job: ProbeJob, on_progress: OnProgress | None = None) -> Tagger:
    """The job's tagger: the kept one, or else it is trained and kept.

    Raises:
        BadModel: as ``trained``; or it cannot be kept.
        BadInput: as ``trained``.
    """
    found = TAGGERS.get(job.key)
    if found is None:
        found = trained(job, on_progress)
        with files.writing(paths.home()):
            TAGGERS.put(job.key, found)
    return found


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Train a tagger and keep it.

    Raises:
        BadModel: a model cannot be loaded, or the tagger not be kept.
        BadInput: the sentences cannot be read, or the models not be stacked.
    """
    job = typed_json.settings(ProbeJob, values)
    part = Part("", job.key, lambda told: trained(job, told))
    run_missing(run, TAGGERS, [part], on_progress)
