"""The Axes page: one axis, two axes, the visitor's own pairs and words."""

from functools import partial

import pytest

from embedlab import load_model
from embedlab.analysis.axes import SETS, axis, place
from tests import pages_opened

WORDS = "king, queen, uncle, paris"
EXACT = "word2vec skip-gram"
opened = partial(pages_opened.opened, "axes", model=EXACT)


@pytest.mark.usefixtures("lab")
def test_words_lie_where_the_analysis_puts_them() -> None:
    page = opened(list="my own words", words=WORDS)
    model = load_model("word2vec")
    expected = place(model, axis(model, SETS[0].pairs), ["king", "queen", "paris"])
    shown = page.dataframe[0].value
    assert shown["word"].tolist() == ["king", "queen", "paris"]
    assert shown["man – woman"].tolist() == pytest.approx(expected.values.tolist())
    assert shown["man – woman"][0] < 0 < shown["man – woman"][1]
    assert any("uncle" in item.value for item in page.caption)


@pytest.mark.usefixtures("lab")
def test_a_second_axis_of_ones_own_pairs() -> None:
    page = opened(list="my own words", words=WORDS, y="my own pairs", y_pairs="france:paris, italy : rome")
    shown = page.dataframe[0].value
    model = load_model("word2vec")
    second = axis(model, [("france", "paris"), ("italy", "rome")])
    assert shown["france – paris"].tolist() == pytest.approx(place(model, second, shown["word"]).values.tolist())
    assert any("from 2 pairs" in item.value for item in page.markdown)


@pytest.mark.usefixtures("lab")
def test_pairs_that_are_none_get_a_sentence() -> None:
    page = opened(x="my own pairs", x_pairs="weak strong")
    assert "'weak'" in page.error[0].value


@pytest.mark.usefixtures("lab")
def test_bias_is_spoken_of_and_the_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(list="my own words", words=WORDS)
    assert len(page.warning) == 1
    exec(page.code[0].value, {})
    assert "Placement(words=['king', 'queen', 'paris']" in capsys.readouterr().out


@pytest.mark.usefixtures("lab")
def test_words_and_pairs_with_capitals_are_folded_and_that_is_said() -> None:
    page = opened(x="my own pairs", x_pairs="Man:Woman", list="my own words", words="King, Uncle")
    assert page.dataframe[0].value["word"].tolist() == ["king"]
    captions = [item.value for item in page.caption]
    assert any("**Man**" in value and "**King**" in value for value in captions)
    assert any(EXACT in value and "Uncle" in value for value in captions)


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("second", ["none", "my own pairs"])
def test_words_that_the_model_does_not_know_are_said_with_any_second_axis(second: str) -> None:
    page = opened(list="my own words", words="uncle", y=second, y_pairs="france:paris")
    assert "none of these words" in page.info[0].value and not page.error
    assert any("uncle" in item.value for item in page.caption)
    assert sum("pairs. They agree" in item.value for item in page.markdown) == (1 if second == "none" else 2)
