"""The Models page: cards, import, export, delete, and loading published vectors."""

from __future__ import annotations

import io
import time
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block
from transformers import BertForMaskedLM

from embedlab import registry
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.fetch import FetchSettings
from embedlab.store import archive, library
from embedlab.ui.views.models import cards
from tests import pages_opened
from tests.models.bert.bert_folders import bert_folder
from tests.models.bert.hub import running
from tests.models.elmo import elmo_reference
from tests.pages_opened import sound, texts, together

opened = partial(pages_opened.opened, "models")
ENTRY = """
[[model]]
key = "bert-lab"
kind = "bert"
title = "BERT of the lab"
sources = ["hub:lab/bert"]
size = 20_000
licence = "MIT"
language = "English"
about = "It is very small."
family = "bert"
"""


def frame(app: AppTest) -> pd.DataFrame:
    return app.dataframe[-1].value


def test_all_models_are_listed_with_their_cards_and_sizes(lab: Path, lab_home: Path) -> None:
    library.keep(lab / "starters" / "lsa", "My own")
    app = opened()
    assert frame(app)["key"].tolist() == ["lsa", "word2vec", "yours/my-own"]
    assert frame(app)["words of text"].tolist() == [1000, 1000, 1000]
    size = sum(file.stat().st_size for file in (lab / "starters" / "lsa").iterdir())
    assert frame(app)["MB"][0] == round(size / 1e6, 3)
    assert together(texts(app), "Licence", "MIT")
    assert [item.value.split(" (")[0] for item in app.header[:3]] == ["Starters", "Published", "Yours"]


def test_ones_own_model_is_deleted_after_asking_and_starters_cannot_be(lab: Path, lab_home: Path) -> None:
    key = library.keep(lab / "starters" / "lsa", "My own")
    app = opened()
    keys = [button.key for button in app.button if button.key and button.key.startswith("delete-")]
    assert keys == [f"delete-{key}"]
    sound(app.button(key=f"delete-{key}").click().run())
    assert key not in [spec.key for spec in registry.list_models()]
    assert "is deleted" in app.success[0].value


def test_a_zip_is_imported_under_a_name(lab: Path, lab_home: Path) -> None:
    data = archive.pack(lab / "starters" / "lsa")
    app = opened()
    app.file_uploader(key="import-0").set_value(("lsa.zip", data, "application/zip")).run()
    app.text_input(key="import-name").set_value("From afar").run()
    sound(app.button(key="import").click().run())
    assert registry.find("yours/from-afar").title == "From afar"
    assert "is imported" in app.success[0].value
    app.file_uploader(key="import-1").set_value(("lsa.zip", data, "application/zip")).run()
    app.text_input(key="import-name").set_value("From afar").run()
    sound(app.button(key="import").click().run())
    assert "already" in app.error[0].value


def test_a_bad_zip_is_refused_in_a_sentence(lab: Path, lab_home: Path) -> None:
    app = opened()
    app.file_uploader(key="import-0").set_value(("x.zip", b"nonsense", "application/zip")).run()
    sound(app.button(key="import").click().run())
    assert "readable zip" in app.error[0].value
    assert [spec.source for spec in registry.list_models()] == ["starter", "starter"]


def vectors() -> bytes:
    rng = np.random.default_rng(0)
    lines = [f"{word} {' '.join(f'{x:.3f}' for x in rng.normal(size=5))}" for word in ("the", "king", "queen", "cat")]
    return ("\n".join(lines) + "\n").encode()


def finish() -> jobs.RunState:
    (run,) = jobs.all_runs("fetch")
    deadline = time.monotonic() + 90
    while run.state().active and time.monotonic() < deadline:
        time.sleep(0.1)
    return run.state()


def test_uploaded_vectors_become_a_published_model(lab: Path, lab_home: Path) -> None:
    app = opened()
    app.segmented_control(key="from").set_value("file").run()
    app.file_uploader(key="vectors-file").set_value([("small.txt", vectors(), "text/plain")]).run()
    app.text_input(key="fetch-name").set_value("Small").run()
    sound(app.button(key="fetch").click().run())
    state = finish()
    assert state.status == "done", state.error
    model = registry.load_model("published/small")
    assert model.words == ["the", "king", "queen", "cat"]  # type: ignore[attr-defined]
    app = opened()
    offering = ("Neighbors", "Analogies", "Axes", "Map", "Polysemy", "Layer probes")
    assert together(app.success[0].value, "**Small**", *offering)
    (run,) = jobs.all_runs("fetch")
    assert library.size(run.folder) < 10_000  # neither the upload nor a second copy stays


def test_a_file_of_a_zip_is_chosen_and_the_page_says_what_it_was_read_as(lab: Path, lab_home: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archived:
        archived.writestr("small.5d.txt", b"New York 0.5 0.25\nof 0.125 2\nof 1.5 1.5\n")
        archived.writestr("other.txt", b"a 1.5 2.5 3.5\n")
    app = opened()
    app.segmented_control(key="from").set_value("file").run()
    app.file_uploader(key="vectors-file").set_value([("two.zip", packed.getvalue(), "application/zip")]).run()
    app.text_input(key="fetch-name").set_value("Small")
    app.text_input(key="fetch-member").set_value("small.5d.txt")
    app.selectbox(key="fetch-layout").set_value("glove").run()
    sound(app.button(key="fetch").click().run())
    state = finish()
    assert state.status == "done", state.error
    spec = registry.find("published/small")
    assert registry.load_model(spec.key).words == ["New York", "of"]  # type: ignore[attr-defined]
    assert "GloVe" in spec.card.note and spec.card.note.endswith("left out: 1.")
    said = opened().caption
    assert any(together(caption.value, "GloVe", "left out") for caption in said)


def test_only_the_latest_finished_load_is_told_and_closing_it_brings_back_no_older_one(
    lab: Path, lab_home: Path
) -> None:
    for name in ("first", "second"):
        run = jobs.start("fetch", FetchSettings(f"/nowhere/{name}.txt", name))
        deadline = time.monotonic() + 90
        while run.state().active and time.monotonic() < deadline:
            time.sleep(0.1)
    app = opened()
    assert [("second" in item.value, "first" in item.value) for item in app.error] == [(True, False)]
    sound(app.button(key=f"close-{run.id}").click().run())
    assert not app.error and jobs.all_runs("fetch") == []


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 kB"), (1, "1 kB"), (48_200, "49 kB"), (999_999, "1.0 MB"), (8_740_000, "8.7 MB")]
)
def test_sizes_are_said_in_the_unit_that_fits(size: int, said: str) -> None:
    assert cards.megabytes(size) == said


@pytest.mark.parametrize("source", ["/nowhere/at/all.txt", "no such name!"])
def test_what_cannot_be_loaded_is_said(lab: Path, lab_home: Path, source: str) -> None:
    jobs.start("fetch", FetchSettings(source, "Nothing"))
    assert finish().status == "failed"
    app = opened()
    assert "There is no file" in app.error[0].value


@pytest.mark.parametrize(("name", "said"), [("...", "letter or digit"), ("mine", "already")])
def test_a_name_is_looked_at_before_vectors_are_loaded(lab: Path, lab_home: Path, name: str, said: str) -> None:
    library.keep(lab / "starters" / "lsa", "Mine", source="published")
    app = opened(**{"from": "By name"})
    app.text_input(key="from-name").set_value("glove-wiki-gigaword-50").run()
    app.text_input(key="fetch-name").set_value(name).run()
    sound(app.button(key="fetch").click().run())
    assert said in app.error[0].value and jobs.all_runs("fetch") == []


def test_a_name_that_is_taken_ends_a_load_before_it_begins(lab: Path, lab_home: Path, tmp_path: Path) -> None:
    (tmp_path / "small.txt").write_bytes(vectors())
    library.keep(lab / "starters" / "lsa", "small", source="published")
    jobs.start("fetch", FetchSettings(str(tmp_path / "small.txt")))
    state = finish()
    assert state.status == "failed" and "already" in state.error
    assert registry.find("published/small").family.key == "lsa"


def test_nothing_asked_is_said(lab: Path, lab_home: Path) -> None:
    app = opened(**{"from": "By name"})
    sound(app.button(key="fetch").click().run())
    assert "Say first" in app.error[0].value
    assert jobs.all_runs("fetch") == []


def test_the_exported_zip_can_be_imported(lab: Path, lab_home: Path) -> None:
    key = archive.take(io.BytesIO(archive.pack(lab / "starters" / "word2vec")), "Again")
    assert registry.find(key).title == "Again"


def test_a_click_in_the_catalogue_loads_a_model_and_says_what_it_is(
    lab: Path, lab_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lab / "published.toml").write_text(ENTRY)
    folder = bert_folder(tmp_path / "bert", BertForMaskedLM)
    with running(folder, tmp_path, monkeypatch):
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
        app = opened()
        sound(app.button(key="offer-bert-lab").click().run())
        assert finish().status == "done"
    spec = registry.find("hub:lab/bert")
    assert (spec.title, spec.card.licence, spec.family.key) == ("BERT of the lab", "MIT", "bert")
    app = opened()
    assert app.button(key="offer-bert-lab").disabled
    assert together(texts(app), "Parameters", f"{spec.card.parameters:,}")
    assert together(app.success[0].value, "**BERT of the lab**", "Polysemy", "BERT", "Layer probes")


def test_a_long_catalogue_is_folded_and_searched_in_all_kinds(lab: Path, lab_home: Path) -> None:
    entries = [ENTRY.replace("bert-lab", f"bert-{i}").replace("of the lab", f"of {i}") for i in range(11)]
    vectors = ENTRY.replace("bert-lab", "glove").replace('kind = "bert"', 'kind = "vectors"').replace("BERT", "GloVe")
    (lab / "published.toml").write_text("".join([*entries, vectors]))
    app = opened()
    assert offered(app) == [f"offer-bert-{i}" for i in range(11)]
    assert [offered(fold) for fold in app.expander if offered(fold)] == [["offer-bert-9", "offer-bert-10"]]
    app.text_input(key="find-offer").set_value("of 10").run()
    assert offered(app) == ["offer-bert-10"]
    app.text_input(key="find-offer").set_value("glove").run()
    assert offered(app) == [] and [info.value for info in app.info if "(1)" in info.value]
    app.text_input(key="find-offer").set_value("xyzzy").run()
    assert offered(app) == [] and [info.value for info in app.info if "No model" in info.value]


def offered(place: AppTest | Block) -> list[str]:
    """Keys of the buttons that load a model of the catalogue."""
    return [button.key for button in place.button if (button.key or "").startswith("offer-")]


def test_what_is_loading_stands_above_the_catalogue(lab: Path, lab_home: Path) -> None:
    (lab / "published.toml").write_text(ENTRY)
    run = jobs.start("fetch", FetchSettings("bert-lab", "BERT of the lab"))
    keys = [button.key for button in opened().button]
    assert keys.index(f"cancel-{run.id}") < keys.index("offer-bert-lab")


def test_both_files_of_an_elmo_are_dropped_together(lab: Path, lab_home: Path, tmp_path: Path) -> None:
    pair = elmo_reference.write(tmp_path / "elmo", elmo_reference.OPTIONS)
    app = opened(**{"from": "Upload"})
    app.file_uploader(key="vectors-file").set_value(
        [(path.name, path.read_bytes(), "application/octet-stream") for path in pair]
    ).run()
    app.text_input(key="fetch-name").set_value("Their ELMo").run()
    sound(app.button(key="fetch").click().run())
    assert finish().status == "done"
    assert registry.find("published/their-elmo").family.key == "elmo"
    assert together(opened().success[0].value, "Polysemy", "ELMo layers")
