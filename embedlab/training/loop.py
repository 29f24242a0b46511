"""The training loop of all networks, on a processor, a GPU or several of them.

It knows no model: a ``Learner`` turns a batch into a loss, ``Examples`` give the batches. Accelerate handles devices,
mixed precision and several processes (``accelerate launch -m embedlab train ...``).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, cast

import torch
from accelerate import Accelerator, DataLoaderConfiguration, PartialState, skip_first_batches
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from embedlab.base import LossPart, OnProgress, Progress, StaticModel
from embedlab.base.settings import NeuralConfig
from embedlab.training.batches import BatchOrder, Examples, as_it_is
from embedlab.training.checkpoints import Checkpoint, CheckpointFolder

LOOK_EVERY = 2_000_000
"""Tokens after which the held-out loss is measured, if an epoch is longer."""
SAVE_EVERY = 180.0
"""Seconds between two checkpoints."""
TELL_EVERY = 1.0
"""Seconds between two Progress events."""
Losses = list[float]
"""A mean loss, followed by the parts that make it up."""


class Learner(nn.Module):
    """A network with its loss: ``forward(*batch)`` gives the mean loss of a token, in nats.

    Attributes:
        carried: state that is carried from one batch to the next, such as an LSTM's; part of checkpoints.
        parts: names, for people, of the losses that make up the loss; empty if there is only one.
        apart: (len(parts),) those losses of the last batch; ``forward`` leaves them here.
    """

    carried: tuple[Tensor, ...] = ()
    parts: tuple[str, ...] = ()
    apart: Tensor | None = None


@dataclass(frozen=True)
class Task:
    """What to train, and on what.

    Attributes:
        learner: network and loss.
        examples: the training examples.
        held_out: examples to measure the held-out loss on, or ``None``.
        unit: what a token is, in words for people.
        units_per_word: tokens that make up a word, if the loss is the log-probability of the text.
        peek: builds a snapshot of the model for ``Progress.peek``.
        mark: identifies text, vocabulary and settings; a checkpoint with another mark is not resumed.
    """

    learner: Learner
    examples: Examples
    held_out: Examples | None = None
    unit: str = "words"
    units_per_word: float | None = None
    peek: Callable[[], StaticModel] | None = None
    mark: str = ""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a training; the learner then holds the best weights, or without early stopping the last ones.

    Attributes:
        loss: last mean training loss, in nats a token.
        held_out: best held-out loss, ``None`` if no text was held out.
        tokens: predictions learned from, in all epochs together.
        seconds: wall-clock time without interruptions.
        epochs: finished epochs.
    """

    loss: float
    held_out: float | None
    tokens: int
    seconds: float
    epochs: int

    @property
    def measured(self) -> float:
        """The loss for the model's card: the held-out loss if there is one."""
        return self.loss if self.held_out is None else self.held_out


def fit(
    task: Task,
    config: NeuralConfig,
    on_progress: OnProgress | None = None,
    checkpoints: Path | None = None,
    *,
    save_every: float | None = None,
) -> Outcome:
    """Train until all epochs are done or the held-out loss falls no more.

    With the same seed on one machine the weights are the same, also after an interruption.

    Args:
        task: what to train.
        config: epochs, learning rate and so on; a batch is shared by the processes that ``accelerate launch`` started.
        on_progress: called about once a second and at the end of every epoch; an error in it stops the training.
        checkpoints: folder for the state of the training, from which a call with the same task continues after a kill;
            deleted at the end. ``None`` for no checkpoints.
        save_every: seconds between two checkpoints; ``None`` for ``EMBEDLAB_SAVE_EVERY``, else three minutes.

    Raises:
        BadSetting: the batch cannot be split evenly among the processes.
    """
    seconds = save_every if save_every is not None else float(os.environ.get("EMBEDLAB_SAVE_EVERY") or SAVE_EVERY)
    run = _Run(task, config, on_progress, CheckpointFolder(checkpoints, task.mark, seconds))
    with torch.random.fork_rng():
        return run.all()


class _Run:
    """One training; its state is kept in ``checkpoints``."""

    def __init__(
        self, task: Task, config: NeuralConfig, on_progress: OnProgress | None, checkpoints: CheckpointFolder
    ) -> None:
        self.task, self.config, self.on_progress, self.checkpoints = task, config, on_progress, checkpoints
        self.accelerator = Accelerator(
            mixed_precision=_precision(config), dataloader_config=DataLoaderConfiguration(split_batches=True)
        )
        self.order = BatchOrder(task.examples, config, self.accelerator.num_processes)
        self.weights = [weight for weight in task.learner.parameters() if weight.requires_grad]
        self.optimizer, self.learner, self.batches = self._prepared()
        self.per_epoch, self.per_batch = len(self.order), self.order.batch_size * task.examples.tokens
        self.look_every = max(1, LOOK_EVERY // self.per_batch)
        self.at = Checkpoint()
        self.began = self.told = self.saved = monotonic()
        self.told_step, self.count = 0, 0
        self.sums = torch.zeros(1 + len(task.learner.parts), device=self.accelerator.device)
        self.looked: Losses | None = None

    def _prepared(self) -> tuple[Any, Any, Any]:
        optimizer = torch.optim.AdamW(
            self.weights, self.config.learning_rate, weight_decay=self.config.weight_decay, fused=True
        )
        self.clear = optimizer.zero_grad  # the wrapper of Accelerate inspects its signature at every step
        loader: DataLoader[Any] = DataLoader(
            cast("Dataset[Any]", self.task.examples),
            batch_sampler=cast("Any", self.order),
            collate_fn=cast("Any", as_it_is),
            generator=torch.Generator(),  # the loader draws a number every epoch; it must not come from dropout's
        )
        moved = self.accelerator.device.type != "cpu"  # asking whether to move a batch costs a millisecond
        learner, optimizer, loader = self.accelerator.prepare(
            self.task.learner, optimizer, loader, device_placement=[True, True, moved]
        )
        return optimizer, learner, loader

    def all(self) -> Outcome:
        """Train all epochs, from the beginning or from the checkpoint."""
        torch.manual_seed(self.config.seed)
        self.clear()  # gradients of an earlier training, such as that of the initial vectors
        self.at = self.checkpoints.resume(self.task.learner, self.optimizer) or self.at
        self.told_step = self.at.step
        self.began -= self.at.seconds
        while self.at.step < self.config.epochs * self.per_epoch and not self._enough():
            self._epoch(self.at.step // self.per_epoch)
        if self.at.best:
            self.task.learner.load_state_dict(self.at.best)
        self.task.learner.carried = ()
        if self.accelerator.is_main_process:
            self.checkpoints.clear()
        seconds, epochs = monotonic() - self.began, self.at.step // self.per_epoch
        return Outcome(self.at.loss, self.at.best_held_out, self.at.step * self.per_batch, seconds, epochs)

    def _enough(self) -> bool:
        return bool(self.config.patience) and self.at.looks_without_gain >= self.config.patience

    def _epoch(self, epoch: int) -> None:
        self.order.epoch = epoch
        done = self.at.step - epoch * self.per_epoch
        if not done:
            self.task.learner.carried = ()
        for batch in skip_first_batches(self.batches, done) if done else self.batches:
            self._step(batch)
            last = self.at.step == (epoch + 1) * self.per_epoch
            if last or self.at.step % self.look_every == 0:
                self._look()
            if last or monotonic() - self.told >= TELL_EVERY:
                self._tell(ended=last)
            if self.accelerator.is_main_process and self.checkpoints.due(self.saved):
                self.at.seconds = monotonic() - self.began
                self.checkpoints.write(self.at, self.task.learner, self.optimizer)
                self.saved = monotonic()
            if self._enough():
                return

    def _step(self, batch: Sequence[Tensor]) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.config, self.at.step / (self.config.epochs * self.per_epoch))
        loss = self.learner(*batch)  # Accelerate has put mixed precision into the learner's forward
        self.accelerator.backward(loss)
        if self.config.clip:
            self.accelerator.clip_grad_norm_(self.weights, self.config.clip)
        self.optimizer.step()
        self.clear()
        self.at.step += 1
        self.sums += _with_parts(self.task.learner, loss)
        self.count += 1

    def _look(self) -> None:
        """Measure the held-out loss; keep the weights if they are the best so far."""
        if self.task.held_out is None:
            return
        self.looked = mean_losses(
            self.task.learner, self.task.held_out, self.config.batch_size, self.accelerator.device
        )
        self.at.held_out = self.looked[0]
        if self.at.best_held_out is None or self.at.held_out < self.at.best_held_out:
            self.at.best_held_out, self.at.looks_without_gain = self.at.held_out, 0
            if self.config.patience:
                self.at.best = {name: value.detach().clone() for name, value in self.task.learner.state_dict().items()}
        else:
            self.at.looks_without_gain += 1

    def _tell(self, *, ended: bool) -> None:
        self.at.loss, *parts = (self.sums / max(self.count, 1)).tolist()
        self.sums.zero_()
        self.count = 0
        unseen = self.looked[1:] if self.looked else [None] * len(parts)
        now, total = monotonic(), self.config.epochs * self.per_epoch
        speed = (self.at.step - self.told_step) * self.per_batch / max(now - self.told, 1e-9)
        self.told, self.told_step = now, self.at.step
        if self.on_progress is not None and self.accelerator.is_main_process:
            self.on_progress(
                Progress(
                    self.at.step * self.per_batch,
                    total * self.per_batch,
                    loss=self.at.loss,
                    held_out=self.looked[0] if self.looked else None,
                    tokens_per_second=speed,
                    eta=(now - self.began) * (total - self.at.step) / self.at.step,
                    epoch=self.at.step // self.per_epoch,
                    unit=self.task.unit,
                    units_per_word=self.task.units_per_word,
                    parts=tuple(map(LossPart, self.task.learner.parts, parts, unseen)),
                    peek=self.task.peek if ended else None,
                )
            )
        self.looked = None


def first_process() -> bool:
    """Whether this is the process that writes results, among those that ``accelerate launch`` started."""
    return bool(PartialState().is_main_process)


def rate(config: NeuralConfig, done: float) -> float:
    """Learning rate at a share ``done`` of the training, 0 to 1: a linear warm-up, then the schedule's decay."""
    if done < config.warmup:
        return config.learning_rate * (done + 1e-3) / (config.warmup + 1e-3)
    left = (1 - done) / max(1 - config.warmup, 1e-9)
    falls = {"cosine": (1 - math.cos(math.pi * left)) / 2, "linear": left, "constant": 1.0}
    return config.learning_rate * max(falls[config.schedule], 0.01)


@torch.no_grad()
def mean_losses(learner: Learner, examples: Examples, batch_size: int, device: torch.device | str = "cpu") -> Losses:
    """Mean loss of a token over examples, and its parts, without dropout; the carried state is not changed."""
    training, carried, learner.carried = learner.training, learner.carried, ()
    batch_size = examples.lanes or batch_size
    learner.eval()
    total = torch.zeros(1 + len(learner.parts), device=device)
    for first in range(0, len(examples), batch_size):
        rows = range(first, min(first + batch_size, len(examples)))
        loss = learner(*(part.to(device) for part in examples.__getitems__(rows)))
        total += _with_parts(learner, loss) * len(rows)
    learner.train(training)
    learner.carried = carried
    result: Losses = (total / len(examples)).tolist()
    return result


def _with_parts(learner: Learner, loss: Tensor) -> Tensor:
    """The loss followed by its parts, (1 + len(parts),)."""
    return loss.detach()[None] if learner.apart is None else torch.cat([loss.detach()[None], learner.apart.detach()])


def _precision(config: NeuralConfig) -> str:
    if config.precision == "float32" or not torch.cuda.is_available():
        return "no"
    return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
