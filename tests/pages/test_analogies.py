"""The Analogies page: asked by words, by formula and by click; both rankings; the benchmark."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import load_model
from embedlab.analysis.analogies import solve
from embedlab.analysis.google_analogies import google_analogies
from embedlab.jobs import api as jobs
from tests import pages_opened
from tests.pages_opened import button, frame, texts, together

EXACT = "word2vec skip-gram"
opened = partial(pages_opened.opened, "analogies")


def first(page: AppTest, model: str, word: str) -> bool:
    """Whether the page says of a model that its first answer is that word, as expected."""
    return together(texts(page), f"{model}: ", f"**{word}**", "as expected")


@pytest.mark.usefixtures("lab")
def test_it_opens_on_king_and_queen() -> None:
    page = opened(models=[EXACT])
    assert first(page, EXACT, "queen")
    shown = frame(page, "question's words")
    answer = solve(load_model("word2vec"), ["woman", "king"], ["man"])
    assert shown[shown["question's words"] == "without"]["word"].tolist() == answer.words
    assert shown[shown["question's words"] == "with"]["word"].tolist() == answer.all_words
    assert set(shown[shown["is in the question"]]["word"]) <= {"man", "woman", "king"}


@pytest.mark.usefixtures("lab")
def test_the_honest_switch_changes_who_is_first() -> None:
    page = opened(models=["LSA"], a="france", b="paris", c="italy")
    answer = solve(load_model("lsa"), ["paris", "italy"], ["france"])
    assert together(texts(page), "LSA: ", f"**{answer.words[0]}**", "first")
    page.toggle(key="strike").set_value(False).run()
    assert together(texts(page), "LSA: ", f"**{answer.all_words[0]}**", "first")


@pytest.mark.usefixtures("lab")
def test_a_formula_with_weights() -> None:
    page = opened(models=[EXACT], ask="Formula", formula="2 king - 0.5*man + woman", rule="3CosMul")
    expected = solve(load_model("word2vec"), ["king", "woman"], ["man"], method="3cosmul", weights=[2, 1, 0.5])
    shown = frame(page, "question's words")
    assert shown["word"].tolist()[:10] == expected.words
    assert shown["score"].tolist()[:10] == pytest.approx(expected.scores.tolist(), rel=1e-5)


@pytest.mark.usefixtures("lab")
def test_a_formula_that_cannot_be_read_leaves_the_page_standing() -> None:
    page = opened(models=[EXACT], ask="Formula", formula="king - - man")
    assert "cannot be read" in page.error[0].value
    assert button(page, "Ask all questions")


@pytest.mark.usefixtures("lab")
def test_a_ready_made_question_is_asked_by_a_click_and_hits_are_counted() -> None:
    page = opened(models=[EXACT], set="Capitals of countries")
    assert page.metric[0].value == "6 of 6"
    button(page, "france : paris :: germany : ?").click().run()
    assert [page.text_input(key=name).value for name in "abc"] == ["france", "paris", "germany"]
    assert first(page, EXACT, "berlin")


@pytest.mark.usefixtures("lab")
def test_a_misspelt_word_is_mended_by_a_click() -> None:
    page = opened(models=[EXACT], ask="Formula", formula="kign - man + woman")
    button(page, "king").click().run()
    assert page.text_input(key="formula").value == "king - man + woman"
    assert together(texts(page), "**queen**", "first")


@pytest.mark.usefixtures("lab", "at_once")
def test_the_benchmark_is_asked_in_a_run_and_kept() -> None:
    page = opened(models=[EXACT])
    button(page, "Ask all questions").click().run()
    assert [run.state().status for run in jobs.all_runs("analogies")] == ["done"]
    expected = google_analogies(load_model("word2vec"))
    shown = frame(page, "accuracy")
    assert shown["right"].tolist() == [item.correct for item in expected.by_category]
    assert shown["asked"].tolist() == [item.asked for item in expected.by_category]
    assert sum(shown["asked"]) > 0
    assert together(texts(page), f"{expected.total:.1%}", f"{expected.asked:,}")
    assert button(page, "Ask all questions").disabled
    page.toggle(key="strike").set_value(False).run()
    assert not button(page, "Ask all questions").disabled  # that is another question
    again = opened(models=[EXACT])
    assert together(texts(again), f"{expected.total:.1%}", f"{expected.asked:,}")
    assert len(jobs.all_runs("analogies")) == 1


@pytest.mark.usefixtures("lab")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(models=[EXACT])
    exec(page.code[0].value, {})
    assert "word2vec ['queen'" in capsys.readouterr().out


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    "query", [{"a": "Man", "b": "Woman", "c": "King"}, {"ask": "Formula", "formula": "King-Man + Woman"}]
)
def test_a_question_with_capitals_is_the_ready_made_one(query: dict[str, str]) -> None:
    page = opened(models=[EXACT], **query)
    assert not page.warning and not page.error
    assert first(page, EXACT, "queen")
    shown = frame(page, "question's words")
    assert set(shown[shown["is in the question"]]["word"]) <= {"man", "woman", "king"}
    assert any("**Man**" in item.value and "**man**" in item.value for item in page.caption)
