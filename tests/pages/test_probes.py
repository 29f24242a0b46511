"""The Layer probes page: a run in the background, its result for exactly these weights, every view, bad addresses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from embedlab import registry
from embedlab.analysis.probing.results import ProbeSettings
from embedlab.analysis.probing.tagger import tag
from embedlab.base import BadInput, Card
from embedlab.data.corpus import Corpus
from embedlab.data.tag_columns import Wanted
from embedlab.data.tagged import read_conll
from embedlab.jobs.kinds import probes
from embedlab.plots.text import md
from embedlab.store import results
from embedlab.store.taggers import TAGGERS
from embedlab.ui.views.probes import VIEWS
from embedlab.workflows import probe_data
from tests import pages_opened
from tests.conftest import trained, write_starter
from tests.pages_opened import texts, together
from tests.probe_sentences import FEW, sentences

__all__ = ["sentences"]
QUICK = {"probes_epochs": "3", "probes_resamples": "20"}
TITLE = "A tiny LSTM"
opened = partial(pages_opened.opened, "probes", **QUICK)


@pytest.fixture
def readers(sentences: Path, at_once: None) -> Path:
    """A trained LSTM beside the static starters; runs are worked off at once and in this process."""
    text = [["the", name, "in", "house"] for name in ("paris", "france", "king", "queen")] * 5
    settings = {"dim": 6, "epochs": 1, "min_count": 1, "layers": 2}
    model = trained("lstm", Corpus.from_sentences(text), settings)
    model.card = Card(title=TITLE)
    model.save(sentences / "starters" / "lstm")
    return sentences


def computed(models: tuple[str, ...], data: str = "") -> results.KeptProbe:
    job = probes.ProbeJob.of(models, data, ProbeSettings(epochs=3, resamples=20))
    results.PROBES.put(job.key, job.part().compute(None))
    found = results.PROBES.get(job.key)
    assert found is not None
    return found


def test_a_run_brings_the_table_and_the_next_visit_has_it_at_once(readers: Path) -> None:
    page = opened()
    assert together(page.info[0].value, "no result yet", "A tiny LSTM")
    assert not page.dataframe
    page.button(key="run").click().run()
    assert not page.exception and [one.value for one in page.error] == []
    (kept,) = results.PROBES.all()
    for again in (page, opened()):
        frame = next(item.value for item in again.dataframe if "selectivity low" in item.value)
        assert frame["strategy"].tolist() == [row.strategy for row in kept.probe.rows]
        assert frame["F1"].tolist() == pytest.approx([100 * row.f1 for row in kept.probe.rows], abs=0.01)
        best = max(kept.probe.rows, key=lambda row: row.f1)
        assert together(texts(again), "finds names best", f"F1 **{100 * best.f1:.1f} %**")
        assert f"({kept.probe.words[2]:,} words, {kept.probe.entities[2]:,} names)" in texts(again)


def test_a_bilstm_with_a_field_is_chosen_and_run(readers: Path) -> None:
    page = opened(reader="word2vec skip-gram", probes_hidden="4")
    page.segmented_control(key="probe").set_value("BiLSTM-CRF").run()
    page.button(key="run").click().run()
    assert not page.exception and [one.value for one in page.error] == []
    (kept,) = results.PROBES.all()
    assert kept.probe.settings.probe == "bilstm-crf"
    assert "finds names best" in texts(page) and "BiLSTM-CRF probe on" in texts(page)


def test_a_result_of_other_weights_is_not_shown(readers: Path) -> None:
    computed(("word2vec",))
    title = "word2vec skip-gram"
    assert "finds names best" in texts(opened(reader=title))
    write_starter(readers, "word2vec", title, noise=0.01)
    page = opened(reader=title)
    assert "no result yet" in page.info[0].value and "finds names best" not in texts(page)


def test_every_view_shows_something(readers: Path) -> None:
    kept = computed(("lstm",))
    said = {
        "mistakes": "None", "depth": "centre of gravity", "confusion": "true type",
        "paper": "Not the same", "models": "All results at hand",
    }  # fmt: skip
    for name, (title, _) in VIEWS.items():
        page = opened(look=title)
        assert name in said and "finds names best" in texts(page)
        if name == "mistakes":
            best = max(kept.probe.rows, key=lambda row: row.f1)
            assert bool(page.success) == (best.f1 == 1) != ("True names are bold" in texts(page))
        else:
            assert said[name] in texts(page)
    frame = next(
        item.value for item in opened(look="Beside BERT's paper").dataframe if "BERT's paper, dev F1" in item.value
    )
    ours = frame.set_index("strategy")["here, test F1"]
    assert frame.set_index("in the paper")["BERT's paper, dev F1"]["Second-to-Last Hidden"] == 95.6
    assert ours["last"] == pytest.approx(100 * kept.probe.row("last").f1, abs=0.1)


def test_mistakes_are_shown_in_context(readers: Path) -> None:
    """A word that is no name in training and one in the test is missed, and the page says so."""
    odd = FEW.replace("paris", "atlantis")
    known = f"# split = train\n{FEW * 4}{odd.replace('atlantis B-LOC', 'atlantis O') * 4}# split = dev\n{FEW}"
    name = probe_data.lay_down(f"{known}# split = test\n{FEW}{odd}".encode())
    kept = computed(("word2vec",), name)
    assert kept.probe.rows[0].recall == pytest.approx(7 / 8)
    page = opened(reader="word2vec skip-gram", sentences="a file of yours", tagged=name)
    assert "the **atlantis** :gray[LOC] in house" in texts(page)
    assert "“atlantis”" in texts(page) and "“paris”" not in texts(page)


@pytest.mark.parametrize(("chosen", "name"), [("", "Malmö"), ("cp1251", "Malmц")])
def test_an_uploaded_file_is_read_in_the_encoding_that_is_found_or_chosen(
    readers: Path, chosen: str, name: str
) -> None:
    page = opened(sentences="a file of yours")
    page.selectbox(key="tagged_encoding").set_value(chosen)
    content = (FEW.replace("paris", "Malmö") * 9).encode("cp1252")
    page.file_uploader(key="tagged-file").set_value(("a.conll", content, "text/plain")).run()
    assert not page.exception and not page.error
    assert ("Windows-1251" if chosen else "Windows-1252 (a guess)") in texts(page)
    (kept,) = (readers.parent / "home" / "tagged").rglob("*.txt")
    assert any(name in one.words for one in read_conll(kept))


def test_a_stack_is_another_model(readers: Path) -> None:
    kept = computed(("lstm", "word2vec"))
    assert kept.probe.model == f"{TITLE} + word2vec skip-gram"
    assert "finds names best" in texts(opened(beside="word2vec skip-gram"))
    assert "no result yet" in opened().info[0].value


def test_a_static_model_has_no_depth_and_says_so(readers: Path) -> None:
    computed(("word2vec",))
    said = {"At which layer": "One layer has no depth", "Beside BERT's paper": "one vector a word"}
    for look, sentence in said.items():
        assert sentence in opened(reader="word2vec skip-gram", look=look).info[0].value


def test_a_file_that_is_gone_gets_a_sentence(readers: Path) -> None:
    for address in ("nonsense", "0" * 16, "../.."):
        page = opened(sentences="a file of yours", tagged=address)
        assert "Upload it again" in page.warning[0].value
        assert "Give a file" in page.info[0].value


def test_the_columns_of_a_file_are_shown_and_can_be_chosen(readers: Path) -> None:
    few = "".join(f"1 {line} O x\n" if line else "\n" for line in FEW.splitlines())
    name = probe_data.lay_down((few * 25 + "1 oops\n").encode())
    kept = computed(("word2vec",), name)
    asked = {"reader": "word2vec skip-gram", "sentences": "a file of yours", "tagged": name}
    page = opened(**asked)
    assert md("Words are in column 2 (the, paris, in), tags in column 3 (O, B-LOC, O)") in texts(page)
    assert together(page.warning[0].value, "left out", md("1 bad line (501)"), "Line 501 of the file")
    assert f"F1 **{100 * kept.probe.rows[0].f1:.1f} %**" in texts(page)
    page = opened(**asked, word_column="1")
    assert md("Words are in column 1 (1, 1, 1)") in texts(page) and "no result yet" in page.info[0].value
    assert "word_column='1')" in page.code[0].value
    page = opened(**asked, tag_column="4")
    assert "tagged as an entity" in page.error[0].value and not page.code
    page.button(key="another-tagged").click().run()
    page.query_params["tagged"] = name
    assert md("tags in column 3") in texts(page.run())  # a choice holds for one file


def test_lists_of_words_and_tags_can_be_uploaded(readers: Path) -> None:
    rows = [[line.split() for line in one.split("\n")] for one in FEW.strip().split("\n\n")]
    records = [{"id": "x", "tokens": [w for w, _ in row], "ner_tags": [tag for _, tag in row]} for row in rows * 5]
    page = opened(reader="word2vec skip-gram", sentences="a file of yours")
    content = "\n".join(map(json.dumps, records)).encode()
    page.file_uploader[0].set_value(("few.jsonl", content, "application/json"))
    assert md("Words are in column tokens (the, paris, in)") in texts(page.run())
    assert page.button(key="run") and not page.error


def test_a_run_reads_the_columns_that_were_chosen(readers: Path) -> None:
    swapped = "".join(" ".join(["x", *line.split()]) + "\n" if line else "\n" for line in FEW.splitlines())
    name = probe_data.lay_down((swapped * 25).encode(), wanted=Wanted("1", "3"))
    page = opened(reader="word2vec skip-gram", sentences="a file of yours", tagged=name, word_column="1")
    page.button(key="run").click().run()
    (kept,) = results.PROBES.all()
    assert kept.probe.rows[0].f1 < 1 and "finds names best" in texts(page)  # every word is x


def test_a_failed_run_says_why_and_can_be_started_again(readers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise BadInput("There is not enough of it.")

    monkeypatch.setattr(probes, "computed", broken)
    page = opened()
    page.button(key="run").click().run()
    assert "not enough of it" in page.error[0].value
    assert page.button(key="again-probes")


def test_the_code_runs_when_pasted(readers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = computed(("lstm", "word2vec"))
    exec(opened(beside="word2vec skip-gram").code[0].value, {})
    printed = capsys.readouterr().out
    assert f"last                         {kept.probe.row('last').f1:.3f}" in printed


def test_a_sentence_is_tagged_by_every_layer_and_stays_in_the_address(readers: Path) -> None:
    page = opened(reader="word2vec skip-gram", tagged_sentence="The king in paris <b>")
    assert not page.exception and "Tag a sentence" in page.subheader[0].value
    assert TAGGERS.all() == []
    page.button(key="ask-tagger").click().run()
    page = opened(reader="word2vec skip-gram", tagged_sentence="The king in paris <b>")
    assert not page.exception and not page.error
    (kept,) = TAGGERS.all()
    said = texts(page)
    assert together(said, "**vector**", "F1 100.0 %", "“king”", "“paris”")
    frame = next(item.value for item in page.dataframe if "probability" in item.value)
    vector, listed = (frame[frame["layer"] == layer] for layer in ("vector", "list of words"))
    assert vector["word"].tolist() == listed["word"].tolist() == ["The", "king", "in", "paris", "<", "b", ">"]
    assert vector["tag"].tolist() == listed["tag"].tolist() == ["O", "B-PER", "O", "B-LOC", "O", "O", "O"]
    assert frame["probability"].between(0.3, 1).sum() == 7 and frame["probability"].isna().sum() == 7
    found = tag(kept, registry.load_model("word2vec"), ["The", "king"])
    assert vector["probability"].iloc[1] == pytest.approx(found.probabilities[0, 1].max(), abs=1e-4)


def test_a_stack_is_tagged_and_its_code_runs(readers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"beside": "word2vec skip-gram", "tagged_sentence": "a queen in france"}
    opened(**asked).button(key="ask-tagger").click().run()
    page = opened(**asked)
    assert not page.exception and not page.error
    exec(page.code[1].value, {})
    printed = capsys.readouterr().out.splitlines()
    layers = TAGGERS.all()[0].layers
    assert [line.split()[0] for line in printed] == list(layers) and "('queen', 'PER')" in printed[-1]


def test_no_sentence_asks_for_one(readers: Path) -> None:
    page = opened(reader="word2vec skip-gram")
    page.text_input(key="tagged_sentence").set_value("").run()
    assert any("Write a sentence" in one.value for one in page.info) and not page.exception
