"""What every model made of one network promises: a killed training goes on and ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import Progress
from embedlab.data.corpus import Corpus
from embedlab.training import checkpoints, loop

TEXT = [["the", word, "sleeps", "on", "a", color, "bed"] for word in ("cat", "dog", "cow") for color in ("red", "blue")]
COMMON: dict[str, Any] = {"min_count": 1, "epochs": 4, "batch_size": 4, "seed": 3}
KINDS: dict[str, dict[str, Any]] = {
    "nnlm": COMMON | {"dim": 4, "hidden": 5, "n": 3, "samples": 3, "batch_size": 16},
    "cw": COMMON | {"dim": 4, "hidden": 5, "window": 3, "batch_size": 16, "learning_rate": 0.02},
    "lstm": COMMON | {"dim": 8, "layers": 2, "dropout": 0.3, "stretch": 7},
    "char_lstm": COMMON | {"dim": 4, "hidden": 8, "stretch": 12},
    "elmo": COMMON | {"dim": 4, "hidden": 6, "filters": "1x4 2x4", "samples": 5, "stretch": 12},
    "flair": COMMON | {"dim": 4, "hidden": 8, "stretch": 20, "batch_size": 8},
    "bert": COMMON | {"sequence": 16, "skipgram_epochs": 1},
}


class Killed(Exception):
    pass


def text() -> Corpus:
    return Corpus.from_sentences(TEXT * 8, name="beds")


def weights(model: Any) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = model.tensors()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_training_ends_with_the_same_weights(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model_class: Any = registry.model_class(kind)
    config = model_class.config_class.from_dict(KINDS[kind])
    monkeypatch.setattr(loop, "TELL_EVERY", 0.0)
    events: list[Progress] = []
    unbroken = weights(model_class.train(text(), config, events.append))
    told = [event for event in events if event.phase == "training"]
    monkeypatch.setattr(checkpoints.CheckpointFolder, "due", lambda self, saved: self.folder is not None)
    heard: list[Progress] = []

    def die(event: Progress) -> None:
        heard.append(event)
        if event.phase == "training" and event.step >= told[len(told) * 5 // 8].step:  # in the middle of an epoch
            raise Killed

    with pytest.raises(Killed):
        model_class.train(text(), config, die, tmp_path / "checkpoint")
    stopped = heard[-1].step
    assert stopped % (heard[-1].total / config.epochs) > 0
    heard.clear()
    resumed = weights(model_class.train(text(), config, heard.append, tmp_path / "checkpoint"))
    assert next(event.step for event in heard if event.phase == "training") >= stopped
    assert not (tmp_path / "checkpoint").exists()
    again = weights(model_class.train(text(), config))
    for name, weight in unbroken.items():
        np.testing.assert_array_equal(resumed[name], weight)
        np.testing.assert_array_equal(again[name], weight)
