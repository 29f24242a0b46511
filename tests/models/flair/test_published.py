"""Checkpoints of the Flair project: files made here in its layout, read without running anything from them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from embedlab import registry
from embedlab.base import BadInput, BadModel
from embedlab.models.flair.model import Flair
from tests.models.flair.flair_files import CHARACTERS, dictionary_class, state, write

SENTENCES = [["the", "cat", "sat", "."], ["été", "Ünseen", "🙂"], [], ["w" * 600, "v"]]
OLD = ("document_delimiter", "recurrent_type", "has_decoder")
PROTOCOLS = (2, 4)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes both files of a pair; ``change`` edits what is in them."""

    def make(
        change: Any = lambda values: None, protocol: int = 4, how: dict[str, Any] | None = None, **shape: Any
    ) -> Any:
        paths, states = [], []
        with monkeypatch.context() as patch:
            kind = dictionary_class(patch)
            for forward in (True, False):
                values = state(kind(), forward, **shape)
                change(values)
                paths.append(write(tmp_path / f"{forward}.pt", values, protocol, **(how or {})))
                states.append(values)
        return paths, states

    return make


def reference(states: list[dict[str, Any]], words: list[str], whitespace: bool, delimiter: str = "\n") -> np.ndarray:
    """(T, D): torch's LSTM over the whole line, read at the offsets of flair's FlairEmbeddings."""
    text, found = " ".join(words), []
    for values in states:
        weights, ahead = values["state_dict"], values["is_forward_lm"]
        rnn = torch.nn.LSTM(6, values["hidden_size"], values["nlayers"])
        rnn.load_state_dict({name[4:]: w for name, w in weights.items() if name.startswith("rnn.")})
        line = delimiter + (text if ahead else text[::-1]) + " "
        ids = [CHARACTERS.index(c) + 1 if c in CHARACTERS else 0 for c in line]
        with torch.no_grad():
            out = rnn(weights["encoder.weight"][ids])[0]
            if values["nout"]:
                out = out @ weights["proj.weight"].T + weights["proj.bias"]
        at, rows = len(delimiter) if ahead else len(text) + len(delimiter), []
        for word in words:
            at += len(word) if ahead else 0
            rows.append(out[at if whitespace else at - 1].numpy())
            at += 1 if ahead else -1 - len(word)
        found.append(np.stack(rows))
    return np.concatenate(found, axis=1)


SHAPES: list[dict[str, Any]] = [{}, {"depth": 2}, {"nout": 4}, {"depth": 2, "nout": 4}]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("whitespace", [True, False])
def test_vectors_are_those_of_the_checkpoint(pair: Any, shape: dict[str, Any], whitespace: bool) -> None:
    paths, states = pair(**shape)
    model = Flair.from_published(*paths, with_whitespace=whitespace)
    depth, nout = shape.get("depth", 1), shape.get("nout")
    assert model.layers == (["projection"] if nout else [f"lstm{k + 1}" for k in range(depth)])
    assert model.dim == 2 * (nout or 10)
    for one, words in zip(model.encode(SENTENCES, model.layers[-1:]), SENTENCES, strict=True):
        assert one.shape == (1, len(words), model.dim)
        if words:
            np.testing.assert_allclose(one[0], reference(states, words, whitespace), atol=1e-5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "before torch 1.6"])
def test_every_layout_is_read_and_old_files_get_the_defaults(pair: Any, protocol: int, zipped: bool) -> None:
    def age(values: dict[str, Any]) -> None:
        for name in OLD:
            del values[name]

    paths, states = pair(age, protocol, {"_use_new_zipfile_serialization": zipped})
    found = Flair.from_published(*paths).encode(SENTENCES[:1])[0][0]
    np.testing.assert_allclose(found, reference(states, SENTENCES[0], True), atol=1e-5)


def test_another_delimiter_is_read_first(pair: Any) -> None:
    paths, states = pair(lambda values: values.update(document_delimiter=". ."))
    model = Flair.from_published(*paths)
    for one, words in zip(model.encode(SENTENCES), SENTENCES, strict=True):
        if words:
            np.testing.assert_allclose(one[0], reference(states, words, True, ". ."), atol=1e-5)
    assert model.score(list("the")).shape == (3,)


def test_it_predicts_what_the_decoder_says(pair: Any) -> None:
    paths, (values, _) = pair(nout=4)
    model = Flair.from_published(*paths)
    weights = values["state_dict"]
    rnn = torch.nn.LSTM(6, 10)
    rnn.load_state_dict({name[4:]: w for name, w in weights.items() if name.startswith("rnn.")})
    with torch.no_grad():
        hidden = rnn(weights["encoder.weight"][[CHARACTERS.index(c) + 1 for c in "\nthe "]])[0][-1]
        hidden = weights["proj.weight"] @ hidden + weights["proj.bias"]
        expected = torch.softmax(weights["decoder.weight"] @ hidden + weights["decoder.bias"], 0).numpy()
    found = model.next(list("the "))
    np.testing.assert_allclose(found[:-1], expected[1:], atol=1e-6)
    assert found[-1] == pytest.approx(expected[0], abs=1e-6)  # <unk> comes last here
    assert model.vocabulary == [*CHARACTERS, "<unk>"]


def test_without_a_decoder_it_has_vectors_and_no_predictions(pair: Any, tmp_path: Path) -> None:
    def cut(values: dict[str, Any]) -> None:
        values["has_decoder"] = False
        values["state_dict"] = {n: w for n, w in values["state_dict"].items() if not n.startswith("decoder")}

    paths, states = pair(cut)
    Flair.from_published(*paths).save(tmp_path / "m")
    model = registry.load_model(tmp_path / "m")
    np.testing.assert_allclose(model.encode(SENTENCES[:1])[0][0], reference(states, SENTENCES[0], True), atol=1e-5)
    with pytest.raises(BadInput, match="no predictions"):
        model.next([])


def test_halves_with_other_characters_survive_a_save(pair: Any, tmp_path: Path) -> None:
    def reorder(values: dict[str, Any]) -> None:
        if not values["is_forward_lm"]:
            items = values["dictionary"].idx2item
            items[1:] = items[:0:-1]
            values["dictionary"].item2idx = {item: i for i, item in enumerate(items)}

    paths, _ = pair(reorder, depth=2)
    model = Flair.from_published(*paths)
    assert model.backward.words == model.forward.words[::-1]
    model.save(tmp_path / "m")
    back = registry.load_model(tmp_path / "m")
    assert back.backward.words == model.backward.words
    np.testing.assert_array_equal(back.encode(SENTENCES)[0], model.encode(SENTENCES)[0])


class Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/evil",)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("value", [Evil(), eval, Path("a"), pickle.loads], ids=["system", "eval", "Path", "loads"])
def test_a_pickle_that_asks_for_anything_else_is_refused_by_name(pair: Any, protocol: int, value: Any) -> None:
    name = "system" if isinstance(value, Evil) else getattr(value, "__name__", "PosixPath")
    paths, _ = pair(lambda values: values.update(more=value), protocol)
    with pytest.raises(BadModel, match=name):
        Flair.from_published(*paths)
    assert not Path("/tmp/evil").exists()


@pytest.mark.parametrize("name", ["state_dict", "dictionary", "is_forward_lm", "hidden_size", "nlayers"])
def test_a_missing_part_is_named(pair: Any, name: str) -> None:
    paths, _ = pair(lambda values: values.pop(name))
    with pytest.raises(BadModel, match=name):
        Flair.from_published(*paths)


CHANGES: dict[str, Any] = {
    "encoder.weight is missing": lambda values: values["state_dict"].pop("encoder.weight"),
    "weight_hh_l0": lambda values: values["state_dict"].update({"rnn.weight_hh_l0": torch.zeros(3, 3)}),
    "11 weights where 7": lambda values: values.update(nlayers=1),
    "rows": lambda values: values["dictionary"].item2idx.popitem(),
    "not 0, 1, 2": lambda values: values["dictionary"].item2idx.update({b"q": 500}),
    "not a flair.data.Dictionary": lambda values: values.update(dictionary={}),
    "GRU": lambda values: values.update(recurrent_type="GRU"),
    "hidden must be": lambda values: values.update(hidden_size=-1),
    "begins texts with nothing": lambda values: values.update(document_delimiter=""),
}


@pytest.mark.parametrize("message", CHANGES)
def test_parts_that_do_not_fit_are_refused(pair: Any, message: str) -> None:
    paths, _ = pair(CHANGES[message], depth=2)
    with pytest.raises(BadModel, match=message):
        Flair.from_published(*paths)


def test_files_in_the_wrong_order_are_told_apart(pair: Any) -> None:
    (forward, backward), _ = pair()
    with pytest.raises(BadModel, match="holds the backward model"):
        Flair.from_published(backward, forward)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_refused(pair: Any, zipped: bool, share: float) -> None:
    (forward, backward), _ = pair(how={"_use_new_zipfile_serialization": zipped})
    data = forward.read_bytes()
    forward.write_bytes(data[: int(share * len(data))])
    with pytest.raises(BadModel, match=r"True\.pt"):
        Flair.from_published(forward, backward)


def test_what_is_no_checkpoint_is_refused(pair: Any, tmp_path: Path) -> None:
    _, backward = pair()[0]
    (tmp_path / "text.pt").write_text("Hello, I am a text.\n" * 50)
    write(tmp_path / "list.pt", [1, 2, 3])
    for name, message in (("text.pt", "no torch checkpoint"), ("list.pt", "list"), ("none.pt", "No such file")):
        with pytest.raises(BadModel, match=message):
            Flair.from_published(tmp_path / name, backward)
