"""Published models of every kind, loaded by one call: told by their contents, exact, kept with a card, opened again."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from transformers import BertForMaskedLM, BertModel

import embedlab
from embedlab import __main__ as terminal
from embedlab import registry
from embedlab.base import BadInput, BadModel, Cancelled, ContextualModel, EmbedLabError, Progress, Unreachable
from embedlab.models.bert.model import Bert
from embedlab.models.elmo.model import Elmo
from embedlab.models.flair.model import Flair
from embedlab.workflows import catalogue, loading, sources
from embedlab.workflows.catalogue import Offer
from embedlab.workflows.sources import Access, Wanted
from tests.models.bert.bert_folders import bert_folder
from tests.models.bert.hub import Hub, running
from tests.models.elmo import elmo_reference
from tests.models.flair.flair_files import flair_pair

SENTENCES = [["the", "cat", "sat", "on", "the", "mat", "."], ["river", "bank"]]
VECTORS = "3 2\nking 1 0\nqueen 0 1\nbank 0.5 0.5\n"


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    return bert_folder(tmp_path / "small-bert", BertForMaskedLM)


@pytest.fixture
def elmo(tmp_path: Path) -> tuple[Path, Path]:
    return elmo_reference.write(tmp_path / "elmo", elmo_reference.OPTIONS)


@pytest.fixture
def flair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    return flair_pair(tmp_path / "flair", monkeypatch)


@pytest.fixture
def hub(bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[http.server.ThreadingHTTPServer]:
    monkeypatch.setattr("embedlab.workflows.downloads.catalogue", nobody)
    with running(bert, tmp_path, monkeypatch) as server:
        yield server


def nobody(**_: Any) -> Any:
    raise Unreachable("no network")


def zipped(files: list[Path], path: Path, top: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, top + file.name)
    return path


def encoded(model: Any) -> np.ndarray:
    assert isinstance(model, ContextualModel)
    return np.concatenate([vectors.reshape(-1) for vectors in model.encode(SENTENCES)])


def same(model: Any, reference: Any) -> None:
    np.testing.assert_allclose(encoded(model), encoded(reference), atol=1e-5)


@pytest.mark.parametrize("way", ["folder", "zip", "zip with a folder", "loose files"])
def test_a_bert_is_known_in_every_form(bert: Path, tmp_path: Path, lab_home: Path, way: str) -> None:
    files = sorted(bert.iterdir())
    source: Any = {"folder": bert, "loose files": files}.get(way, tmp_path / "small-bert.zip")
    if "zip" in way:
        zipped(files, source, "top/" if "folder" in way else "")
    model = embedlab.load_published(source, name="Mine")
    same(model, Bert.from_published(bert))
    spec = registry.find("published/mine")
    assert (spec.source, spec.family.key, spec.title) == ("published", "bert", "Mine")
    assert spec.card.parameters == sum(array.size for array in model.tensors().values()) > 1000
    assert spec.card.checksum == "sha256:" + hashlib.sha256((bert / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("way", ["folder", "zip", "both files", "the other order"])
def test_an_elmo_is_known_in_every_form(elmo: tuple[Path, Path], tmp_path: Path, lab_home: Path, way: str) -> None:
    source: Any = {"folder": elmo[0].parent, "both files": elmo, "the other order": elmo[::-1]}.get(way)
    model = embedlab.load_published(source or zipped(list(elmo), tmp_path / "elmo.zip"))
    same(model, Elmo.from_published(*elmo))
    [spec] = [spec for spec in registry.list_models() if spec.source == "published" and spec.family.key == "elmo"]
    assert (
        spec.card.parameters and spec.card.origin and spec.title == {"folder": "elmo", "zip": "elmo"}.get(way, "ELMo")
    )


@pytest.mark.parametrize("way", ["folder", "zip", "both files", "the other order"])
def test_a_flair_is_known_in_every_form(flair: tuple[Path, Path], tmp_path: Path, lab_home: Path, way: str) -> None:
    source: Any = {"folder": flair[0].parent, "both files": flair, "the other order": flair[::-1]}.get(way)
    model = embedlab.load_published(source or zipped(list(flair), tmp_path / "pair.zip"), name="Letters")
    same(model, Flair.from_published(*flair))
    assert registry.find("published/letters").family.key == "flair"


def test_word_vectors_are_known_in_a_file_and_in_a_zip(tmp_path: Path, lab_home: Path) -> None:
    (tmp_path / "small.vec").write_text(VECTORS)
    archive = zipped([tmp_path / "small.vec"], tmp_path / "small.zip")
    for number, source in enumerate((tmp_path / "small.vec", archive)):
        model = embedlab.load_published(source, name=f"v{number}")
        np.testing.assert_array_equal(model["king"] if hasattr(model, "__getitem__") else model.vector("king"), [1, 0])
        assert registry.find(f"published/v{number}").card.parameters == 6


def test_a_model_of_the_hub_is_kept_and_opens_without_a_network(
    hub: http.server.ThreadingHTTPServer, bert: Path, lab_home: Path
) -> None:
    events: list[Progress] = []
    same(embedlab.load_published("lab/bert", on_progress=events.append), Bert.from_published(bert))
    assert {event.phase for event in events} >= {"downloading", "reading"}
    card = registry.find("hub:lab/bert").card
    assert (card.origin, card.revision, card.licence) == ("hub:lab/bert", Hub.commit, "apache-2.0")
    hub.shutdown()
    hub.server_close()
    Hub.asked.clear()
    for again in ("hub:lab/bert", f"hub:lab/bert@{Hub.commit}", registry.find("hub:lab/bert").key):
        same(embedlab.load_model(again), Bert.from_published(bert))
    same(embedlab.load_published("lab/bert"), Bert.from_published(bert))
    assert Hub.asked == []


def test_a_download_that_is_cancelled_keeps_nothing_and_the_next_one_is_whole(
    hub: http.server.ThreadingHTTPServer, bert: Path, lab_home: Path
) -> None:
    def stop(event: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        embedlab.load_published("lab/bert", on_progress=stop)
    assert not registry.model_folder("published", "bert").exists()
    same(embedlab.load_model("hub:lab/bert"), Bert.from_published(bert))


def test_a_key_of_the_hub_that_was_not_loaded_says_how(lab_home: Path) -> None:
    with pytest.raises(BadModel, match="python -m embedlab load lab/other"):
        registry.load_model("hub:lab/other")


def test_an_entry_of_the_catalogue_brings_its_title_and_licence(
    hub: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, lab_home: Path
) -> None:
    offer = Offer("bert-for-all", "bert", "BERT for all", ("hub:lab/bert",), 1, "MIT", "English", "It is small.")
    monkeypatch.setattr(catalogue, "find", lambda key: offer if key == offer.key else None)
    loading.keep(Wanted(("bert-for-all",)))
    spec = registry.find("hub:lab/bert")
    assert (spec.title, spec.card.licence) == ("BERT for all", "MIT")
    assert loading.kept_before(Wanted(("bert-for-all",))) == spec.key
    with pytest.raises(BadInput, match="of the kind bert"):
        loading.keep(Wanted(("bert-for-all",), kind="elmo", title="x"))


def other_network(bert: Path, model_type: str) -> Path:
    config = json.loads((bert / "config.json").read_text()) | {"model_type": model_type}
    (bert / "config.json").write_text(json.dumps(config))
    return bert


def test_what_cannot_be_loaded_is_said_in_a_sentence_and_nothing_is_kept(
    bert: Path, elmo: tuple[Path, Path], flair: tuple[Path, Path], tmp_path: Path, lab_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("embedlab.workflows.downloads.catalogue", nobody)
    other = elmo_reference.write(tmp_path / "wide", elmo_reference.OPTIONS | {
        "lstm": elmo_reference.OPTIONS["lstm"] | {"projection_dim": 8},  # type: ignore[operator]
    })  # fmt: skip
    bare = bert_folder(tmp_path / "bare", BertModel)
    for name in ("tokenizer.json", "vocab.txt"):
        (bare / name).unlink()
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG....")
    cases: list[tuple[Any, str]] = [
        ((flair[0], flair[0]), "one of each direction"),
        (flair[0], "two checkpoints"),
        (elmo[1], "options .*give both"),
        (elmo[0], "weights .*give both"),
        ((other[0], elmo[1]), "belong together"),
        (bare, "no tokenizer"),
        (tmp_path / "picture.png", "holds no model"),
        (tmp_path / "notes.txt", "holds no model"),
        (tmp_path / "nowhere.vec", "no file"),
        ([], "Say what to load"),
        ("", "Say what to load"),
    ]
    cases += [
        (other_network(shutil.copytree(bert, tmp_path / kind), kind), "no encoder of the BERT family")
        for kind in ("gpt2", "t5", "clip")
    ]
    for source, sentence in cases:
        with pytest.raises(EmbedLabError, match=sentence):
            embedlab.load_published(source)
    with pytest.raises(BadInput, match="no kind"):
        embedlab.load_published(bert, kind="gpt")
    assert [spec for spec in registry.list_models() if spec.source == "published" and spec.key != registry.KEY] == []


def test_both_directions_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lab_home: Path) -> None:
    forward, _ = flair_pair(tmp_path / "flair", monkeypatch)
    again = shutil.copyfile(forward, tmp_path / "again.pt")
    with pytest.raises(BadInput, match="one of each direction"):
        embedlab.load_published((forward, again))


def test_where_two_kinds_are_possible_the_kind_is_asked_for(
    bert: Path, elmo: tuple[Path, Path], tmp_path: Path, lab_home: Path
) -> None:
    both = shutil.copytree(bert, tmp_path / "both")
    for file in elmo:
        shutil.copy(file, both)
    assert sources.kinds(sorted(both.iterdir())) == ("bert", "elmo")
    with pytest.raises(BadInput, match="BERT or ELMo"):
        embedlab.load_published(both)


def test_a_network_that_would_not_fit_is_refused_before_it_is_read(
    bert: Path, monkeypatch: pytest.MonkeyPatch, lab_home: Path
) -> None:
    free = type("Memory", (), {"available": (bert / "model.safetensors").stat().st_size})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    monkeypatch.setattr(Bert, "from_published", lambda *_: pytest.fail("it was read"))
    with pytest.raises(BadModel, match="smaller model"):
        embedlab.load_published(bert)


def test_a_taken_name_is_refused_before_the_download(hub: http.server.ThreadingHTTPServer, lab_home: Path) -> None:
    embedlab.load_published("lab/bert", name="Taken")
    Hub.asked.clear()
    with pytest.raises(BadInput, match="already"):
        embedlab.load_published("lab/bert", name="taken")
    assert Hub.asked == []


def test_the_terminal_loads_and_says_the_key(
    elmo: tuple[Path, Path], lab_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["load", *map(str, elmo), "--name", "Small ELMo", "--json"]
    assert terminal.main(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["key"] == "published/small-elmo" and said["parameters"] > 0
    same(embedlab.load_model(said["key"]), Elmo.from_published(*elmo))
    assert terminal.main(arguments) == 1
    assert "already" in capsys.readouterr().err
    assert terminal.main(["load"]) == 1


def test_what_is_too_large_for_its_visitor_is_refused_before_its_weights_come(
    hub: http.server.ThreadingHTTPServer, tmp_path: Path, lab_home: Path
) -> None:
    with pytest.raises(BadInput, match="at most 1,000 bytes"):
        loading.load(Wanted(("lab/bert",)), access=Access(cache=tmp_path / "own", largest=1000))
    assert not any("safetensors" in path for path in Hub.asked)
    loading.load(Wanted(("lab/bert",)), access=Access(cache=tmp_path / "own"))
    assert any((tmp_path / "own").rglob("model.safetensors"))
    assert not any((tmp_path / "cache").rglob("*.safetensors"))
