"""Several processes train one network: `accelerate launch -m embedlab train ...` on two CPU processes.

One kind each time, the others by hand (``pytest -m slow tests/training/test_accelerate.py``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.data.datasets import load_sample

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"epochs": 1, "batch_size": 16, "dropout": 0.0}
SETTINGS: dict[str, dict[str, object]] = {
    "lstm": COMMON | {"dim": 8, "layers": 1, "max_words": 200, "stretch": 10},
    "elmo": COMMON | {"dim": 8, "hidden": 16, "filters": "1x8 2x8", "max_words": 200, "stretch": 10, "samples": 0},
    "flair": COMMON | {"dim": 8, "hidden": 16, "stretch": 20},
    "bert": COMMON | {"shape": "tiny", "max_words": 200, "sequence": 24},
}


TOGETHER = tuple(kind for kind in SETTINGS if kind != "lstm")
"""Kinds that are trained by the same two processes; the LSTM by the command in assets/help/terminal.md."""


def command(corpus: Path, out: Path, kind: str = "lstm", **changes: object) -> list[str]:
    values = [part for name, value in (SETTINGS[kind] | changes).items() for part in ("--set", f"{name}={value}")]
    return ["train", kind, "--corpus", str(corpus), "--out", str(out), *values]


def launch(*arguments: str) -> subprocess.CompletedProcess[str]:
    """``--multi_gpu`` is Accelerate's name for torchrun; ACCELERATE_USE_CPU puts its processes on processors."""
    accelerate = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines", "1"]
    two = [*accelerate, "--num_processes", "2", "--mixed_precision", "no", "--dynamo_backend", "no", "-m", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    return subprocess.run(two, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = tmp_path_factory.mktemp("text") / "text.txt"
    text.write_text("\n".join(" ".join(s) + "." for s, _ in zip(load_sample("kingdom"), range(1500), strict=False)))
    return text


def as_one_process_does(corpus: Path, two: Path, kind: str) -> None:
    """The model in a folder is the one that this process makes."""
    assert main(command(corpus, two.parent / f"{kind}-by-one", kind)) == 0
    first, second = registry.load_model(two.parent / f"{kind}-by-one"), registry.load_model(two)
    assert first.words == second.words
    assert first.card.loss is not None and second.card.loss is not None
    assert abs(first.card.loss - second.card.loss) < 0.05
    np.testing.assert_allclose(first.next([first.vocabulary[9]]), second.next([first.vocabulary[9]]), atol=0.02)


def test_two_processes_train_one_model_as_one_process_does(corpus: Path, tmp_path: Path) -> None:
    two = launch("embedlab", *command(corpus, tmp_path / "two"))
    assert two.returncode == 0, two.stderr[-2000:]
    assert two.stdout.count("running words") == 1  # one of them reports, one writes
    as_one_process_does(corpus, tmp_path / "two", "lstm")


@pytest.mark.slow
def test_every_kind_of_network_learns_in_two_processes(corpus: Path, tmp_path: Path) -> None:
    commands = [command(corpus, tmp_path / kind, kind) for kind in TOGETHER]
    two = launch("tests.launched", json.dumps(commands))
    assert two.returncode == 0, two.stderr[-2000:]
    assert two.stdout.count("running words") == len(TOGETHER)
    for kind in TOGETHER:
        as_one_process_does(corpus, tmp_path / kind, kind)


def test_a_batch_that_cannot_be_shared_is_explained(tmp_path: Path) -> None:
    corpus = tmp_path / "text.txt"
    corpus.write_text("one two three four five six.\n" * 200)
    run = launch("embedlab", *command(corpus, tmp_path / "m", batch_size=3, min_count=1))
    assert run.returncode != 0
    assert "Set batch_size to a multiple of 2" in run.stderr
