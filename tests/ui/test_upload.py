"""Giving a text: by upload or paste; bad ones are refused in a sentence, good ones survive a reload."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab.jobs import api as jobs
from embedlab.workflows import text_choice


def script() -> None:
    import streamlit as st

    from embedlab.ui import upload, widgets

    with widgets.guard():
        chosen = upload.text_upload()
        if chosen is not None:
            corpus = chosen.text.open(chosen.draft.folder if chosen.draft else None)
            first = next(iter(corpus))
            st.text(f"{chosen.text.title}: {' '.join(first)}")


def app_on(way: str = "upload", **query: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.segmented_control(key="source").set_value(way).run()


def give(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    return app


def drafts() -> list[Path]:
    return sorted(jobs.home().iterdir()) if jobs.home().is_dir() else []


def test_an_uploaded_text_is_kept_and_found_after_a_reload(lab_home: Path) -> None:
    app = give(app_on(), "my tale.txt", b"Once upon a time. There was a king.")
    assert app.text[0].value == "my tale.txt: once upon a time"
    (folder,) = drafts()
    assert text_choice.laid_down(folder) == "my tale.txt"
    assert not app.file_uploader
    again = app_on(draft=folder.name)
    assert again.text[0].value == "my tale.txt: once upon a time"


def test_another_text_takes_the_place_of_the_first(lab_home: Path) -> None:
    app = give(app_on(), "a.txt", b"Once upon a time.")
    app.button(key="another-text").click().run()
    assert drafts() == []
    app = give(app, "b.txt", b"Twice upon a time.")
    assert app.text[0].value == "b.txt: twice upon a time"


def test_a_table_asks_for_its_column_and_a_wrong_one_loses_nothing(lab_home: Path) -> None:
    app = give(app_on(), "t.csv", b"id,text\n1,The king rules the land\n2,The queen rules the land\n")
    assert app.text[0].value == "t.csv: the king rules the land"
    guess, *names = app.selectbox(key="column").options
    assert guess.startswith("text ") and names == ["id", "text"]
    assert "The king rules the land · The queen rules the land" in app.caption[-1].value
    assert app.dataframe[0].value.to_dict("list") == {
        "column": ["id", "text"], "first values": ["1 · 2", "The king rules the land · The queen rules the land"],
    }  # fmt: skip
    app = app_on(draft=drafts()[0].name, column="texts")
    assert len(app.error) == 1 and "texts" in app.error[0].value
    assert text_choice.laid_down(drafts()[0]) == "t.csv"
    app.selectbox(key="column").set_value("text").run()
    assert not app.error and app.text[0].value == "t.csv: the king rules the land"
    app.selectbox(key="column").set_value("id").run()
    assert app.text[0].value == "t.csv: 1"
    again = app_on(draft=drafts()[0].name, column="id")
    assert again.text[0].value == "t.csv: 1"


def test_fields_of_json_are_chosen_and_shown_like_columns(lab_home: Path) -> None:
    app = give(app_on(), "t.jsonl", b'{"id": "*a*", "more": {"said": "The king rules"}}\n' * 2)
    assert app.text[0].value == "t.jsonl: the king rules" and app.selectbox(key="column").label == "Field"
    assert app.selectbox(key="column").options[1:] == ["id", "more.said"]
    app.selectbox(key="column").set_value("id").run()
    assert app.text[0].value == "t.jsonl: a" and r"\*a\* · \*a\*" in app.caption[-1].value


def test_a_plain_text_between_tabs_offers_its_columns(lab_home: Path) -> None:
    app = give(app_on(), "t.txt", b"1\tThe king rules.\n2\tA queen.\n3\tThe land.\n")
    assert app.text[0].value == "t.txt: 1 the king rules"
    app.selectbox(key="column").set_value("column 2").run()
    assert app.text[0].value == "t.txt: the king rules"


def test_a_column_is_forgotten_with_its_file(lab_home: Path) -> None:
    app = give(app_on(), "t.csv", b"id,text\n1,The king rules the land\n2,The queen rules the land\n")
    app.selectbox(key="column").set_value("id").run()
    app.button(key="another-text").click().run()
    app = give(app, "u.csv", b"name,words\nMary,The land is wide\nPeter,The sea is wider\n")
    assert not app.error and app.text[0].value == "u.csv: the land is wide"


def test_running_text_has_no_column_to_choose(lab_home: Path) -> None:
    app = give(app_on(), "t.txt", b"The king rules the land.")
    assert app.text[0].value == "t.txt: the king rules the land" and "column" not in [box.key for box in app.selectbox]


def climbing_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("../../evil.txt", "words")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("spaces.txt", b"  \n \n"),
        ("binary.txt", bytes(range(256)) * 50),
        ("climbing.zip", climbing_zip()),
        ("broken.zip", b"PK\x03\x04 nothing"),
        ("broken.pdf", b"%PDF-1.4 nothing"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_and_not_kept(lab_home: Path, name: str, content: bytes) -> None:
    app = give(app_on(), name, content)
    (error,) = app.error
    assert error.value and "Traceback" not in error.value
    assert drafts() == []
    assert app.file_uploader and app.segmented_control(key="source").value == "upload"


def test_pasted_words_are_kept(lab_home: Path) -> None:
    app = app_on("paste")
    app.text_area(key="pasted").set_value("A cat sat. A dog ran.").run()
    app.button(key="use-pasted").click().run()
    assert app.text[0].value == "pasted text: a cat sat"


def test_a_sample_needs_no_folder(lab_home: Path) -> None:
    app = app_on("sample")
    assert app.text[0].value.startswith("Kingdom: ")
    assert drafts() == []


def test_a_foreign_or_made_up_draft_in_the_address_is_ignored(lab_home: Path) -> None:
    assert app_on(draft="../../etc").file_uploader
    assert app_on(draft="0" * 24).file_uploader
