"""Where something is written that a person named: nothing of theirs is replaced, and that is seen before the work."""

from __future__ import annotations

import io
import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest

from embedlab import registry
from embedlab.__main__ import main
from embedlab.analysis.clouds import Cloud
from embedlab.base import BadInput, BadModel, EmbedLabError, files, model_folder
from embedlab.data.datasets import Occurrence
from embedlab.models import vectors
from embedlab.models.vectors import WordVectors
from embedlab.store import archive, library
from embedlab.training import checkpoints
from embedlab.workflows import published, train
from embedlab.workflows.encode import encode_file
from tests.full_disks import content

MODEL = WordVectors(["king", "queen", "cat"], np.eye(3, dtype=np.float32))
TEXT = "the king and the queen sat by the fire\n" * 40
QUICK = ["--set", "dim=4", "--set", "epochs=1", "--set", "min_count=1", "--set", "workers=1"]


@pytest.fixture
def text(lab_home: Path) -> Path:
    (lab_home / "text.txt").write_text(TEXT)
    return lab_home / "text.txt"


def sources(place: Path) -> None:
    (place / "src").mkdir(parents=True)
    (place / "src" / "main.py").write_text("print(1)")


def one_file(place: Path) -> None:
    place.mkdir()
    (place / "data.csv").write_text("1,2")


def a_file(place: Path) -> None:
    place.write_text("a diary")


def beside_a_model(place: Path) -> None:
    MODEL.save(place)
    (place / "notes.txt").write_text("months of notes")


def folder_beside_a_model(place: Path) -> None:
    MODEL.save(place)
    (place / "data").mkdir()


def anothers_model(place: Path) -> None:
    """In Hugging Face's layout, all of whose names could be ours."""
    place.mkdir()
    (place / model_folder.CONFIG).write_text('{"model_type": "bert"}')
    (place / model_folder.TENSORS).write_bytes(b"weights")
    (place / model_folder.TOKENIZER).write_text("{}")


def only_a_config(place: Path) -> None:
    place.mkdir()
    (place / model_folder.CONFIG).write_text('{"format": 1, "kind": "lsa", "config": {}}')


def a_pipe(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(place))


def a_link_to_sources(place: Path) -> None:
    sources(place.parent / "real")
    place.symlink_to(place.parent / "real")


THEIRS = (
    sources, one_file, a_file, beside_a_model, folder_beside_a_model, anothers_model, only_a_config, a_pipe,
    a_link_to_sources,
)  # fmt: skip


@pytest.mark.parametrize("lay", THEIRS)
def test_what_is_no_model_of_the_lab_is_never_replaced(tmp_path: Path, lay: object) -> None:
    place = tmp_path / "p"
    lay(place)  # type: ignore[operator]
    before, kind = content(tmp_path), place.lstat().st_mode
    for overwrite in (False, True):
        with pytest.raises(BadInput):
            MODEL.save(place, overwrite=overwrite)
        with pytest.raises(BadInput):
            archive.unpack(io.BytesIO(archive.pack(_model(tmp_path.parent / "m"))), place, overwrite=overwrite)
        with pytest.raises(BadInput):
            _cloud().save(place, overwrite=overwrite)
    assert content(tmp_path) == before and place.lstat().st_mode == kind


def _model(folder: Path) -> Path:
    MODEL.save(folder, overwrite=True)
    return folder


def _cloud() -> Cloud:
    one = Occurrence("king", "", "", "", ("a", "king"), 1, "a king")
    return Cloud("king", ("l",), (one,), np.zeros((1, 1, 2), np.float32), np.zeros((1, 1), np.int32),
                 np.zeros((1, 1), np.float32), 1, 1)  # fmt: skip


def test_a_model_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    MODEL.save(tmp_path / "m")
    other = WordVectors(["dog"], np.ones((1, 3), np.float32))
    with pytest.raises(BadInput, match="already"):
        other.save(tmp_path / "m")
    assert registry.load_model(tmp_path / "m").words == MODEL.words
    other.save(tmp_path / "m", overwrite=True)
    assert registry.load_model(tmp_path / "m").words == ["dog"]
    assert [one.name for one in tmp_path.iterdir()] == ["m"]


def test_an_empty_folder_and_a_link_to_a_model_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    MODEL.save(tmp_path / "empty")
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    MODEL.save(tmp_path / "link", overwrite=True)
    assert (tmp_path / "link").is_symlink() and registry.load_model(tmp_path / "empty").words == MODEL.words


@pytest.mark.parametrize("way", [".", "inner/.."])
def test_the_folder_one_stands_in_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    MODEL.save(tmp_path / "m")
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    for name in ("m", "empty/inner", "empty"):
        monkeypatch.chdir(tmp_path / name)
        before = content(tmp_path)
        with pytest.raises(EmbedLabError):
            MODEL.save(Path(way), overwrite=True)
        assert content(tmp_path) == before


def test_a_model_that_somebody_lays_down_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(BadInput), files.atomic_folder(tmp_path / "m") as made:
        (made / "file").write_text("mine")
        sources(tmp_path / "m")
    assert content(tmp_path) == {"m/src/main.py": b"print(1)"}


def test_a_checkpoint_takes_the_place_of_checkpoints_alone(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    learner = torch.nn.Linear(2, 2)
    learner.carried = ()
    place = checkpoints.CheckpointFolder(tmp_path / ".m.checkpoint", "mark", 0.0)
    sources(tmp_path / ".m.checkpoint")
    before = content(tmp_path)
    with pytest.raises(BadInput):
        place.write(checkpoints.Checkpoint(), learner, torch.optim.SGD(learner.parameters(), 0.1))
    place.clear()
    assert content(tmp_path) == before
    shutil.rmtree(tmp_path / ".m.checkpoint")
    for step in (1, 2):
        place.write(checkpoints.Checkpoint(step), learner, torch.optim.SGD(learner.parameters(), 0.1))
    found = place.resume(learner, torch.optim.SGD(learner.parameters(), 0.1))
    assert found is not None and found.step == 2
    place.clear()
    assert content(tmp_path) == {}


# ---------------------------------------------------------------- the terminal


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever begins to train or to read has looked too late."""

    def late(*_: object, **__: object) -> None:
        raise AssertionError("it was looked at after the work had begun")

    for owner, name in ((train, "train"), (model_folder, "read"), (registry, "load_model")):
        monkeypatch.setattr(owner, name, late)


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("lay", THEIRS)
def test_training_into_what_is_no_model_is_refused_before_it_begins(
    text: Path, tmp_path: Path, untrained: None, capsys: pytest.CaptureFixture[str], lay: object, force: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place = tmp_path / "p"
    with monkeypatch.context() as allowed:
        allowed.undo()
        lay(place)  # type: ignore[operator]
    before = content(tmp_path)
    assert main(["train", "word2vec", "--corpus", str(text), "--out", str(place), *QUICK, *force]) == 1
    said = capsys.readouterr().err
    assert str(place.name) in said and "Traceback" not in said
    assert content(tmp_path) == before


@pytest.mark.parametrize("place", ["file/model", "/proc/nothing/model", "x" * 300, "fresh/" + "y" * 256])
@pytest.mark.parametrize("command", ["train", "encode", "results"])
def test_places_that_cannot_be_written_are_refused_before_the_work(
    text: Path, lab: Path, tmp_path: Path, untrained: None, capsys: pytest.CaptureFixture[str], command: str, place: str
) -> None:
    (tmp_path / "file").write_text("")
    before, out = content(tmp_path), str(tmp_path / place)
    line = {
        "train": ["train", "word2vec", "--corpus", str(text), "--out", out],
        "encode": ["encode", "lsa", "--in", str(text), "--out", f"{out}.jsonl"],
        "results": ["results", "lsa", "--out", out, "--table", f"{out}.md"],
    }[command]
    assert main(line) == 1
    assert "Cannot write" in capsys.readouterr().err
    assert content(tmp_path) == before


def test_a_second_training_needs_force(text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["train", "word2vec", "--corpus", str(text), *QUICK]
    for where in (["--out", str(tmp_path / "m")], ["--name", "Mine"]):
        assert main([*line, *where]) == 0
        before = content(tmp_path)
        assert main([*line, *where]) == 1
        assert "already" in capsys.readouterr().err and content(tmp_path) == before
        assert main([*line, *where, "--force", "--set", "dim=5"]) == 0
    assert registry.load_model("yours/mine").dim == registry.load_model(tmp_path / "m").dim == 5  # type: ignore[attr-defined]
    assert main([*line, "--name", "mine!"]) == 1  # the same folder


@pytest.mark.parametrize(("name", "folder"), [("../evil", "evil"), ("a b/c", "a-b-c"), ("..\\up", "up")])
def test_a_name_never_leads_out_of_the_library_and_is_found(text: Path, lab_home: Path, name: str, folder: str) -> None:
    before = set(content(lab_home.parent))
    assert main(["train", "word2vec", "--corpus", str(text), "--name", name, *QUICK]) == 0
    assert {Path(one).parts[:4] for one in set(content(lab_home.parent)) - before} == {
        ("home", "models", "yours", folder)
    }
    (spec,) = [one for one in registry.list_models() if one.source == "yours"]
    assert (spec.key, spec.title) == (f"yours/{folder}", name)


@pytest.mark.parametrize("name", ["", "..", "/", "x" * 61, "a\x00b", "a\udcffb", "a\x1b[31m"])
def test_one_check_refuses_a_name_everywhere_before_the_work(
    lab: Path, text: Path, untrained: None, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = lab / "starters" / "lsa"
    before = content(lab.parent)
    assert main(["train", "word2vec", "--corpus", str(text), "--name", name]) == 1
    assert "name" in capsys.readouterr().err
    with pytest.raises(BadInput):
        library.keep(folder, name)
    with pytest.raises(BadInput):
        library.check(name)
    if name:
        with pytest.raises(BadInput):
            archive.take(io.BytesIO(b"never looked at"), name)
        with pytest.raises(BadInput):
            published.keep(MODEL, name)
    assert content(lab.parent) == before


def test_a_name_that_is_taken_is_refused_before_a_zip_is_read(lab: Path) -> None:
    library.keep(lab / "starters" / "lsa", "Mine")
    with pytest.raises(BadInput, match="already"):
        archive.take(io.BytesIO(b"never looked at"), "mine")
    published.keep(MODEL, "Mine")
    with pytest.raises(BadInput, match="already"):
        published.keep(MODEL, "mine")
    published.keep(MODEL, "mine", overwrite=True)


def test_what_lies_on_the_shelf_and_is_no_model_is_not_replaced(lab: Path, lab_home: Path) -> None:
    sources(lab_home / "models" / "yours" / "mine")
    before = content(lab_home)
    with pytest.raises(BadInput):
        library.keep(lab / "starters" / "lsa", "Mine", replace=True)
    assert content(lab_home) == before


def test_only_the_files_of_a_model_are_kept(lab: Path, lab_home: Path) -> None:
    (lab / "starters" / "lsa" / "notes.txt").write_text("private")
    for _ in range(2):
        library.keep(lab / "starters" / "lsa", "Mine", replace=True)
    assert not (lab_home / "models" / "yours" / "mine" / "notes.txt").exists()


# ---------------------------------------------------------------- single files


def test_files_are_replaced_only_where_that_is_asked_for(lab: Path, text: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "v.jsonl", tmp_path / "v.txt"
    for path in (out, table):
        path.write_text("a year of work")
    before = content(tmp_path)
    with pytest.raises(BadInput, match="already"):
        encode_file("lsa", text, out)
    with pytest.raises(BadInput, match="already"):
        vectors.write(MODEL, table, "glove")
    assert content(tmp_path) == before
    encode_file("lsa", text, out, overwrite=True)
    vectors.write(MODEL, table, "glove", overwrite=True)
    assert json.loads(out.read_text().splitlines()[0])["words"][0] == "the"
    assert table.read_text().startswith("king 1.0 0.0")


def test_the_text_is_never_the_file_of_its_vectors(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "the king"}\n')
    with pytest.raises(BadInput, match="is the text itself"):
        encode_file("lsa", tmp_path / "t.jsonl", tmp_path / "t.jsonl", overwrite=True)
    assert (tmp_path / "t.jsonl").read_text() == '{"text": "the king"}\n'


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_folder_where_a_file_belongs_is_refused_before_the_work(
    lab: Path, text: Path, tmp_path: Path, untrained: None, force: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sources(tmp_path / "d.jsonl")
    before = content(tmp_path)
    assert main(["encode", "lsa", "--in", str(text), "--out", str(tmp_path / "d.jsonl"), *force]) == 1
    assert main(["results", "lsa", "--out", str(tmp_path / "r"), "--table", str(tmp_path / "d.jsonl"), *force]) == 1
    assert capsys.readouterr().err.count("is a folder") == 2
    assert main(["results", "lsa", "--out", str(text), *force]) == 1
    assert "is a file" in capsys.readouterr().err
    assert content(tmp_path) == before


def test_figures_and_pages_that_are_there_need_force(
    lab: Path, tmp_path: Path, untrained: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r").mkdir()
    for file in (tmp_path / "r" / "lsa.json", tmp_path / "page.md"):
        file.write_text("a year of work")
        before = content(tmp_path)
        assert main(["results", "lsa", "--out", str(tmp_path / "r"), "--table", str(tmp_path / "page.md")]) == 1
        assert file.name in capsys.readouterr().err and content(tmp_path) == before
        file.unlink()


def test_the_map_of_a_model_goes_into_its_folder_and_another_needs_force(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["map", "lsa"]) == 0
    made = lab / "starters" / "lsa" / model_folder.MAP
    assert made.is_file() and not (tmp_path / "lsa").exists()
    made.write_bytes(b"theirs")
    assert main(["map", str(made.parent)]) == 1
    assert made.read_bytes() == b"theirs" and "already" in capsys.readouterr().err
    assert main(["map", str(made.parent), "--force"]) == 0
    assert made.read_bytes() != b"theirs"


def test_a_home_on_a_disk_that_takes_nothing_is_said_before_the_training(
    text: Path, untrained: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDLAB_HOME", "/proc/nothing")
    assert main(["train", "word2vec", "--corpus", str(text), "--name", "mine"]) == 1
    assert "Cannot write" in capsys.readouterr().err
    with pytest.raises(BadModel):
        files.check_writable(Path("/proc/nothing/x"))
