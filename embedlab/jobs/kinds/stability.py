"""Training models several times to see which neighbors stay, as a background run; each family's result is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from embedlab import families as embedlab_families
from embedlab.analysis import neighbor_lists
from embedlab.analysis.stability import Stability, compare
from embedlab.base import BadInput, OnProgress, Progress, typed_json
from embedlab.base.card import versions
from embedlab.data.corpus import Corpus
from embedlab.jobs.run import Run, add_line
from embedlab.store import results
from embedlab.workflows import retrain, text_choice
from embedlab.workflows.retrain import FAMILIES
from embedlab.workflows.text_choice import TextChoice

KIND = "stability"
VERSION = 1
DONE = "done.jsonl"
SAMPLE = "wikipedia"
"""The sample whose results come with the lab."""
LIBRARIES = ("numpy", "gensim", "numba")


@dataclass(frozen=True)
class StabilitySettings:
    """What is asked.

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
    text = dataclasses.asdict(settings.text)
    return results.key_of(VERSION, family, text, settings.draft, settings.trainings, settings.drawn, settings.most)


def stored(family: str, settings: StabilitySettings) -> Retrained | None:
    """The result of one family, if it is there."""
    key = key_of(family, settings)
    values = results.read(KIND, key)
    result = None if values is None else read(family, values)
    if result is None and values is not None:
        results.forget(KIND, key)
    return result


def read(family: str, values: Any) -> Retrained | None:
    """What was kept for a family; ``None`` if it is damaged."""
    try:
        made = compare(neighbor_lists.from_dict(values))
        return Retrained(family, dict(values["config"]), int(values["tokens"]), str(values["created"]), made)
    except (TypeError, LookupError, ValueError, AttributeError, ArithmeticError, BadInput):
        return None


def computed(
    family: str,
    corpus: Corpus,
    settings: StabilitySettings,
    folder: Path,
    told: Callable[[int], OnProgress | None],
) -> dict[str, Any]:
    """Train a family and compare; gives plain values, ready to be kept. Arguments as ``retraining.retrain``.

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
    settings = typed_json.made(StabilitySettings, values)
    corpus = settings.text.open(run.folder)
    retrain.check(corpus, settings.drawn)
    n = settings.trainings
    titles = [f"{embedlab_families.family(key).title}, {i} of {n}" for key in settings.each for i in range(1, n + 1)]
    for place, family in enumerate(settings.each):
        if stored(family, settings) is None:
            on_progress(Progress(n * place, len(titles), phase="counting the text"))
            made = computed(
                family, corpus, settings, run.folder,
                lambda number, first=n * place: results.share_of(on_progress, first + number, titles),  # type: ignore[misc]
            )  # fmt: skip
            results.write(KIND, key_of(family, settings), made, run.visitor)
        add_line(run.folder / DONE, {"family": family})
    text_choice.clear(run.folder)
