"""The Neighbors page: looked up, clicked, misspelt; what it shows is what the analyses say."""

from functools import partial
from pathlib import Path

import pytest

from embedlab import load_model
from embedlab.analysis.neighbors import nearest, similarity
from embedlab.analysis.subwords import parts
from embedlab.plots.text import md
from tests import pages_opened
from tests.pages_opened import button, frame, texts, together

opened = partial(pages_opened.opened, "neighbors")


@pytest.mark.usefixtures("lab")
def test_a_link_opens_the_word_and_both_models() -> None:
    page = opened(word="king", models=["LSA", "word2vec skip-gram"], k="4")
    shown = frame(page, "rank")
    for key, title in (("lsa", "LSA"), ("word2vec", "word2vec skip-gram")):
        expected = nearest(load_model(key), "king", 4)
        rows = shown[shown["model"] == title]
        assert rows["word"].tolist() == expected.words
        assert rows["similarity"].tolist() == pytest.approx(expected.similarities.tolist())
        assert rows["times seen"].tolist() == expected.counts.tolist()


@pytest.mark.usefixtures("lab")
def test_a_chip_sets_the_word_and_the_address() -> None:
    page = opened(word="king")
    button(page, "paris").click().run()
    assert page.text_input(key="word").value == "paris"
    assert page.query_params["word"] == "paris"
    assert frame(page, "rank")["word"].iloc[0] == nearest(load_model("word2vec"), "paris", 1).words[0]


@pytest.mark.usefixtures("lab")
def test_a_misspelt_word_gets_clickable_spellings() -> None:
    page = opened(word="quen")
    assert "does not know" in page.warning[0].value
    button(page, "queen").click().run()
    assert not page.warning
    assert page.text_input(key="word").value == "queen"


@pytest.mark.usefixtures("lab")
def test_markup_in_a_word_is_shown_as_it_is() -> None:
    page = opened(word=":red[x] *b* $y$")
    assert md(":red[x] *b* $y$") in page.warning[0].value


@pytest.mark.usefixtures("lab")
def test_two_words_are_compared_in_every_model() -> None:
    page = opened(word="king", view="Two words", other="queen", models=["LSA", "word2vec skip-gram"])
    values = next(item.value for item in page.dataframe if list(item.value.columns) == ["model", "similarity"])
    expected = [similarity(load_model(key), "king", "queen") for key in ("lsa", "word2vec")]
    assert values["similarity"].tolist() == pytest.approx(expected)


@pytest.mark.usefixtures("lab")
def test_sentences_that_hold_both_words_come_from_the_kingdom() -> None:
    page = opened(word="king", view="In sentences", text="Kingdom", k="30")
    assert not page.error
    counted = next(item.value for item in page.markdown if item.value.startswith("Of "))
    assert "hold **king**" in counted
    assert all("king" in text for text in frame(page, "holds").query("holds == 'king'")["sentence"])


def test_a_word_nobody_has_seen_is_taken_apart(fasttext_starter: Path) -> None:
    page = opened(word="jumpinged", models=["word2vec skip-gram"])
    shown = frame(page, "group")
    expected = parts(load_model(fasttext_starter), "jumpinged")
    assert shown["group"].tolist() == expected.ngrams
    assert shown["share"].sum() == pytest.approx(1)
    assert any("not in the vocabulary" in item.value for item in page.markdown)


@pytest.mark.usefixtures("lab")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    page = opened(word="king", k="3")
    exec(page.code[0].value, {})
    assert nearest(load_model("word2vec"), "king", 3).words[0] in capsys.readouterr().out


@pytest.mark.usefixtures("lab_home")
def test_without_any_model_the_page_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EMBEDLAB_ASSETS", str(tmp_path / "none"))
    assert "No model" in opened().info[0].value


@pytest.mark.usefixtures("lab")
def test_a_capitalized_word_in_the_address_is_looked_up_folded_and_that_is_said() -> None:
    page = opened(word="King", models=["LSA", "word2vec skip-gram"], k="4")
    assert not page.warning
    shown = frame(page, "rank").query("model == 'LSA'")
    assert shown["word"].tolist() == nearest(load_model("lsa"), "king", 4).words
    (caption,) = [item.value for item in page.caption if "**King**" in item.value]
    assert all(name in caption for name in ("**king**", "LSA", "word2vec skip-gram"))
    assert not [item for item in opened(word="king").caption if "**king**" in item.value]


@pytest.mark.usefixtures("lab")
def test_the_second_word_is_folded_too() -> None:
    page = opened(word="king", view="Two words", other="Queen", models=["LSA"])
    values = next(item.value for item in page.dataframe if list(item.value.columns) == ["model", "similarity"])
    assert values["similarity"].tolist() == pytest.approx([similarity(load_model("lsa"), "king", "queen")])
    assert any("**Queen**" in item.value and "**queen**" in item.value for item in page.caption)


def test_letter_groups_of_a_known_word_are_its_own(fasttext_starter: Path) -> None:
    page = opened(word="Jumped", models=["word2vec skip-gram"])
    assert frame(page, "group")["group"].tolist() == parts(load_model(fasttext_starter), "jumped").ngrams
    assert together(texts(page), "**jumped**", "vocabulary")
    assert any("**Jumped**" in item.value for item in page.caption)


def test_a_composed_vector_is_said_to_be_one(fasttext_starter: Path) -> None:
    def composed(word: str) -> tuple[list[str], list[str]]:
        page = opened(word=word, models=[load_model(fasttext_starter).title], view="Two words", other="walked")
        specs = [item.proto.spec for item in page.get("plotly_chart")]
        assert len(specs) == 2
        return [item.value for item in page.caption if "compose" in item.value], [s for s in specs if "composed" in s]

    (caption,), figures = composed("Jumpinged")
    assert "**Jumpinged**" in caption and len(figures) == 2 and all("jumpinged" in spec for spec in figures)
    assert composed("Jumped") == ([], [])


@pytest.mark.usefixtures("lab")
def test_a_word_is_found_however_its_letters_are_coded() -> None:
    page = opened(word="k\u2066ing\u2069", view="Two words", other="que\u00aden", models=["LSA"])
    assert not page.warning
    values = next(item.value for item in page.dataframe if list(item.value.columns) == ["model", "similarity"])
    assert values["similarity"].tolist() == pytest.approx([similarity(load_model("lsa"), "king", "queen")])
