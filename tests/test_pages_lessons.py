"""The Lessons page: a prediction first, then what the models say, then why; a summary; a link for a class."""

import dataclasses
import os
import shutil
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import load_model, storage
from embedlab.analysis.neighbors import similarity
from embedlab.data.lessons import load_lessons
from tests import pages_opened
from tests.conftest import write_starter
from tests.pages_opened import button, frame, said, sound, texts

LESSONS = Path(__file__).resolve().parent.parent / "assets" / "lessons"
opened = partial(pages_opened.opened, "lessons")
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
    assert page.success[0].value == "Right. You predicted **all the same**; it is **all the same**."
    values = frame(page, "similarity")
    assert values["word"].tolist() == ["nurse", "hospital", "guitar"]
    assert values["similarity"].tolist() == [0, 0, 0]
    page = predict(page, "bass")
    assert page.info[0].value == "Not right. You predicted **bass**; it is **the**."
    summary = frame(page, "verdict")
    assert summary["prediction"].tolist() == ["all the same", "bass"]
    assert summary["outcome"].tolist() == ["all the same", "the"]
    assert summary["verdict"].tolist() == ["right", "not right"]
    assert "**1 of 2** predictions" in texts(page)
    page = sound(button(page, "Begin again").click().run())
    assert WHY not in texts(page)


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
    storage.write(folder, dataclasses.replace(storage.read(folder), words=["duck", *storage.read(folder).words[1:]]))
    page = sound(opened())
    page.text_input(key="pin-w").set_value("duck").run()
    assert "LSA" in page.warning[0].value and "GloVe" not in page.warning[0].value
    page.multiselect(key="pin-m").set_value(["glove"]).run()
    assert not sound(page).warning
