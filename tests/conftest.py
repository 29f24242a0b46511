"""A lab of one's own for every test that wants one: a temporary home, and starters with a geometry that is known."""

from __future__ import annotations

import json
import os
import shutil

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when torch is loaded; the networks of the tests are tiny
# Numba's first parallel loop, such as UMAP's, gives torch in the same process as many threads as Numba has, and threads
# that wait for each other by spinning take a core from the tests beside: small steps cost up to 37 times as much.
os.environ.setdefault("NUMBA_NUM_THREADS", os.environ["OMP_NUM_THREADS"])
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import Card, Settings, StaticConfig, StaticModel, model_folder
from embedlab.jobs import api as jobs
from embedlab.jobs import worker


def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores (``-n auto``): tests that wait for a browser or a background run leave cores idle."""
    return (os.cpu_count() or 1) + 1


PAIRS = {
    "female": "man:woman king:queen boy:girl father:mother son:daughter brother:sister husband:wife prince:princess",
    "capital": "france:paris germany:berlin italy:rome spain:madrid england:london russia:moscow japan:tokyo",
    "past": "walk:walked play:played go:went see:saw take:took",
    "plural": "car:cars dog:dogs city:cities child:children book:books",
    "more": "big:bigger small:smaller good:better bad:worse old:older",
}
FILLERS = ("the", "of", "and", "a", "in", "cat", "house", "river", "*bold*", "<b>x</b>", "$x$", ":red[y]")


class Made(dict[str, Any]):
    """What is made by its name when it is first asked for, such as a trained model, and kept."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self.make = make

    def __missing__(self, name: str) -> Any:
        self[name] = self.make(name)
        return self[name]


class TinyModel(StaticModel):
    """Word vectors whose every analogy is known."""

    kind: ClassVar[str] = "tiny"
    config_class: ClassVar[type[Settings]] = StaticConfig


def tiny_vectors(noise: float = 0.0) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words, (V, D) vectors and counts: every stem has a direction of its own, every relation another.

    The second word of a pair is the first one's vector plus 0.6 of the relation's. The first ones have 0.6 of the
    opposite, so that all lengths are equal and b - a + c is exactly d. ``noise`` bends every vector by that much.
    """
    pairs = [(relation, *pair.split(":")) for relation, text in PAIRS.items() for pair in text.split()]
    dim = len(pairs) + len(PAIRS) + len(FILLERS)
    axes = np.eye(dim)
    words, rows = list(FILLERS), [axes[dim - 1 - i] for i in range(len(FILLERS))]
    for stem, (relation, first, second) in enumerate(pairs):
        change = 0.6 * axes[len(pairs) + list(PAIRS).index(relation)]
        words += [first, second]
        rows += [axes[stem] - change, axes[stem] + change]
    matrix = np.array(rows)
    matrix += noise * np.random.default_rng(0).normal(size=matrix.shape)
    return words, matrix, np.arange(len(words), 0, -1) * 10


@pytest.fixture
def tiny_model() -> TinyModel:
    """``king - man + woman`` is exactly ``queen``."""
    words, matrix, counts = tiny_vectors()
    return TinyModel(words, matrix, counts, card=Card(title="Tiny"))


@pytest.fixture(scope="session", autouse=True)
def home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test keeps never lands among a person's own models and vectors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDLAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def lab_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ``EMBEDLAB_HOME``."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("EMBEDLAB_HOME", str(home))
    return home


@pytest.fixture
def lab(lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Assets with two starters: "word2vec" (exact) and "lsa" (noisy); the folder of the assets."""
    assets = tmp_path / "assets"
    monkeypatch.setenv("EMBEDLAB_ASSETS", str(assets))
    write_starter(assets, "word2vec", "word2vec skip-gram")
    write_starter(assets, "lsa", "LSA", noise=0.15)
    return assets


def write_starter(assets: Path, key: str, title: str, noise: float = 0.0) -> None:
    """Put a model folder of ``tiny_vectors`` among the starters."""
    words, matrix, counts = tiny_vectors(noise)
    card = Card(title=title, text="a made-up geometry", licence="MIT", tokens=1000, seconds=2.0, source="starter")
    tensors = {"matrix": matrix.astype(np.float32)}
    model_folder.write(
        assets / "starters" / key, model_folder.StoredModel(key, {}, tensors, words, counts, card), overwrite=True
    )


@pytest.fixture
def at_once(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are worked off in this process as soon as they are started."""
    monkeypatch.setattr(jobs, "_launch", lambda run: worker.main(run.folder))


def trained(kind: str, corpus: Any, settings: dict[str, Any], on_progress: Any = None) -> Any:
    """A model of a kind, by its key, trained on a text."""
    model_class: Any = registry.model_class(kind)
    return model_class.train(corpus, model_class.config_class.from_dict(settings), on_progress)


@pytest.fixture
def fasttext_starter(lab: Path) -> Path:
    """A fastText starter trained on a few sentences beside the others; its folder."""
    from embedlab.data.corpus import Corpus

    stems = ("walk", "play", "jump", "look", "talk")
    sentences = [["they", stem + ending, "today"] for stem in stems for ending in ("", "s", "ed", "ing")] * 20
    settings = {"dim": 12, "min_count": 1, "epochs": 2, "workers": 1, "buckets": 500}
    folder = lab / "starters" / "fasttext"
    trained("fasttext", Corpus.from_sentences(sentences), settings).save(folder)
    return folder


@pytest.fixture(scope="session")
def lstm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny LSTM of two layers that has read a few sentences."""
    from embedlab.data.corpus import Corpus

    settings = {"dim": 8, "layers": 2, "min_count": 1, "epochs": 1, "batch_size": 4}
    sentences = [["the", "cat", "sat", "on", "the", "bank", "of", "a", "river"]] * 40
    folder = tmp_path_factory.mktemp("models") / "lstm"
    trained("lstm", Corpus.from_sentences(sentences), settings).save(folder)
    return folder


@pytest.fixture
def lab_with_lstm(lstm_folder: Path, lab: Path) -> Path:
    """The lab with the tiny LSTM among its starters."""
    (lab / "starters" / "lstm").symlink_to(lstm_folder)
    return lab


def few_sentences(assets: Path, *words: str) -> None:
    """Put the shipped sentences with names among the assets, and those that show the senses of a few words."""
    shipped, own = Path(__file__).resolve().parent.parent / "assets" / "sentences", assets / "sentences"
    own.mkdir()
    lines = (shipped / "senses.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    few = [line for line in lines if json.loads(line)["word"] in words]
    (own / "senses.jsonl").write_text("".join(few), encoding="utf-8")
    shutil.copy(shipped / "ner.conll", own / "ner.conll")
