"""Checkpoints of a training, written every few minutes so that it survives a kill; safetensors and JSON, no pickle."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Tensor

from embedlab.base import files

TENSORS, STATE = "checkpoint.safetensors", "checkpoint.json"


@dataclass
class Checkpoint:
    """The state of a training, beside network and optimizer.

    Attributes:
        step: batches learned from so far.
        seconds: time that they took.
        loss: mean training loss since the last event.
        held_out: held-out loss when it was last measured.
        best_held_out: the lowest held-out loss.
        looks_without_gain: measurements since the lowest.
        best: the weights at the lowest.
    """

    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    held_out: float | None = None
    best_held_out: float | None = None
    looks_without_gain: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckpointFolder:
    """The folder of a training's checkpoint.

    Attributes:
        folder: replaced at every checkpoint; ``None`` for no checkpoints.
        mark: identifies text, vocabulary and settings; a checkpoint with another mark is not resumed but overwritten.
        every: seconds between two checkpoints.
    """

    folder: Path | None
    mark: str
    every: float

    def due(self, saved: float) -> bool:
        """Whether it is time for the next checkpoint."""
        return self.folder is not None and monotonic() - saved >= self.every

    def write(self, at: Checkpoint, learner: Any, optimizer: Any) -> None:
        """Write a checkpoint atomically: everything that the rest of the training depends on.

        Raises:
            BadInput: the folder exists and holds something that is no checkpoint.
            BadModel: the folder cannot be written.
        """
        from safetensors.torch import save_file

        if self.folder is None:
            return
        tensors: dict[str, Tensor] = {}
        plain = {
            "mark": self.mark,
            "at": {name: value for name, value in vars(at).items() if name != "best"},
            "optimizer": _taken_apart(optimizer.state_dict(), "optimizer", tensors),
        }
        for group, values in (("learner", learner.state_dict()), ("best", at.best), ("random", _random_states())):
            tensors |= {f"{group}/{name}": value for name, value in values.items()}
        tensors |= {f"carried/{i}": value for i, value in enumerate(learner.carried)}
        with files.atomic_folder(self.folder, _is_checkpoint) as made:
            save_file({name: value.detach().clone().contiguous() for name, value in tensors.items()}, made / TENSORS)
            (made / STATE).write_text(json.dumps(plain))

    def resume(self, learner: Any, optimizer: Any) -> Checkpoint | None:
        """Restore learner and optimizer from the checkpoint; ``None`` if there is none of this very training."""
        from safetensors.torch import load_file

        plain = self._read()
        if self.folder is None or plain.get("mark") != self.mark:
            return None
        device = next(learner.parameters()).device
        tensors = load_file(self.folder / TENSORS)
        learner.load_state_dict(_group(tensors, "learner"))
        optimizer.load_state_dict(_put_together(plain["optimizer"], tensors))
        learner.carried = tuple(value.to(device) for value in _group(tensors, "carried").values())
        _set_random_states(_group(tensors, "random"))
        best = {name: value.to(device) for name, value in _group(tensors, "best").items()}
        return Checkpoint(**plain["at"], best=best)

    def _read(self) -> dict[str, Any]:
        """The JSON part of the checkpoint; empty if there is none, or it is damaged."""
        if self.folder is None:
            return {}
        try:
            plain = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return plain if isinstance(plain, dict) else {}

    def clear(self) -> None:
        """Delete the checkpoint after the end of the training."""
        if self.folder is not None and _is_checkpoint(self.folder):
            shutil.rmtree(self.folder, ignore_errors=True)


def _is_checkpoint(folder: Path) -> bool:
    """Whether a folder holds a checkpoint and nothing else."""
    return files.holds_only(folder, (TENSORS, STATE))


def _random_states() -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    return states


def _set_random_states(states: dict[str, Tensor]) -> None:
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def _group(tensors: dict[str, Tensor], group: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{group}/"): tensors[name] for name in sorted(tensors) if name.startswith(f"{group}/")}


def _taken_apart(value: Any, path: str, tensors: dict[str, Tensor]) -> Any:
    """Convert a nested state to plain JSON: tensors move to ``tensors``; their path is left where they were."""
    if isinstance(value, Tensor):
        tensors[path] = value
        return {"tensor": path}
    if isinstance(value, dict):
        # keys may be numbers, which JSON objects cannot have
        return {"items": [[key, _taken_apart(item, f"{path}/{key}", tensors)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_taken_apart(item, f"{path}/{i}", tensors) for i, item in enumerate(value)]
    return value


def _put_together(value: Any, tensors: dict[str, Tensor]) -> Any:
    """The inverse of ``_taken_apart``."""
    if isinstance(value, dict):
        if "tensor" in value:
            return tensors[value["tensor"]]
        return {key: _put_together(item, tensors) for key, item in value["items"]}
    if isinstance(value, list):
        return [_put_together(item, tensors) for item in value]
    return value
