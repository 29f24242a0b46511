"""What visitors wrote, and what their models hold, reaches no page as markup: every page on models made of it.

Each title, word and sentence here has ``www.evil`` in it. Escaped for Markdown it reads otherwise (``md`` breaks it),
so wherever it stands as it was written, the place must be one that Streamlit shows letter by letter.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.base import Card, model_folder
from embedlab.data.corpus import Corpus
from embedlab.jobs import api as jobs
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.jobs.run import RunState
from embedlab.plots.text import md
from embedlab.store import share_links
from embedlab.workflows.text_choice import TextChoice, lay_down
from tests import pages_opened
from tests.conftest import few_sentences, tiny_vectors, trained

BAD = "www.evil"
WORDS = [f"{BAD}.{letter}" for letter in "abcdefgh"]
SENTENCE = f"the bank of {WORDS[0]} is {WORDS[1]} and {WORDS[2]}"
LETTER_BY_LETTER = {
    "PlotlyChart.spec", "PlotlyChart.alt", "Selectbox.options", "MultiSelect.options", "Code.code_text",
    "TextInput.default", "TextInput.value", "TextArea.default", "TextArea.value", "TextInput.placeholder",
}  # fmt: skip
"""Fields of Streamlit's elements that are no Markdown."""
ALL = [md(f"{BAD}.{key}") for key in ("word2vec", "lsa", "fasttext")]
SPEAK = [md(f"{BAD}.{key}") for key in ("ngram", "lstm")]
PAGES: list[tuple[str, dict[str, Any]]] = [
    ("overview", {}),
    *(
        ("neighbors", {"word": WORDS[0], "models": ALL, "view": view})
        for view in ("Overlap", "Two words", "In sentences", "Letter groups")
    ),
    ("neighbors", {"word": f"{BAD}.unknown", "models": ALL}),
    *(("analogies", {"a": WORDS[0], "b": WORDS[1], "c": word, "models": ALL}) for word in (WORDS[2], f"{BAD}.x")),
    ("analogies", {"ask": "formula", "formula": " + ".join(WORDS[:2]), "models": ALL}),
    (
        "axes",
        {
            "x": "my own",
            "x_pairs": f"{WORDS[0]}:{WORDS[1]}, {BAD}.x:{BAD}.y",
            "list": "my own words",
            "words": ", ".join([*WORDS, f"{BAD}.x"]),
        },
    ),
    ("map", {"method": "PCA", "words": "My own", "list": " ".join([*WORDS, f"{BAD}.x"]), "word": WORDS[0]}),
    ("map", {"method": "PCA", "word": f"{BAD}.x"}),
    *(
        (
            "next_word",
            {"begin": SENTENCE, "sentence": SENTENCE, "text": SENTENCE, "view": view, "language_models": SPEAK},
        )
        for view in ("Let them write", "Surprise", "Counts behind it", "Perplexity")
    ),
    *(
        ("polysemy", {"from": "My own", "own": f"{BAD}.sense | {SENTENCE}\nb | a bank of {WORDS[3]}", "own_word": word})
        for word in ("bank", WORDS[0], f"{BAD}.x")
    ),
    ("cloud", {"look_in": "A text", "text_word": f"{BAD}.x"}),
    ("contextuality", {"text": "My own text", "own": f"{SENTENCE}. " * 6}),
    ("models", {}),
    ("leaderboard", {}),
]


def fields(message: Any) -> Iterator[tuple[str, str]]:
    """All texts of a protobuf message, with type and name of their field."""
    for field, value in message.ListFields():
        for item in value if field.is_repeated else [value]:
            if field.type == field.TYPE_MESSAGE:
                if hasattr(item, "ListFields"):
                    yield from fields(item)
            elif field.type == field.TYPE_STRING:
                yield f"{message.DESCRIPTOR.name}.{field.name}", item


def written(page: AppTest) -> Iterator[tuple[str, str]]:
    for node in page._tree:
        proto = getattr(node, "proto", None)
        if proto is not None:
            yield from fields(proto)


def shown(page: AppTest) -> None:
    """The page shows such text, and shows it as it is."""
    seen = [(place, text) for place, text in written(page) if not place.endswith(".id")]
    assert any(md(BAD) in text for _, text in seen)
    assert not [(place, text[:200]) for place, text in seen if BAD in text and place not in LETTER_BY_LETTER]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models whose vocabularies and titles are such texts."""
    parent = tmp_path_factory.mktemp("models")
    sentences = [SENTENCE.split(), ["the", "bank", *WORDS[3:]]] * 30
    network = {"dim": 8, "epochs": 1, "batch_size": 4, "min_count": 1}
    kinds: dict[str, dict[str, Any]] = {
        "lstm": network | {"layers": 1}, "ngram": {"min_count": 1},
        "fasttext": {"dim": 12, "min_count": 1, "epochs": 1, "workers": 1, "buckets": 500},
    }  # fmt: skip
    for kind, settings in kinds.items():
        model = trained(kind, Corpus.from_sentences(sentences), settings)
        model.card = replace(model.card, title=f"{BAD}.{kind}", text=f"{BAD}.text", note=f"{BAD}.note")
        model.save(parent / kind)
    for key, noise in (("word2vec", 0.0), ("lsa", 0.15)):
        words, matrix, counts = tiny_vectors(noise)
        words = [*WORDS, *words[len(WORDS) :]]
        card = Card(title=f"{BAD}.{key}", text=f"{BAD}.text", licence=f"{BAD}.licence", note=f"{BAD}.note", tokens=9)
        tensors = {"matrix": matrix.astype(np.float32)}
        model_folder.write(parent / key, model_folder.StoredModel(key, {}, tensors, words, counts, card))
    return parent


@pytest.fixture
def evil(folders: Path, lab: Path) -> Path:
    for folder in folders.iterdir():
        shutil.copytree(folder, lab / "starters" / folder.name, dirs_exist_ok=True)
    few_sentences(lab, "bank", "plant")
    return lab


@pytest.mark.usefixtures("evil", "at_once")
@pytest.mark.parametrize(("name", "query"), PAGES)
def test_text_of_others_is_never_markup(name: str, query: dict[str, Any]) -> None:
    shown(pages_opened.opened(name, **query))


@pytest.mark.usefixtures("evil")
def test_a_given_text_and_its_name_are_never_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_launch", lambda run: None)
    run = jobs.draft()
    name = lay_down(run.folder, f"{BAD}.txt", f"{SENTENCE}. ".encode() * 200)
    page = pages_opened.opened("training", draft=run.id, source="A file of yours")
    shown(page)
    jobs.start("train", TrainSettings("lsa", text=TextChoice(file=name), name=f"{BAD}.name"), run)
    run.write_state(RunState("failed", error=f"{BAD}.error"))
    shown(pages_opened.opened("training", run=run.id))


@pytest.mark.usefixtures("evil")
def test_a_shared_model_is_never_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share_links, "find", lambda token: registry.find("word2vec"))
    shown(pages_opened.opened("models", shared="x", shared_word=f"{BAD}.x"))
