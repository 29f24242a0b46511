"""The settings of a training run, what its worker does, and what it leaves to look at."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedlab.analysis.training_snapshots import Moment, moment, telling_words
from embedlab.base import Model, OnProgress, Progress, StaticModel, files, typed_json
from embedlab.data.readers.encoding import Decoded
from embedlab.jobs.run import Run, add_line, lines
from embedlab.workflows import train
from embedlab.workflows.text_choice import TextChoice

MOMENTS, CHECKPOINT, DECODED = "moments.jsonl", "checkpoint", "decoded.json"
MOST_MOMENTS = 60
"""With more epochs than this, only every n-th is looked at."""
MOST_DECODED = 20
"""Files of which it is kept how they were decoded."""
SHARE, SLACK = 0.1, 3.0
"""Looking at the model may take this share of the training time and so many seconds more; the first look is free."""


@dataclass(frozen=True)
class TrainSettings:
    """Settings of a training run (settings.json).

    Attributes:
        kind: the family's key in the registry ("cbow" and "word2vec" are two).
        config: settings of the model as plain values.
        text: what to train on.
        watch: words whose neighbors are followed; empty chooses some.
        name: title of the result.
    """

    kind: str
    config: Mapping[str, Any] = field(default_factory=dict)
    text: TextChoice = field(default_factory=TextChoice)
    watch: tuple[str, ...] = ()
    name: str = ""


def of(run: Run) -> TrainSettings:
    """The settings of a training run.

    Raises:
        BadInput: its settings cannot be read.
    """
    return typed_json.settings(TrainSettings, run.request()[1])


def moments(run: Run) -> list[Moment]:
    """What was seen of the watched words so far, one an epoch."""
    result = []
    for values in lines(run.folder / MOMENTS):
        with contextlib.suppress(KeyError, TypeError, ValueError, ArithmeticError):  # a line is damaged
            result.append(Moment.from_dict(values))
    return result


def decoded(run: Run) -> tuple[Decoded, ...]:
    """How the files of a run's text were decoded, as far as there is something to say; known when it has trained."""
    try:
        return tuple(typed_json.made(Decoded, one) for one in json.loads((run.folder / DECODED).read_bytes()))
    except typed_json.DAMAGED:
        return ()


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Train with the settings and leave the model folder in the run's result.

    Raises:
        EmbedLabError: as the text, the trainer and the writer do.
    """
    settings = typed_json.settings(TrainSettings, values)
    corpus = settings.text.open(run.folder)
    config = train.settings_of(settings.kind, settings.config)
    watcher = _Watcher(run, settings.watch, int(getattr(config, "epochs", 1)), on_progress)
    model = train.train(settings.kind, corpus, config, watcher, run.folder / CHECKPOINT)
    watcher.last(model)
    if said := [one for one in corpus.decoded if one.said and not settings.text.sample]:
        files.write_text(run.folder / DECODED, json.dumps(typed_json.plain(said[:MOST_DECODED])))
    train.with_title(model, settings.name or settings.text.title).save(run.result, overwrite=True)


class _Watcher:
    """Passes progress on, and writes down what becomes of the watched words at the ends of epochs."""

    def __init__(self, run: Run, watch: tuple[str, ...], epochs: int, on_progress: OnProgress) -> None:
        self.run, self.watch, self.on_progress = run, watch, on_progress
        self.every = -(-epochs // MOST_MOMENTS)
        self.before: Moment | None = None
        self.began, self.spent = time.monotonic(), 0.0
        self.epoch = 0

    def __call__(self, progress: Progress) -> None:
        self.on_progress(progress)
        self.epoch = max(self.epoch, progress.epoch)
        if progress.peek is None or progress.epoch % self.every:
            return
        if self.spent <= SLACK + SHARE * (time.monotonic() - self.began):
            self.look(progress.peek())

    def look(self, model: StaticModel) -> None:
        start, first = time.monotonic(), self.before is None
        self.watch = self.watch or tuple(telling_words(model))
        self.before = moment(model, self.watch, self.epoch, self.before)
        add_line(self.run.folder / MOMENTS, self.before.to_dict())
        self.spent += 0.0 if first else time.monotonic() - start

    def last(self, model: Model) -> None:
        """The finished model, if its last epoch was not looked at."""
        if isinstance(model, StaticModel) and (self.before is None or self.before.epoch < self.epoch):
            self.look(model)
