"""Published ELMo weights: equal to a plain forward pass, whatever the grouping; damaged files are refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from embedlab import registry
from embedlab.base import BadInput, BadModel
from embedlab.models.elmo.model import Elmo
from tests.models.elmo.elmo_reference import OPTIONS, Reference, write

SENTENCES = [
    ["The", "harbor", "lay", "quiet", "."],
    ["Gulls"],
    ["x" * 100_000, "é" * 30, "日本語", "\x00\x07", "", "\ud800a", "👩‍👩‍👧", "<S>"],
    [],
    ["the", "old", "man", "mended", "a", "net", "by", "the", "wall", "by", "the", "tide"],
    ["the"] * 7,
]


def options(skip: bool = True, activation: str = "relu") -> dict:
    made = copy.deepcopy(OPTIONS)
    made["lstm"]["use_skip_connections"], made["char_cnn"]["activation"] = skip, activation
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write(tmp_path_factory.mktemp("elmo"), OPTIONS)


@pytest.fixture(scope="module")
def model(files: tuple[Path, Path]) -> Elmo:
    return Elmo.from_published(*files)


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_vectors_equal_a_plain_forward_pass(tmp_path: Path, skip: bool, activation: str) -> None:
    chosen = options(skip, activation)
    files = write(tmp_path, chosen, seed=3)
    model, plain = Elmo.from_published(*files), Reference(chosen, files[1])
    assert model.layers == ["tokens", "lstm1", "lstm2"]
    for sentence, found in zip(SENTENCES, model.encode(SENTENCES), strict=True):
        assert found.shape == (3, len(sentence), 12)
        assert found.dtype == np.float32
        if sentence:
            np.testing.assert_allclose(found, plain.sentence(sentence), atol=1e-5)


@pytest.mark.parametrize("skip", [True, False])
def test_states_are_carried_from_call_to_call_row_by_row(tmp_path: Path, skip: bool) -> None:
    chosen = options(skip)
    files = write(tmp_path, chosen, seed=4)
    model, plain = Elmo.from_published(*files, stateful=True), Reference(chosen, files[1])
    assert not model.repeatable
    calls = [SENTENCES, SENTENCES[::-1], SENTENCES[:2], [["more"]] * 8]
    for number, call in enumerate(calls):
        for row, (sentence, found) in enumerate(zip(call, model.encode(call), strict=True)):
            if sentence:
                np.testing.assert_allclose(found, plain.sentence(sentence, row), atol=1e-5, err_msg=f"call {number}")
    assert not np.allclose(model.encode([["tide"]])[0], plain.sentence(["tide"]), atol=1e-3)
    model.forget()
    np.testing.assert_allclose(model.encode([["tide"]])[0], plain.sentence(["tide"]), atol=1e-5)


def test_clipping_was_at_work(files: tuple[Path, Path]) -> None:
    free = copy.deepcopy(OPTIONS)
    free["lstm"]["cell_clip"] = free["lstm"]["proj_clip"] = 100.0
    bound, unbound = (Reference(one, files[1]).sentence(SENTENCES[0]) for one in (OPTIONS, free))
    assert np.abs(bound - unbound).max() > 0.05


def test_without_highway_layers_and_clips(tmp_path: Path) -> None:
    chosen = options()
    chosen["char_cnn"]["n_highway"], chosen["lstm"]["cell_clip"], chosen["lstm"]["proj_clip"] = 0, 1e9, 1e9
    files = write(tmp_path, chosen)
    expected = Reference(chosen, files[1]).sentence(SENTENCES[0])
    chosen["lstm"]["cell_clip"] = chosen["lstm"]["proj_clip"] = None
    files[0].write_text(json.dumps(chosen))
    np.testing.assert_allclose(Elmo.from_published(*files).encode(SENTENCES[:1])[0], expected, atol=1e-5)
    del chosen["lstm"]["cell_clip"], chosen["lstm"]["proj_clip"], chosen["char_cnn"]["n_highway"]
    files[0].write_text(json.dumps(chosen))
    np.testing.assert_allclose(Elmo.from_published(*files).encode(SENTENCES[:1])[0], expected, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("sparing", [True, False])
@pytest.mark.parametrize(("hidden", "filters"), [(6, 5), (10, 2), (6, 2)])
def test_projections_that_change_no_width_may_be_left_out(
    tmp_path: Path, hidden: int, filters: int, sparing: bool, layers: int
) -> None:
    """Of 6 filters 6 numbers are made without a projection; a clip of 0.05 would be seen."""
    chosen = options()
    chosen["lstm"] |= {"dim": hidden, "n_layers": layers, "proj_clip": 0.05}
    chosen["char_cnn"]["filters"] = [[1, 1], [2, 3], [3, filters]]
    files = write(tmp_path, chosen, seed=5, sparing=sparing)
    model, plain = Elmo.from_published(*files), Reference(chosen, files[1])
    for sentence, found in zip(SENTENCES, model.encode(SENTENCES), strict=True):
        if sentence:
            np.testing.assert_allclose(found, plain.sentence(sentence), atol=1e-5)
    model.save(tmp_path / "m")
    back = registry.load_model(tmp_path / "m")
    np.testing.assert_array_equal(back.encode(SENTENCES[:1])[0], model.encode(SENTENCES[:1])[0])  # type: ignore[attr-defined]


def test_one_projection_of_several_is_missed(tmp_path: Path) -> None:
    chosen = options()
    chosen["lstm"]["dim"] = 6
    files = write(tmp_path, chosen)
    name = "RNN_1/RNN/MultiRNNCell/Cell0/LSTMCell/W_P_0"
    with h5py.File(files[1], "a") as file:
        del file[name]
    with pytest.raises(BadModel, match=f"lacks '{name}'"):
        Elmo.from_published(*files)


def test_order_batches_and_layers_make_no_difference(model: Elmo) -> None:
    many = SENTENCES * 9
    together = model.encode(many)
    for one, sentence in zip(together, many, strict=True):
        np.testing.assert_allclose(one, model.encode([sentence])[0], atol=1e-5)
    for one, again in zip(together, model.encode(many), strict=True):
        np.testing.assert_array_equal(one, again)
    for one, chosen in zip(together, model.encode(many, ["lstm2", "tokens"]), strict=True):
        np.testing.assert_allclose(chosen, one[[2, 0]], atol=1e-6)
    for one, chosen in zip(together, model.encode(many, ["tokens"]), strict=True):
        np.testing.assert_allclose(chosen, one[:1], atol=1e-6)


def test_words_own_vectors_are_the_same_everywhere_and_others_are_not(model: Elmo) -> None:
    one, two = model.encode([["a", "river", "bank"], ["bank", "of", "spain"]])
    np.testing.assert_allclose(one[0, 2], two[0, 0], atol=1e-6)
    np.testing.assert_array_equal(one[0, 2, :6], one[0, 2, 6:])
    assert not np.allclose(one[1, 2], two[1, 0], atol=1e-2)


def test_what_stands_behind_a_word_changes_only_the_backward_half(model: Elmo) -> None:
    one, two = model.encode([["a", "b", "c"], ["a", "b", "d"]])
    np.testing.assert_allclose(one[:, 1, :6], two[:, 1, :6], atol=1e-6)
    assert not np.allclose(one[1:, 1, 6:], two[1:, 1, 6:], atol=1e-3)


def test_a_published_model_is_saved_in_our_own_form(model: Elmo, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    back = registry.load_model(tmp_path / "m")
    assert (back.config, back.card, back.card.source) == (model.config, model.card, "published")
    for one, two in zip(model.encode(SENTENCES), back.encode(SENTENCES), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_published_model_says_that_it_predicts_nothing(model: Elmo) -> None:
    for one in (model, model.forward, model.backward):
        assert one.vocabulary == []
        for call in (lambda m: m.next(["a"]), lambda m: m.score(["a"]), lambda m: m.score([])):
            with pytest.raises(BadInput, match="without its vocabulary"):
                call(one)


def test_a_truncated_file_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    whole = files[1].read_bytes()
    for share in (0, 0.3, 0.9):
        short = tmp_path / "short.hdf5"
        short.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadModel, match="cannot be read as hdf5"):
            Elmo.from_published(files[0], short)
    with pytest.raises(BadModel, match="cannot be read as hdf5"):
        Elmo.from_published(files[0], tmp_path / "nowhere.hdf5")
    with pytest.raises(BadModel, match="cannot be read as hdf5"):
        Elmo.from_published(files[0], files[0])


@pytest.mark.parametrize(
    "name", ["char_embed", "CNN/W_cnn_1", "CNN_proj/b_proj", "RNN_1/RNN/MultiRNNCell/Cell1/LSTMCell/W_P_0"]
)
def test_a_missing_or_wrong_tensor_is_named(tmp_path: Path, name: str) -> None:
    paths = write(tmp_path, OPTIONS)
    with h5py.File(paths[1], "a") as file:
        values = file[name][()]
        del file[name]
        file[name] = values[..., :-1]
    with pytest.raises(BadModel, match=f"{name}.*shape"):
        Elmo.from_published(*paths)
    with h5py.File(paths[1], "a") as file:
        del file[name]
        file[name] = np.full_like(values, np.nan)
    with pytest.raises(BadModel, match=f"{name}.*finite"):
        Elmo.from_published(*paths)
    with h5py.File(paths[1], "a") as file:
        del file[name]
    with pytest.raises(BadModel, match=f"lacks '{name}'"):
        Elmo.from_published(*paths)


@pytest.mark.parametrize("place", ["lstm", "lstm.dim", "lstm.use_skip_connections", "char_cnn.embedding.dim"])
def test_a_missing_option_is_named(files: tuple[Path, Path], tmp_path: Path, place: str) -> None:
    chosen = options()
    inside = chosen
    *way, last = place.split(".")
    for key in way:
        inside = inside[key]
    del inside[last]
    path = tmp_path / "options.json"
    path.write_text(json.dumps(chosen))
    with pytest.raises(BadModel, match=f"lacks '{place}"):
        Elmo.from_published(path, files[1])


@pytest.mark.parametrize(
    "change",
    [
        {"lstm": {"dim": "many"}},
        {"lstm": {"n_layers": 0}},
        {"lstm": {"dim": 10**9}},
        {"char_cnn": {"filters": [[1]]}},
        {"char_cnn": {"filters": 7}},
        {"char_cnn": {"activation": "gelu"}},
        {"char_cnn": {"n_characters": 60}},
        {"char_cnn": {"max_characters_per_token": 2}},
    ],
)
def test_options_that_cannot_be_are_refused(files: tuple[Path, Path], tmp_path: Path, change: dict) -> None:
    chosen = options()
    for part, values in change.items():
        chosen[part] |= values
    path = tmp_path / "options.json"
    path.write_text(json.dumps(chosen))
    with pytest.raises(BadModel, match=r"options\.json"):
        Elmo.from_published(path, files[1])


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00\xff"])
def test_options_that_are_no_options_are_refused(files: tuple[Path, Path], tmp_path: Path, text: str) -> None:
    path = tmp_path / "options.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadModel, match=r"options\.json"):
        Elmo.from_published(path, files[1])
