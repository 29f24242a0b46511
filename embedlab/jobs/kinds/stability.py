"""Training models several times to see which neighbors stay, as a background run; each family's result is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from embedlab import families
from embedlab.analysis import neighbor_lists
from embedlab.analysis.stability import Stability, compare
from embedlab.base import OnProgress, Progress, typed_json
from embedlab.base.card import versions
from embedlab.base.progress import share_of
from embedlab.data.corpus import Corpus
from embedlab.jobs.run import Run, run_missing
from embedlab.store import results
from embedlab.store.results import Part, ResultCache
from embedlab.workflows import retrain, text_choice
from embedlab.workflows.retrain import FAMILIES
from embedlab.workflows.text_choice import TextChoice

KIND = "stability"
VERSION = 1
SAMPLE = "wikipedia"
"""The sample whose results come with the lab."""
LIBRARIES = ("numpy", "gensim", "numba")


@dataclass(frozen=True)
class StabilitySettings:
    """Settings of a run.

    Attributes:
        families: keys of the families, with commas between; each is trained with what suits the text.
        text: what they are trained on.
        draft: the run whose folder holds an uploaded or pasted text; empty for a sample.
        trainings: how many of each, with the seeds 1, 2, …
        drawn: whether each training's text is drawn anew, too (see ``data.drawn_anew``).
        most: words whose neighbors are compared.
    """

    families: str
    text: TextChoice = field(default_factory=TextChoice)
    draft: str = ""
    trainings: int = 5
    drawn: bool = False
    most: int = 1000

    @property
    def each(self) -> tuple[str, ...]:
        """The families."""
        return tuple(key for key in self.families.split(",") if key in FAMILIES)


@dataclass(frozen=True, eq=False)
class Retrained:
    """What came out for one family.

    Attributes:
        family: its key.
        config: settings of the trainings, but for the seed.
        tokens: running words of the text.
        created: the day, ISO.
        stability: how far the trainings agree.
    """

    family: str
    config: dict[str, Any]
    tokens: int
    created: str
    stability: Stability


def key_of(family: str, settings: StabilitySettings) -> str:
    """Names the result of one family."""
    text = typed_json.plain(settings.text)
    if not settings.text.encoding:
        del text["encoding"]  # so that results of versions before it are found
    return results.key_of(VERSION, family, text, settings.draft, settings.trainings, settings.drawn, settings.most)


def _decode(values: Any) -> Retrained:
    made = compare(neighbor_lists.from_dict(values))
    return Retrained(str(values["family"]), dict(values["config"]), int(values["tokens"]), str(values["created"]), made)


CACHE = ResultCache(KIND, results.from_json(_decode))


def stored(family: str, settings: StabilitySettings) -> Retrained | None:
    """The result of one family, if it is there."""
    return CACHE.get(key_of(family, settings))


def computed(
    family: str,
    corpus: Corpus,
    settings: StabilitySettings,
    folder: Path,
    told: Callable[[int], OnProgress | None],
) -> dict[str, Any]:
    """Train a family several times and compare the neighbors; return plain values for the store.

    Args:
        family: key of the family.
        corpus: the text.
        settings: how many trainings, and whether the text is resampled.
        folder: see ``retrain.retrain``.
        told: see ``retrain.retrain``.

    Raises:
        EmbedLabError: as the text and the trainer do.
    """
    config, tokens = retrain.config_of(family, corpus)
    lists = retrain.retrain(
        family, corpus, config, folder, trainings=settings.trainings, drawn=settings.drawn, most=settings.most,
        told=told,
    )  # fmt: skip
    about = {"family": family, "text": settings.text.title, "config": config, "tokens": tokens}
    about |= {"created": date.today().isoformat(), "versions": versions(LIBRARIES)}
    return about | neighbor_lists.to_dict(lists)


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Train the families that have no result yet.

    Raises:
        BadInput: the text has too few paragraphs to be drawn anew.
        EmbedLabError: as the text and the trainers do.
    """
    settings = typed_json.settings(StabilitySettings, values)
    corpus = settings.text.open(run.folder)
    retrain.check(corpus, settings.drawn)
    seeds = [f"{number} of {settings.trainings}" for number in range(1, settings.trainings + 1)]

    def part(family: str) -> Part:
        def compute(tell: OnProgress | None) -> dict[str, Any]:
            heard = tell or (lambda progress: None)
            heard(Progress(0, 1, phase="counting the text"))
            return computed(family, corpus, settings, run.folder, lambda number: share_of(heard, number, seeds))

        return Part(families.family(family).title, key_of(family, settings), compute)

    run_missing(run, CACHE, [part(family) for family in settings.each], on_progress)
    text_choice.clear(run.folder)
