"""Every limit: its message says what was found, what is possible, and which variable sets it."""

from __future__ import annotations

import bz2
import dataclasses
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from embedlab.analysis import map_words, occurrences
from embedlab.base import BadInput, BadModel, BadSetting, EmbedLabError, Unreachable
from embedlab.base.limits import Limits, variable
from embedlab.base.settings import StaticConfig
from embedlab.data import characters
from embedlab.data.corpus import Corpus
from embedlab.data.tagged import read_conll
from embedlab.jobs import api as jobs
from embedlab.jobs import inspection
from embedlab.jobs.kinds.measure import MeasureSettings
from embedlab.jobs.run import RunState
from embedlab.store import archive, library, vectors
from embedlab.ui import cache, server
from embedlab.ui.views.training import controls
from embedlab.workflows import connection, downloads, published, train
from embedlab.workflows.text_choice import TextChoice
from tests.conftest import TinyModel, tiny_vectors
from tests.fuzz import hostile

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = [["the", "king", "sat"]] * 4


def file(name: str, content: bytes) -> Callable[[Path], object]:
    """Reads a small file."""

    def read(folder: Path) -> object:
        (folder / name).write_bytes(content)
        return list(Corpus.from_file(folder / name))

    return read


def two_files(folder: Path) -> object:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("The king sat.")
    return Corpus.from_file(folder)


def two_in_a_zip(folder: Path) -> object:
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        for name in ("a.txt", "b.txt"):
            made.writestr(name, "The king sat.")
    return Corpus.from_file(folder / "a.zip")


def tagged(folder: Path) -> object:
    (folder / "a.conll").write_text("king O\n" * 20)
    return read_conll(folder / "a.conll")


def wide_parquet(folder: Path) -> object:
    pyarrow.parquet.write_table(pyarrow.table({"text": ["king"], "b": ["x"]}), folder / "a.parquet")
    return Corpus.from_file(folder / "a.parquet")


def pages(folder: Path) -> object:
    (folder / "a.pdf").write_bytes(hostile.pdf_of_operators(1000))
    return Corpus.from_file(folder / "a.pdf")


def looked_at(folder: Path) -> object:
    words = b"".join(b"%d O\n" % i + b"\n" * (i % 9 == 0) for i in range(1_500_000))
    (folder / "a.conll").write_bytes(words)
    with inspection.begin("entities", file=str(folder / "a.conll"), seed=1) as look:
        while not look.done(1):
            pass
        return look.answer()


def zipped_model(folder: Path) -> object:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in archive.REQUIRED:
            made.writestr(name, b" " * 30)
    return archive.unpack(out, folder / "m")


def packed_vectors(folder: Path) -> object:
    (folder / "v.txt.gz").write_bytes(gzip.compress(b"the 1 2\nking 3 4\n"))
    return published.load(folder / "v.txt.gz")


def download(folder: Path) -> object:
    answer: Any = SimpleNamespace(headers={"content-length": "120"}, iter_raw=lambda: [b"x" * 120])
    return list(downloads._read(answer, "https://example.org/v", 0, Limits.from_environment().download_bytes))


def slow_download(_: Path) -> object:
    seconds = iter((0.0, 5.0, 11.0, 11.0))
    pace = connection.Pace(Limits.from_environment().download_seconds, lambda: next(seconds))
    pace.count(5, 10**9)
    return pace.count(6, 10**9)


def opened(folder: Path) -> object:
    from tests.ui.test_residents import folder_of

    return cache.at(folder_of(folder, "large", 2_000))


def trained(folder: Path, **settings: Any) -> object:
    found = train.settings_of("lsa", {"min_count": 1} | settings)
    return train.train("lsa", Corpus.from_sentences(SENTENCES), found)


def epochs(_: Path) -> object:
    return train.train("glove", Corpus.from_sentences(SENTENCES), train.settings_of("glove", {"epochs": 10}))


def asked_on_the_page(_: Path) -> object:
    return controls.settings("word2vec", {"epochs": 10}, TextChoice(sample="kingdom"), "", "x")


def file_given(_: Path) -> object:
    return Limits.from_environment().check_upload("a.txt", 51)


def kept_in_a_place(folder: Path) -> object:
    model().save(folder / "m")
    return library.keep(folder / "m", "Mine", workspace="0" * 24)


def uploaded(count: int, *, together: bool) -> Callable[[Path], object]:
    """So many files of 40 bytes come, in one session or each in its own; the last is opened."""

    def upload(folder: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(variable("upload_bytes"), "45")
            manager = server.taken_over(MemoryUploadedFileManager("/upload"), folder, lambda session: True)
            for number in range(count):
                session, record = str(number * (not together)), UploadedFileRec(str(number), "a.txt", "", b"x" * 40)
                manager.add_file(session, record)
            return manager.open(session, UploadedFile(record, FileURLs()))

    return upload


def given(size: int) -> Callable[[Path], object]:
    """A visitor lays a text of that size down, after another one did; the other limit is not met."""

    def lay_down(folder: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EMBEDLAB_HOME", str(folder))
            if size == 50:
                other = jobs.draft("1" * 24, "elsewhere", 1)
                (other.folder / "text").write_bytes(b"x")
            return jobs.draft("0" * 24, "here", size)

    return lay_down


def runs_asked_for(count: int) -> Callable[[Path], object]:
    """So many visitors of one address each ask for a run, none of which begins."""

    def ask(folder: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EMBEDLAB_HOME", str(folder))
            patch.setattr(jobs, "_launch", lambda run: None)
            return [
                jobs.start("measure", MeasureSettings("lsa"), visitor=f"{i:024x}", address="a") for i in range(count)
            ]

    return ask


def model() -> TinyModel:
    return TinyModel(*tiny_vectors())


MET: dict[str, list[tuple[str, Callable[[Path], object], type[EmbedLabError], str]]] = {
    "upload_bytes": [("50", file_given, BadInput, "a.txt has 51 bytes; at most 50 bytes are taken")],
    "visitor_uploads_bytes": [
        ("60", uploaded(2, together=True), BadInput, "would have 80 bytes; 60 bytes are possible")
    ],
    "uploads_bytes": [("60", uploaded(2, together=False), BadInput, "Visitors are giving files of 60 bytes already")],
    "file_bytes": [("50", file("a.txt", b"The king sat. " * 9), BadInput, "a.txt is larger than 50 bytes.*126 bytes")],
    "unpacked_bytes": [
        (
            "50",
            file("a.txt.gz", gzip.compress(b"The king. " * 9)),
            BadInput,
            "unpacks to more than 50 bytes.* 90 bytes",
        ),
        (
            "50",
            file("a.txt.bz2", bz2.compress(b"The king. " * 9)),
            BadInput,
            "unpacks to more than 50 bytes.* 90 bytes",
        ),
    ],
    "ratio": [
        ("2", file("a.txt.gz", gzip.compress(b"a " * 10_500_000)), BadInput, "over 2 times its size.* MB or more")
    ],
    "ratio_from": [],
    "files": [
        ("1", two_files, BadInput, "holds 2 files; at most 1 are read"),
        ("1", two_in_a_zip, BadInput, "a.zip holds 2 files; at most 1 are read"),
    ],
    "document_bytes": [
        ("50", file("a.json", json.dumps(["king"] * 20).encode()), BadInput, "a.json is larger than 50 bytes"),
        ("50", file("a.pdf", b"%PDF" + b" " * 80), BadInput, "a.pdf is larger than 50 bytes.* 84 bytes so far"),
        ("50", file("a.pdf.gz", gzip.compress(b"%PDF" + b" " * 80)), BadInput, "a.pdf.gz is larger than 50 bytes"),
        ("50", tagged, BadInput, "a.conll has 140 bytes, at most 50 bytes are read"),
    ],
    "json_chars": [("50", file("a.json", json.dumps(["king"] * 20).encode()), BadInput, "a.json is larger than 50 b")],
    "values": [
        ("3", file("a.json", b"[1, 2, [], 3]"), BadInput, "a.json holds about 5 values of JSON, at most 3 are read"),
        ("3", file("a.jsonl", b"[1, 2, [], 3]\n"), BadInput, "Line 1 of a.jsonl holds about 5 values"),
    ],
    "cells": [
        ("3", file("a.csv", b"text,b,c,d\nking,1,2,3\n"), BadInput, "Line 1 of a.csv has 4 cells, at most 3 are read"),
        ("1", wide_parquet, BadInput, "a.parquet has 2 columns, at most 1 are read"),
    ],
    "blank": [
        ("3", file("a.txt", b"king\n\n\n\n\nqueen\n"), BadInput, "a.txt is not read on: more than 3 lines in a row"),
        ("3", file("a.csv", b"text,b\n,\n,\n,\n,\nking,"), BadInput, "a.csv is not read on: more than 3 lines"),
    ],
    "operators": [("1", pages, BadInput, "pages of a.pdf are drawn by more than [0-9,]+ operators")],
    "tagged_lines": [("19", tagged, BadInput, "a.conll has more than 19 lines")],
    "line_chars": [("20", file("a.csv", b"text\n" + b"king " * 9), BadInput, "Line 2 of a.csv is longer than 20 char")],
    "model_bytes": [("100", zipped_model, BadInput, "would unpack to 120 bytes; 100 bytes are possible")],
    "download_bytes": [
        ("100", download, BadInput, "is larger than 100 bytes, the most that is taken: 120 bytes"),
        ("10", packed_vectors, BadModel, "v.txt unpacks to more than 10 bytes"),
    ],
    "download_seconds": [("10", slow_download, Unreachable, "took longer than 10 seconds")],
    "tokens": [
        ("11", trained, BadInput, "The text holds 12 running words and more; at most 11 are trained on"),
        (
            "3",
            lambda _: characters.encode(["the king sat", "on it"]),
            BadInput,
            "holds 5 running words and more; at most 3",
        ),
    ],
    "vocabulary": [
        ("9", lambda f: trained(f, max_words=10), BadSetting, "max_words is 10; at most 9 are possible here")
    ],
    "dimensions": [("9", lambda f: trained(f, dim=10), BadSetting, "dim is 10; at most 9 are possible here")],
    "epochs": [
        ("9", epochs, BadSetting, "epochs is 10; at most 9 are possible here"),
        ("9", asked_on_the_page, BadSetting, "epochs is 10; at most 9 are possible here"),
    ],
    "seconds": [],  # of a process: see test_queue
    "look_seconds": [("1", looked_at, BadInput, "takes more than the 1 seconds of processor time that a look may")],
    "look_mb": [("30", looked_at, BadInput, "takes more than the 30 MB of memory that a look may take")],
    "import_seconds": [],  # see test_import_runs
    "memory_mb": [],
    "models_mb": [("1", opened, BadModel, "large would take about 2 MB of memory; models may take 1 MB together")],
    "points": [
        (
            "9",
            lambda _: map_words.commonest(model(), 10),
            BadInput,
            "10 words are too many for a map; at most 9 are drawn",
        ),
        (
            "2",
            lambda _: map_words.own(model(), "a b c"),
            BadInput,
            "3 words are too many for a map; at most 2 are drawn",
        ),
        (
            "9",
            lambda _: occurrences.gather(SENTENCES, "king", most=10),
            BadInput,
            "10 occurrences are too many.* at most 9",
        ),
    ],
    "sentences": [
        (
            "3",
            lambda _: vectors.cached(model()).encode(SENTENCES),
            BadInput,
            "These are 4 sentences; at most 3 are",
        ),
        (
            "260",
            lambda _: vectors.cached(model()).at_positions([["king"]] * 261, [0] * 261),
            BadInput,
            "These are 261 sentences; at most 260 are",
        ),
    ],
    "place_bytes": [("50", kept_in_a_place, BadInput, "Your models would take .* bytes; 50 bytes are possible here")],
    "place_days": [],  # of time: see test_expiry
    "run_days": [],
    "runs_bytes": [("50", given(50), BadInput, "the texts and runs of all visitors may take 50 bytes together")],
    "visitor_runs_bytes": [
        ("50", given(51), BadInput, "Your texts and runs would take 51 bytes; 50 bytes are possible")
    ],
    "address_runs": [("2", runs_asked_for(3), BadInput, "have 2 runs waiting or at work; 2 are possible here")],
    "new_runs": [("2", runs_asked_for(3), BadInput, "who keep no model yet have 2 runs; 2 are possible here")],
}


@pytest.mark.parametrize(
    ("name", "most", "ask", "error", "sentence"),
    [(name, *case) for name, cases in MET.items() for case in cases],
    ids=[f"{name}-{i}" for name, cases in MET.items() for i in range(len(cases))],
)
def test_a_limit_that_is_met_says_so(
    name: str,
    most: str,
    ask: Callable[[Path], object],
    error: type[EmbedLabError],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable(name), most)
    with pytest.raises(error, match=f"{sentence}.* {variable(name)} sets this limit"):
        ask(tmp_path)


def test_every_limit_is_tested_and_stands_on_the_page_of_limits() -> None:
    page = (ROOT / "assets" / "help" / "limits.md").read_text(encoding="utf-8")
    assert list(MET) == [item.name for item in dataclasses.fields(Limits)]
    for item in dataclasses.fields(Limits):
        line = next(line for line in page.splitlines() if f"`{variable(item.name)}`" in line)
        assert f"{item.default:,}" in line and item.metadata["help"] in line


def test_what_is_within_the_limits_is_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, most in (("tokens", 12), ("dimensions", 2), ("vocabulary", 10), ("points", 4), ("sentences", 4)):
        monkeypatch.setenv(variable(name), str(most))
    assert trained(tmp_path, dim=2, max_words=10)
    assert len(map_words.commonest(model(), 4).words) == 4
    assert len(vectors.cached(model()).encode(SENTENCES)) == 4
    assert len(occurrences.gather(SENTENCES, "king", most=4).occurrences) == 4
    Limits.from_environment().check_settings(StaticConfig(dim=2, max_words=10).to_dict())


def test_a_run_that_works_too_long_says_why_it_ended(
    lab_home: Path, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from embedlab.jobs.kinds.train import TrainSettings

    monkeypatch.setenv(variable("tokens"), "100")
    asked = TrainSettings("lsa", {"min_count": 1}, TextChoice(sample="kingdom"), ("king",), "x")
    run = jobs.start("train", asked)
    state = run.state()
    assert state.status == "failed" and "at most 100 are trained on" in state.error
    assert "EMBEDLAB_MAX_TOKENS" in state.error and isinstance(state, RunState)


def test_forms_offer_what_the_limits_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.testing.v1 import AppTest

    def page() -> None:
        from embedlab.base.settings import StaticConfig
        from embedlab.ui import forms

        forms.settings_form(StaticConfig, "f_", first=("dim", "max_words", "seed"))

    monkeypatch.setenv(variable("dimensions"), "64")
    app = AppTest.from_function(page).run(timeout=60)
    assert not app.exception
    assert (app.number_input(key="f_dim").max, app.number_input(key="f_dim").value) == (64, 64)
    assert app.number_input(key="f_max_words").max == 1_000_000
    assert app.number_input(key="f_seed").max == 2**31 - 1


@pytest.mark.parametrize("value", ["many", "-1", "0", "1.5", "٣", "9" * 30, "1e6"])
def test_a_variable_that_is_no_number_is_named(value: str) -> None:
    with pytest.raises(BadSetting, match=r"EMBEDLAB_MAX_FILES must be a positive whole number, not '"):
        Limits.from_environment({"EMBEDLAB_MAX_FILES": value})
    assert Limits.from_environment({"EMBEDLAB_MAX_FILES": "", "OTHER": "x"}) == Limits()
