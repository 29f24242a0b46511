"""The Training page: text in, settings, preview, a real run in its own process, and what is done with the result."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.jobs import api as jobs
from embedlab.jobs.api import Run, RunState
from embedlab.jobs.kinds import train
from embedlab.jobs.kinds.train import TrainSettings
from embedlab.store import library
from embedlab.workflows import text_choice
from embedlab.workflows.text_choice import TextChoice
from tests import pages_opened
from tests.pages_opened import sound, texts, together

TALE = (
    "The king rules the old land. The queen rules the old land. A cat chased a mouse. A dog chased the cat. "
    "The dog and the cat sleep in the house at night. The king and the queen sleep in the palace at night.\n"
) * 30
opened = partial(pages_opened.opened, "training")


def metric(app: AppTest, label: str) -> str:
    return next(item.value for item in app.metric if item.label == label)


def with_tale(text: str = TALE) -> AppTest:
    """Paste a text and press the button."""
    app = opened()
    app.segmented_control(key="source").set_value("paste").run()
    app.text_area(key="pasted").set_value(text).run()
    return sound(app.button(key="use-pasted").click().run())


SWEDISH = "Hon bor på landet med sina barn. Vi går över ån i skymningen, och då hör vi klockorna. " * 20


def uploaded(content: bytes) -> AppTest:
    """Give a file."""
    app = opened()
    app.segmented_control(key="source").set_value("upload").run()
    return sound(app.file_uploader(key="upload-0").set_value(("tale.txt", content, "text/plain")).run())


def test_the_encoding_is_shown_and_another_can_be_chosen(lab: Path) -> None:
    app = uploaded(SWEDISH.encode("cp1252"))
    box = app.selectbox(key="encoding")
    assert "Windows-1252" in box.options[0] and "guess" in box.options[0]
    assert "på" in texts(app) and "a guess" in texts(app)
    app = sound(box.set_value("cp1250").run())
    assert "pĺ" in texts(app) and "Windows-1250" in texts(app) and "på" not in texts(app)
    assert "encoding='cp1250'" in app.code[0].value
    sound(app.button(key="start").click().run())
    assert [train.of(run).text.encoding for run in jobs.all_runs("train")] == ["cp1250"]


def test_damaged_bytes_are_counted_beside_the_first_sentences(lab: Path) -> None:
    app = uploaded("Vi går över ån, “då” är det it\x92s. ".encode().replace(b"\xc2\x92", b"\x92") * 10 + TALE.encode())
    assert app.selectbox(key="encoding").options[0].startswith("UTF-8")
    assert "10 bytes of tale" in texts(app)


def test_what_was_guessed_and_replaced_stands_beside_the_result(lab: Path, at_once: None) -> None:
    run = jobs.draft()
    content = ("“King” é à. " + TALE * 300).encode() + b"it\x92s\n"
    name = text_choice.lay_down(run.folder, "tale.txt", content)
    run = jobs.start("train", TrainSettings("one_hot", {}, TextChoice(file=name), (), "Tale"), run)
    assert run.state().status == "done"
    assert [(one.replaced, len(one.lines)) for one in train.decoded(run)] == [(1, 1)]
    assert "One byte of tale.txt is not utf-8" in texts(opened(run=run.id))
    (run.folder / train.DECODED).write_text('[{"name": 3}]')
    assert train.decoded(run) == ()


def finish(run: Run, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while run.state().active and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run.state().status == "done", (run.folder / "log.txt").read_text()


def small(app: AppTest) -> AppTest:
    for name, value in {"dim": 8, "min_count": 1, "epochs": 3, "workers": 1}.items():
        app.number_input(key=f"word2vec_{name}").set_value(value)
    app.text_input(key="watch").set_value("king, cat")
    return app.run()


@pytest.fixture
def done(lab: Path, at_once: None) -> Run:
    """A finished run on a pasted text; it and all others of the test are worked off at once, in this process."""
    run = jobs.draft()
    text_choice.lay_down(run.folder, "pasted.txt", TALE.encode())
    config = {"dim": 8, "min_count": 1, "epochs": 3, "workers": 1, "algorithm": "skipgram"}
    jobs.start("train", TrainSettings("word2vec", config, TextChoice(file="pasted.txt"), ("king", "cat"), "Tale"), run)
    finish(run)
    return run


@pytest.mark.parametrize(
    ("kind", "config", "name"),
    [
        ("lstm", {"dim": 16, "min_count": 1, "epochs": 3, "layers": 1, "batch_size": 2}, "Perplexity"),
        ("char_lstm", {"dim": 8, "hidden": 16, "epochs": 2, "batch_size": 2}, "Bits per character"),
    ],
)
def test_a_language_model_is_shown_by_its_perplexity(
    lab: Path, at_once: None, kind: str, config: dict[str, int], name: str
) -> None:
    run = jobs.draft()
    text_choice.lay_down(run.folder, "pasted.txt", TALE.encode())
    jobs.start("train", TrainSettings(kind, config, TextChoice(file="pasted.txt"), (), "Tale"), run)
    finish(run)
    app = opened(run=run.id)
    held_out = min(event.held_out for event in run.events() if event.held_out is not None)
    shown = next(item for item in app.metric if item.label == "Held out")
    if kind == "lstm":
        assert float(shown.value) == pytest.approx(math.exp(held_out), abs=0.06)
        assert shown.delta == ""
    else:
        assert float(shown.value) == pytest.approx(held_out / math.log(2), abs=1e-4)
        words = float(str(shown.delta).removeprefix("word perplexity ").replace(",", ""))
        letters = len(TALE) / len(TALE.split())
        assert words == pytest.approx(math.exp(held_out * letters), rel=0.03)
    assert metric(app, name)
    assert not (run.folder / "checkpoint").exists()
    app.button(key="keep").click().run()
    assert sound(app) and any(spec.source == "yours" for spec in registry.list_models("language_model"))


def test_a_model_that_counts_shows_counts_instead_of_a_loss(lab: Path, at_once: None) -> None:
    run = jobs.draft()
    text_choice.lay_down(run.folder, "pasted.txt", TALE.encode())
    jobs.start("train", TrainSettings("ngram", {"min_count": 1}, TextChoice(file="pasted.txt"), (), "Tale"), run)
    finish(run)
    app = opened(run=run.id)
    words = TALE.lower().replace(".", " ").split()
    assert metric(app, "Running words") == f"{len(words):,}"
    assert metric(app, "Vocabulary") == str(len(set(words)))
    assert int(metric(app, "Places a second").replace(",", "")) > 0
    assert [item.label for item in app.metric] == ["Took", "Running words", "Vocabulary", "Places a second"]
    assert not any("loss" in item.value.lower() for item in app.header)


def test_the_preview_of_a_character_model_shows_letters(lab: Path) -> None:
    app = with_tale()
    app.selectbox(key="train").set_value("char_lstm").run()
    assert metric(app, "Different characters") == str(len(set(TALE.replace("\n", ""))))
    assert "Letter by letter" in texts(app)
    assert not any(item.key == "watch" for item in app.text_input)


def test_the_preview_of_a_wordpiece_model_leaves_no_word_out(lab: Path) -> None:
    app = with_tale()
    app.selectbox(key="train").set_value("bert").run()
    assert metric(app, "Different words") == str(len(set(TALE.lower().replace(".", "").split())))
    assert metric(app, "Wordpieces") == "≤ 4,000"  # of the network that is called tiny
    app.number_input(key="bert_max_words").set_value(120).run()
    assert metric(app, "Wordpieces") == "≤ 120"
    assert "leave out" not in texts(app) and not any(item.label == "Vocabulary" for item in app.metric)


@pytest.mark.parametrize("kind", ["elmo", "flair", "bert"])
def test_settings_of_contextual_models_have_names_for_people(lab: Path, kind: str) -> None:
    app = opened()
    app.selectbox(key="train").set_value(kind).run()
    fields = (*app.number_input, *app.text_input, *app.selectbox, *app.toggle)
    own = {item.key.removeprefix(f"{kind}_"): item for item in fields if item.key.startswith(f"{kind}_")}
    assert all(item.help for item in own.values())
    assert not own.keys() & {"cell_clip", "projection_clip", "activation", "characters", "projection", "delimiter"}
    raw = {"char_dim", "highway", "skip", "sequence", "next_sentence", "skipgram_epochs", "pooling", "shape"}
    assert not [name for name in own.keys() & raw if own[name].label.lower() == name.replace("_", " ")]
    assert "model.encode" in app.code[0].value


def test_a_run_that_ended_before_its_first_look_says_so(lab: Path) -> None:
    def curve() -> None:
        from embedlab.ui.views.training import runs

        runs.losses([], 3)
        runs.losses([], 0)

    app = sound(AppTest.from_function(curve).run())
    ended, without = (item.value for item in app.caption)
    assert "no curve" in ended and "no loss" in without


def test_the_form_opens_on_a_sample_with_a_preview(lab: Path) -> None:
    app = opened()
    assert not app.error
    assert int(metric(app, "Running words").replace(",", "")) > 100_000
    assert int(metric(app, "Vocabulary").replace(",", "")) > 300
    assert "First sentences" in texts(app)
    epochs = app.number_input(key="word2vec_epochs")
    assert epochs.help and 5 < epochs.value <= 40  # a small text needs more passes than the default
    assert app.text_input(key="watch").value.startswith("king, queen")


def test_the_preview_follows_the_settings(lab: Path) -> None:
    app = with_tale()
    before = int(metric(app, "Vocabulary"))
    app.number_input(key="word2vec_min_count").set_value(50).run()
    assert int(metric(app, "Vocabulary")) < before
    assert "seen less than 50 times" in texts(app)
    assert metric(app, "Different words") == str(before)


def test_train_watch_keep(lab: Path) -> None:
    app = small(with_tale())
    app.text_input(key="name-new-word2vec skip-gram, pasted text").set_value("My tale").run()
    sound(app.button(key="start").click().run())
    (run,) = jobs.all_runs("train")
    assert app.query_params["run"] in (run.id, [run.id])
    finish(run)
    losses = [event.loss for event in run.events() if event.loss is not None]
    assert len(losses) == 3 and losses[-1] < losses[0]

    app = opened(run=run.id)  # a reload
    assert "The training is finished." in [item.value for item in app.success]
    assert metric(app, "Final loss") == f"{losses[-1]:.4f}"
    assert "**king**" in texts(app) and "**cat**" in texts(app)
    app.select_slider(key="epoch").set_value(1).run()
    first = train.moments(run)[0].neighbors[0][0][0]
    assert first in texts(sound(app))
    sound(app.button(key="keep").click().run())
    assert "yours/my-tale" in [spec.key for spec in registry.list_models()]
    assert "Kept as" in texts(app)
    assert "Word2Vec.train(corpus, Word2VecConfig(" in app.code[-1].value


def test_a_name_that_is_taken_is_not_overwritten_without_asking(done: Run) -> None:
    app = opened(run=done.id)
    sound(app.button(key="keep").click().run())
    other = jobs.draft()
    text_choice.copy(done.folder, other.folder)
    jobs.start("train", train.of(done), other)
    finish(other)
    app = opened(run=other.id)
    sound(app.button(key="keep").click().run())
    assert "already" in app.error[0].value
    app.checkbox(key=f"replace-{other.id}").check().run()
    sound(app.button(key="keep").click().run())
    assert not app.error and "Kept as" in texts(app)


def test_two_runs_side_by_side(done: Run) -> None:
    other = jobs.draft()
    text_choice.copy(done.folder, other.folder)
    asked = train.of(done)
    jobs.start("train", TrainSettings("word2vec", {**asked.config, "dim": 12}, asked.text, asked.watch, "Wider"), other)
    finish(other)
    app = opened(run=done.id)
    app.selectbox(key="compare").set_value(other.id).run()
    frame = sound(app).dataframe[-1].value
    assert list(frame.columns) == ["", "Tale", "Wider"]
    assert frame.iloc[0].tolist() == ["Dimensions", "8", "12"]
    assert "Final loss" in frame[""].tolist() and "Minimum count" not in frame[""].tolist()


def test_a_running_run_shows_its_progress_and_can_be_cancelled(lab: Path) -> None:
    run = jobs.draft()
    text_choice.lay_down(run.folder, "pasted.txt", TALE.encode())
    config = {"dim": 50, "min_count": 1, "epochs": 1000, "workers": 1}
    jobs.start("train", TrainSettings("word2vec", config, TextChoice(file="pasted.txt"), ("king",), "Long"), run)
    deadline = time.monotonic() + 60
    while not any(event.loss for event in run.events()) and time.monotonic() < deadline:
        time.sleep(0.1)
    app = opened(run=run.id)
    assert metric(app, "Loss") != "–"
    sound(app.button(key="cancel").click().run())
    asked = time.monotonic()
    while run.state().active and time.monotonic() < asked + 30:
        time.sleep(0.05)
    assert run.state().status == "cancelled"
    app = opened(run=run.id)
    assert "cancelled" in app.info[0].value


def test_change_and_repeat_brings_the_settings_and_the_text_back(done: Run) -> None:
    app = opened(run=done.id)
    sound(app.button(key="again").click().run())
    assert app.number_input(key="word2vec_dim").value == 8
    assert app.text_input(key="watch").value == "king, cat"
    assert int(metric(app, "Running words").replace(",", "")) == 1320
    assert text_choice.laid_down(done.folder) == "pasted.txt"


def test_deleting_a_run_removes_it_from_the_list(done: Run) -> None:
    app = opened(run=done.id)
    sound(app.button(key=f"delete-{done.id}").click().run())
    assert not done.folder.exists()
    assert "Your runs" not in [item.value for item in app.header]


def test_more_than_three_runs_wait_in_a_fold_out_the_oldest_last(lab: Path) -> None:
    for number in range(5):
        run = jobs.draft()
        asked = TrainSettings("one_hot", {}, TextChoice(sample="kingdom"), ("king",), f"Run {number}")
        written = {"kind": "train", "settings": dataclasses.asdict(asked)}
        (run.folder / "settings.json").write_text(json.dumps(written), encoding="utf-8")
        run.write_state(RunState("done", created=1000.0 + number, started=1000.0, finished=1001.0))
    app = opened()
    listed = [item.value for item in app.markdown if "Run " in item.value]
    assert [text.split("**")[1] for text in listed] == [f"Run {number}" for number in (4, 3, 2, 1, 0)]
    older = next(item for item in app.expander if item.label == "2 older")
    assert ["Run 1" in older.markdown[0].value, "Run 0" in older.markdown[2].value] == [True, True]


def test_neighbors_without_any_similarity_get_a_sentence(lab: Path) -> None:
    def lists() -> None:
        import numpy as np

        from embedlab.analysis.training_snapshots import moment
        from embedlab.models.lsa.model import Lsa
        from embedlab.models.one_hot import OneHot
        from embedlab.ui.views.training import runs

        words = ["king", "queen", "cat"]
        runs.neighbor_lists(moment(OneHot(words), ("king",), 0, None))
        runs.neighbor_lists(moment(Lsa(words, np.eye(3, 2, dtype=np.float32) + 1), ("king",), 0, None))

    app = sound(AppTest.from_function(lists).run())
    (caption,) = (item.value for item in app.caption)  # of the one-hot vectors
    assert together(caption, "similarities", "0")


def test_ten_words_are_refused_in_a_sentence_and_the_form_stays(lab: Path) -> None:
    app = with_tale("one two three four five six seven eight nine ten")
    assert together(app.error[0].value, "10 words", "100")
    assert not [button for button in app.button if button.key == "start"]
    assert app.segmented_control(key="source").value == "paste"


def test_settings_that_do_not_go_together_are_said_and_nothing_is_lost(lab: Path) -> None:
    app = small(with_tale())
    app.number_input(key="word2vec_negative").set_value(0).run()
    assert together(app.error[0].value, "negative", "1")
    assert app.number_input(key="word2vec_dim").value == 8
    app.number_input(key="word2vec_negative").set_value(5).run()
    assert not app.error and metric(app, "Running words") == "1,320"


def test_an_unknown_run_in_the_address_is_said_and_the_form_opens(lab: Path) -> None:
    app = opened(run="0" * 24)
    assert "no such run" in app.warning[0].value
    assert [button for button in app.button if button.key == "start"]


def test_a_name_under_which_nothing_can_be_kept_is_refused_before_the_training(lab: Path, at_once: None) -> None:
    app = opened()
    key = next(item.key for item in app.text_input if item.key and item.key.startswith("name-new-"))
    app.text_input(key=key).set_value("...").run()
    sound(app.button(key="start").click().run())
    assert "letter or digit" in app.error[0].value and jobs.all_runs() == []


def test_a_run_that_was_kept_replaces_no_other_model_unasked(done: Run, lab: Path) -> None:
    library.keep(lab / "starters" / "lsa", "Other")
    app = opened(run=done.id)
    app = sound(app.button(key="keep").click().run())
    app = sound(app.button(key="keep").click().run())  # as itself, as often as one likes
    assert "Kept as" in texts(app) and not app.error
    app.text_input(key=f"name-{done.id}").set_value("other").run()
    sound(app.button(key="keep").click().run())
    assert "already" in app.error[0].value and registry.find("yours/other").family.key == "lsa"
    app.checkbox(key=f"replace-{done.id}").check().run()
    sound(app.button(key="keep").click().run())
    assert registry.find("yours/other").family.key == "word2vec"
