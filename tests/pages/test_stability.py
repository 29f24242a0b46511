"""The Stability page: shipped results at once, a text of one's own by a run, the word, bad input, the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import __main__ as terminal
from embedlab.base import BadInput
from embedlab.data.corpus import Corpus
from embedlab.jobs import api as jobs
from embedlab.jobs import worker
from embedlab.jobs.kinds import stability
from embedlab.jobs.kinds.stability import KIND, StabilitySettings
from embedlab.workflows import retrain
from embedlab.workflows.text_choice import TextChoice
from tests import pages_opened
from tests.pages_opened import button, frame, said, sound, together

TEXT = "\n".join(f"The {a} and the {b} walk to the {c} in the morning." for a, b, c in [
    ("king", "queen", "castle"), ("man", "woman", "house"), ("dog", "cat", "garden"), ("boy", "girl", "school"),
] * 10)  # fmt: skip


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, lab: Path, at_once: None) -> Path:
    """A lab in which a training takes moments."""
    own = retrain.config_of

    def small(family: str, corpus: Corpus) -> tuple[dict[str, object], int]:
        values, tokens = own(family, corpus)
        return {
            name: {"epochs": 2, "dim": 8, "buckets": 200}.get(name, value) for name, value in values.items()
        }, tokens

    monkeypatch.setattr(retrain, "config_of", small)
    return lab


def opened(**query: str | list[str]) -> AppTest:
    return pages_opened.opened("stability", **query)


def test_the_page_opens_on_results_that_come_with_the_lab() -> None:
    page = opened()
    assert not page.error and not [one for one in page.button if one.key == f"ask-{KIND}"]
    assert len(page.get("plotly_chart")) == 5 + 3
    rows = frame(page, "trainings that name it")
    assert set(rows["model"]) == {"LSA", "word2vec CBOW", "word2vec skip-gram", "GloVe", "fastText"}
    assert rows["trainings that name it"].between(1, 5).all()
    word = page.text_input(key="word").value
    settings = StabilitySettings("lsa", TextChoice("wikipedia"))
    found = stability.stored("lsa", settings)
    assert found is not None
    stayed = found.stability.of(word)
    own = rows[rows["model"] == "LSA"]
    assert own["neighbor"].tolist() == [near.word for near in stayed]
    assert own["trainings that name it"].tolist() == [round(5 * near.share) for near in stayed]
    every = frame(page, "times seen")
    assert len(every) >= 1000
    assert every["LSA"].mean() == pytest.approx(found.stability.mean, abs=1e-3)


@pytest.mark.parametrize("drawn", [False, True])
def test_shipped_results_are_there_for_every_family(drawn: bool) -> None:
    settings = StabilitySettings("", TextChoice("wikipedia"), drawn=drawn)
    for family in retrain.FAMILIES:
        found = stability.stored(family, settings)
        assert found is not None and len(found.stability.lists) == 5 and len(found.stability.words) > 800


def test_a_click_takes_a_word_and_an_unknown_one_is_said() -> None:
    page = opened(families="GloVe")
    chip = next(one for one in page.button if (one.key or "").startswith("chip-word-Change most"))
    page = sound(chip.click().run())
    assert page.text_input(key="word").value == chip.label
    assert set(frame(page, "trainings that name it")["model"]) == {"GloVe"}
    page = sound(page.text_input(key="word").set_value("musik").run())
    assert together(said(page), "“musik”", "1,000 words")
    assert "music" in [one.label for one in page.button]
    assert len(page.get("plotly_chart")) == 3


@pytest.mark.usefixtures("quick")
def test_a_sample_is_trained_on_when_asked() -> None:
    page = opened(families="LSA", sample="Lee news corpus", trainings="2")
    assert together(said(page), "Not trained", "LSA", "2 times")
    assert not jobs.all_runs(KIND)
    page = sound(button(page, "Train 2 models").click().run())
    page = page if page.dataframe else sound(page.run())
    (run,) = jobs.all_runs(KIND)
    assert run.state().status == "done", run.state().error
    assert set(frame(page, "trainings that name it")["model"]) == {"LSA"}
    opened(families="LSA", sample="Lee news corpus", trainings="2")
    assert len(jobs.all_runs(KIND)) == 1


def run_on(text: str, families: str, **changed: object) -> jobs.Run:
    from embedlab.workflows import text_choice

    run = jobs.draft()
    name = text_choice.lay_down(run.folder, "mine.txt", text.encode())
    asked = StabilitySettings(families, TextChoice(file=name), run.id, trainings=2, **changed)  # type: ignore[arg-type]
    return jobs.start(KIND, asked, run)


@pytest.mark.usefixtures("quick")
def test_every_family_is_trained_on_ones_own_text_and_the_same_seed_gives_the_same() -> None:
    run = run_on(TEXT, ",".join(retrain.FAMILIES))
    assert run.state().status == "done", run.state().error
    settings = StabilitySettings("", TextChoice(file="mine.txt"), run.id, trainings=2)
    for family in retrain.FAMILIES:
        found = stability.stored(family, settings)
        assert found is not None and {"king", "walk"} <= set(found.stability.words)
        assert found.tokens == 480
    assert not (run.folder / "text").exists()
    again = run_on(TEXT, "cbow")
    first, second = (
        stability.stored("cbow", StabilitySettings("", TextChoice(file="mine.txt"), one.id, trainings=2))
        for one in (run, again)
    )
    assert first is not None and second is not None
    assert [one.near for one in first.stability.lists] == [one.near for one in second.stability.lists]


@pytest.mark.usefixtures("quick")
def test_an_interrupted_run_does_not_train_again_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    own = retrain.train

    def counted(family: str, corpus: Corpus, values: dict[str, object], seed: int, told: object) -> object:
        seeds.append(seed)
        if seeds == [1, 2]:
            raise BadInput("The power went off.")
        return own(family, corpus, values, seed, told)  # type: ignore[arg-type]

    monkeypatch.setattr(retrain, "train", counted)
    run = run_on(TEXT, "lsa")
    assert (run.state().status, run.state().error) == ("failed", "The power went off.")
    worker.main(run.folder)
    assert run.state().status == "done"
    assert seeds == [1, 2, 2]


@pytest.mark.usefixtures("quick")
def test_a_text_of_few_paragraphs_cannot_be_drawn_anew() -> None:
    run = run_on(TEXT.replace("\n", " "), "lsa", drawn=True)
    assert run.state().status == "failed" and "fewer than 20 paragraphs" in run.state().error
    assert run_on(TEXT, "lsa", drawn=True).state().status == "done"


@pytest.mark.usefixtures("quick")
def test_a_damaged_result_is_forgotten() -> None:
    settings = StabilitySettings("lsa", TextChoice("lee"), trainings=2)
    key = stability.key_of("lsa", settings)
    whole = {"k": 2, "size": 9, "words": [0], "counts": [1], "near": [[1, 2]]}
    names = ["a", "b", "c"]
    bad = ({"k": 10**12}, {"k": 1}, {"counts": [10**400]}, {"counts": []}, {"near": [[7, 1]]}, {"size": "x"})
    longer = [{"names": names, "lists": [whole | one] * 2} for one in bad]
    for broken in (
        *longer,
        {"names": names, "lists": [whole]},
        {},
        {"names": ["a"], "lists": [{"k": 1}]},
        {"names": [], "lists": []},
        [1],
    ):
        stability.CACHE.put(key, broken)
        assert stability.stored("lsa", settings) is None
        assert not stability.CACHE.has(key)


@pytest.mark.usefixtures("quick")
def test_the_command_prints_and_ships(capsys: pytest.CaptureFixture[str], lab: Path) -> None:
    assert terminal.main(["stability", "lsa", "--sample", "lee", "--trainings", "2", "--word", "Police", "--ship"]) == 0
    printed = capsys.readouterr().out
    assert together(printed, "LSA", "2 trainings") and "  Police: " in printed
    found = stability.stored("lsa", StabilitySettings("lsa", TextChoice("lee"), trainings=2))
    assert found is not None and len(list((lab / "results" / KIND).iterdir())) == 1
    assert terminal.main(["stability", "bert"]) == 1
    assert terminal.main(["stability", "lsa", "--trainings", "1"]) == 1


@pytest.mark.usefixtures("quick")
def test_the_code_runs_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    exec(
        opened(families="LSA", sample="Lee news corpus", trainings="2", anew="The seed and the text").code[0].value, {}
    )
    assert capsys.readouterr().out.startswith("lsa 0.")


def test_a_capitalized_word_is_looked_up_as_the_text_was_folded() -> None:
    page = opened(families="GloVe", word="Music")
    assert not page.warning
    expected = frame(opened(families="GloVe", word="music"), "trainings that name it")
    assert frame(page, "trainings that name it")["neighbor"].tolist() == expected["neighbor"].tolist()
    assert "**Music**" in said(page)
