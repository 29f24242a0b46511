"""A cloud of a word's occurrences in a text, as a background run; the same question is answered by an earlier run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from embedlab import registry
from embedlab.analysis.clouds import Cloud, cloud
from embedlab.analysis.occurrences import gather
from embedlab.base import OnProgress, Progress, typed_json
from embedlab.jobs import api as jobs
from embedlab.jobs.run import Run
from embedlab.store import library, vectors
from embedlab.workflows import text_choice
from embedlab.workflows.text_choice import TextChoice

KIND = "cloud"
KEPT = 20
"""Clouds of a visitor that are kept; older ones go when a new one starts."""


@dataclass(frozen=True)
class CloudSettings:
    """Settings of a run.

    Attributes:
        model: key of the model.
        stamp: a number that changes when the model's folder does.
        word: the word.
        text: where it is looked for.
        draft: the run whose folder holds an uploaded or pasted text; empty for a sample.
        most: occurrences that are kept.
        inflected: whether other forms of the word count.
        method: "pca" or "umap".
        sorter: "kmeans" or "hdbscan".
        k: groups of k-means.
        seed: of the draw, of the pictures and of k-means.
    """

    model: str
    stamp: int
    word: str
    text: TextChoice = field(default_factory=TextChoice)
    draft: str = ""
    most: int = 1000
    inflected: bool = True
    method: str = "pca"
    sorter: str = "kmeans"
    k: int = 2
    seed: int = 1


def of(run: Run) -> CloudSettings:
    """The settings of a run.

    Raises:
        BadInput: its settings cannot be read.
    """
    return typed_json.settings(CloudSettings, run.request()[1], "this cloud")


def known(settings: CloudSettings, visitor: str = "") -> Run | None:
    """The run with exactly these settings (see ``api.like``); ``None`` if there is none."""

    def fits(run: Run) -> bool:
        return of(run) == settings

    return jobs.like(KIND, fits, visitor)


def start(settings: CloudSettings, visitor: str = "", address: str = "") -> Run:
    """Start the run with a copy of the text; delete the visitor's old clouds.

    Args:
        settings: of the run.
        visitor: who owns it.
        address: the visitor's network address, whose quota it counts to.

    Raises:
        BadInput: the text is gone, or the visitor has enough runs (see ``quotas``).
    """
    jobs.only_newest(KIND, KEPT - 1, visitor)
    text = jobs.find(settings.draft).folder if settings.draft else None
    run = jobs.draft(visitor, address, library.size(text / text_choice.FOLDER) if text else 0)
    if text:
        text_choice.copy(text, run.folder)
    return jobs.start(KIND, settings, run, visitor, address)


def stored(run: Run) -> Cloud:
    """What came out.

    Raises:
        BadModel: nothing, or it is damaged.
    """
    return Cloud.load(run.result)


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Look the word up, read its sentences and leave the cloud in the run's result.

    Raises:
        EmbedLabError: as the text, the model and the analyses do.
    """
    given = typed_json.settings(CloudSettings, values)
    on_progress(Progress(0, 0, phase="reading"))
    gathered = gather(
        given.text.open(run.folder), given.word, most=given.most, inflected=given.inflected, seed=given.seed,
        on_progress=on_progress,
    )  # fmt: skip
    on_progress(Progress(0, 0, phase="loading the model"))
    model = vectors.cached(registry.load_model(given.model))
    made = cloud(
        model, gathered.occurrences, method=given.method, sorter=given.sorter, k=given.k, seed=given.seed,
        found=gathered.found, sentences=gathered.sentences, on_progress=on_progress,
    )  # fmt: skip
    made.save(run.result, overwrite=True)
    text_choice.clear(run.folder)
