"""Every recipe of the starters, end to end on a tiny text: made, killed and gone on with, made again."""

from __future__ import annotations

import dataclasses
import lzma
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import registry
from embedlab.base import Model, Progress, paths
from embedlab.data.datasets import load_sample
from embedlab.models.elmo import initialization
from embedlab.training import checkpoints, loop
from embedlab.workflows import train
from embedlab.workflows.train import Recipe

RECIPES = sorted(path.stem for path in (paths.assets() / "recipes").glob("*.toml"))
STATIC: dict[str, Any] = {"dim": 8, "max_words": 200, "min_count": 1}
NEURAL: dict[str, Any] = {"max_words": 200, "min_count": 1, "epochs": 1, "batch_size": 8}
SMALL: dict[str, dict[str, Any]] = {
    "one_hot": {"max_words": 200, "min_count": 1}, "lsa": STATIC, "glove": STATIC | {"epochs": 2},
    "word2vec": STATIC | {"epochs": 1}, "fasttext": STATIC | {"epochs": 1, "buckets": 500},
    "ngram": {"max_words": 200, "min_count": 1},
    "nnlm": NEURAL | {"dim": 8, "hidden": 8, "samples": 50}, "cw": NEURAL | {"dim": 8, "hidden": 8},
    "lstm": NEURAL | {"dim": 8, "layers": 1, "samples": 50, "stretch": 10},
    "char_lstm": NEURAL | {"dim": 8, "hidden": 8, "stretch": 20},
    "elmo": NEURAL | {"dim": 8, "hidden": 8, "filters": "1x4 2x8", "samples": 50, "stretch": 10, "skipgram_epochs": 1},
    "flair": NEURAL | {"dim": 8, "hidden": 8, "stretch": 20},
    "bert": NEURAL | {"shape": "tiny", "sequence": 16, "skipgram_epochs": 1},
}  # fmt: skip
TELLING = ("elmo", "flair", "flair_company", "bert", "bert_further", "lstm")
"""Those whose losses are followed through a kill and a second training."""


class Killed(Exception):
    """The training is stopped here."""


def shrunk(name: str, folder: Path) -> Recipe:
    """The recipe with a network of a few numbers, and a tiny text in each of its files."""
    recipe = train.read(paths.assets() / "recipes" / f"{name}.toml")
    known = {item.name for item in dataclasses.fields(recipe.settings)}
    changes = {key: value for key, value in SMALL[recipe.kind].items() if key in known}
    settings = train.settings_of(recipe.kind, recipe.settings.to_dict() | changes)
    sentences = [" ".join(words) + "." for words in islice(load_sample("kingdom"), 240)]
    for number, source in enumerate(recipe.sources):
        part = sentences[number :: len(recipe.sources)]
        (folder / source.file).write_bytes(lzma.compress("\n".join(part).encode()))
    return dataclasses.replace(recipe, settings=settings)


def begun(recipe: Recipe, folder: Path) -> Model | None:
    """What a recipe goes on from, as its own recipe makes it."""
    if not recipe.begin:
        return None
    first = shrunk(Path(recipe.begin).stem, folder)
    return train.make(first, folder, folder / first.name / recipe.begin, begin=begun(first, folder))


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """ELMo's letters are fitted in a few steps."""
    monkeypatch.setattr(initialization, "fit", partial(initialization.fit, steps=5))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_makes_a_model_that_says_where_it_comes_from(name: str, tmp_path: Path) -> None:
    recipe = shrunk(name, tmp_path)
    train.make(recipe, tmp_path, tmp_path / "out", begin=begun(recipe, tmp_path))
    model = registry.load_model(tmp_path / "out")
    assert (model.kind, model.card.title, model.card.source) == (recipe.kind, recipe.title, "starter")
    assert model.card.tokens > 500
    for source in recipe.sources:
        assert source.text in model.card.text and source.licence in model.card.licence
        assert source.attribution in model.card.attribution


@pytest.mark.parametrize("name", TELLING)
def test_a_recipe_goes_on_after_a_kill_with_the_losses_of_an_unbroken_training(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "TELL_EVERY", 0.0)
    monkeypatch.setattr(checkpoints.CheckpointFolder, "due", lambda self, saved: self.folder is not None)
    recipe = shrunk(name, tmp_path)
    begin = begun(recipe, tmp_path)
    losses: list[dict[int, float]] = []

    def made(out: str, kill_after: int = 0) -> None:
        def tell(event: Progress) -> None:
            if event.phase == "training" and event.loss is not None:
                losses[-1][event.step] = event.loss
                if len(losses[-1]) == kill_after:
                    raise Killed

        losses.append({})
        train.make(recipe, tmp_path, tmp_path / out, tell, begin)

    made("one")
    made("two")
    assert losses[0] == losses[1] and len(losses[0]) > 4
    with pytest.raises(Killed):
        made("three", kill_after=len(losses[0]) // 2)
    made("three")
    assert 0 < len(losses[3]) < len(losses[0])
    assert losses[2] | losses[3] == pytest.approx(losses[0])
    first, last = registry.load_model(tmp_path / "one").tensors(), registry.load_model(tmp_path / "three").tensors()
    for key, array in first.items():
        np.testing.assert_array_equal(array, last[key])


def test_a_recipe_that_keeps_a_share_of_what_it_began_with_makes_the_mean(tmp_path: Path) -> None:
    recipe = shrunk("bert_likeness", tmp_path)
    begin = begun(recipe, tmp_path)
    assert begin is not None and recipe.keep == 0.4
    kept = train.make(recipe, tmp_path, tmp_path / "kept", begin=begin)
    whole = train.make(dataclasses.replace(recipe, keep=0.0), tmp_path, tmp_path / "whole", begin=begin)
    before, after = begin.tensors(), whole.tensors()
    for name, array in kept.tensors().items():
        np.testing.assert_allclose(array, 0.4 * before[name] + 0.6 * after[name], atol=1e-6)
    assert any(np.abs(after[name] - array).max() > 1e-4 for name, array in before.items())
