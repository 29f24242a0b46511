"""The Lessons page: a prediction first, then what the models say, then why; a summary; a link for a class."""

import dataclasses
import json
import os
import shutil
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import load_model
from embedlab.analysis.neighbors import similarity
from embedlab.base import model_folder, paths
from embedlab.data.lessons import load_lessons
from embedlab.store import lesson_answers
from embedlab.store.lesson_answers import Answer, Answered
from embedlab.ui import visitor
from tests import pages_opened
from tests.conftest import write_starter
from tests.pages_opened import button, frame, said, sound, texts, together

LESSONS = Path(__file__).resolve().parents[2] / "assets" / "lessons"
opened = partial(pages_opened.opened, "lessons")
pytestmark = pytest.mark.usefixtures("lab_home")
WHY = "never have their 1 in the same place"


def predict(page: AppTest, choice: str) -> AppTest:
    page.radio[0].set_value(choice)
    return sound(button(page, "Predict, and see").click().run())


def test_the_answer_stays_hidden_until_something_is_predicted() -> None:
    page = opened()
    assert WHY not in texts(page)
    assert not page.dataframe
    sound(button(page, "Predict, and see").click().run())
    assert "Choose first" in page.warning[0].value
    assert WHY not in texts(page)


def test_a_lesson_is_gone_through_and_summed_up() -> None:
    page = predict(opened(), "all the same")
    assert WHY in texts(page)
    assert together(page.success[0].value, "**all the same**", "**all the same**")
    values = frame(page, "similarity")
    assert values["word"].tolist() == ["nurse", "hospital", "guitar"]
    assert values["similarity"].tolist() == [0, 0, 0]
    page = predict(page, "bass")
    assert together(page.info[0].value, "**bass**", "**the**")
    summary = frame(page, "verdict")
    assert summary["prediction"].tolist() == ["all the same", "bass"]
    assert summary["outcome"].tolist() == ["all the same", "the"]
    assert summary["verdict"].tolist() == ["right", "not right"]
    assert "**1 of 2** predictions" in texts(page)
    page = sound(button(page, "Begin again").click().run())
    assert WHY not in texts(page)


def test_predictions_are_there_after_a_reload_until_the_lesson_is_begun_again() -> None:
    predict(predict(opened(), "all the same"), "bass")
    page = opened()
    assert "**1 of 2** predictions" in texts(page)
    sound(button(page, "Begin again").click().run())
    assert WHY not in texts(page) and WHY not in texts(opened())
    assert not list(paths.workspace("").glob("predictions*"))


def test_a_lesson_that_was_left_in_the_middle_goes_on_there_and_can_be_begun_again() -> None:
    predict(opened(), "all the same")
    page = opened()
    assert WHY in texts(page) and page.radio
    sound(page.button(key="begin-again").click().run())
    assert WHY not in texts(page) and WHY not in texts(opened())


def test_a_home_that_cannot_be_written_keeps_them_for_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path / "file" / "home"))
    assert WHY in texts(predict(opened(), "all the same"))
    assert WHY not in texts(opened())


def test_predictions_are_their_visitors_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_APART", "1")

    def of(secret: str) -> AppTest:
        app = AppTest.from_file(str(pages_opened.PAGES / "lessons.py"), default_timeout=120)
        app.session_state[visitor.OPENED] = secret
        return sound(app.run())

    predict(of("a" * 64), "all the same")
    assert WHY in texts(of("a" * 64)) and WHY not in texts(of("b" * 64))
    assert paths.all_workspaces() == [paths.workspace_name("a" * 64)]


@pytest.mark.parametrize(
    "damaged",
    [
        b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"lessons": [{"lesson": "one-hot", "answers": [{"step": 0}]}]}',
        json.dumps(asdict(Answered("one-hot", (Answer(0, "none of the choices"),)))).encode(),
        json.dumps({"lessons": [asdict(Answered("one-hot", (Answer(0, "none of the choices"),)))]}).encode(),
        json.dumps({"lessons": [asdict(Answered("one-hot", (Answer(1, "bass"),)))]}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_of_predictions_is_as_none(damaged: bytes, lab_home: Path) -> None:
    (lab_home / lesson_answers.NAME).write_bytes(damaged)
    page = opened()
    assert WHY not in texts(page)
    predict(page, "all the same")
    assert WHY in texts(opened())


def test_a_number_is_judged_by_what_is_computed() -> None:
    lessons = load_lessons()
    page = predict(opened(lesson=f"2. {lessons[1].title}"), "bass")
    value = similarity(load_model("lsa"), "coffee", "tea")  # type: ignore[arg-type]
    page.slider[0].set_value(round(value / 0.05) * 0.05)
    page = sound(button(page, "Predict, and see").click().run())
    assert any(item.value.startswith("Right.") and f"it is **{value:.2f}**" in item.value for item in page.success)


def test_a_link_pins_a_lesson_and_hides_the_teachers_form() -> None:
    page = opened(only_lessons="elmo,lstm", only_pages="lessons")
    assert page.session_state["lesson"] == "lstm"
    assert not page.multiselect


def test_the_teachers_form_makes_the_link() -> None:
    page = opened()
    page.multiselect(key="pin-l").set_value(["elmo"])
    page.multiselect(key="pin-m").set_value(["elmo", "word2vec"])
    page.text_input(key="pin-w").set_value("bank, duck")
    sound(page.run())
    address = page.code[0].value
    assert address.endswith(
        "/lessons?only_pages=lessons&only_lessons=elmo&only_models=elmo,word2vec&only_words=bank,duck"
    )


@pytest.mark.usefixtures("lab")
def test_without_lessons_the_page_says_so() -> None:
    assert "no lesson here" in said(opened())


@pytest.mark.usefixtures("lab")
def test_pinned_words_are_checked_when_the_link_is_made() -> None:
    write_starter(Path(os.environ["EMBEDLAB_ASSETS"]), "glove", "GloVe")
    shutil.copytree(LESSONS, Path(os.environ["EMBEDLAB_ASSETS"]) / "lessons")
    page = opened()
    page.text_input(key="pin-w").set_value("King, duck, queen").run()
    (warning,) = [sound(page).warning[0].value]
    assert "duck" in warning and "King" not in warning
    assert "**King**" in texts(page) and "**king**" in texts(page)
    folder = Path(os.environ["EMBEDLAB_ASSETS"]) / "starters" / "glove"
    model_folder.write(
        folder,
        dataclasses.replace(model_folder.read(folder), words=["duck", *model_folder.read(folder).words[1:]]),
        overwrite=True,
    )
    page = sound(opened())
    page.text_input(key="pin-w").set_value("duck").run()
    assert "LSA" in page.warning[0].value and "GloVe" not in page.warning[0].value
    page.multiselect(key="pin-m").set_value(["glove"]).run()
    assert not sound(page).warning
