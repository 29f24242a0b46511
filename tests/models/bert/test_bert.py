"""BERT that is trained here: its examples, what it learns, resuming, windows, pooling, its model folder."""

from __future__ import annotations

import io
import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM

from embedlab import registry
from embedlab.base import BadInput, BadModel, EmbedLabError, Progress
from embedlab.data.corpus import Corpus
from embedlab.data.vocab import Vocabulary
from embedlab.models.bert import inference as windows
from embedlab.models.bert import network as bert_network
from embedlab.models.bert.config import Shape
from embedlab.models.bert.model import Bert, BertConfig
from embedlab.models.bert.pretraining import BertLearner, SegmentPairs, split
from embedlab.models.bert.tokenizer import MARKS, Speller, WordpieceText, by_frequency, learn, spell
from embedlab.store import archive
from embedlab.training import checkpoints, loop
from tests.models.bert.bert_folders import bert_folder

SOUNDS = {"cat": "meows", "dog": "barks", "cow": "moos", "duck": "quacks"}


def animals(pairs: int = 500) -> list[list[str]]:
    """A sentence about an animal, then one about the same animal."""
    draw = random.Random(5)
    made = []
    for _ in range(pairs):
        animal = draw.choice(list(SOUNDS))
        made.append([draw.choice(("the", "a")), animal, SOUNDS[animal], draw.choice(("now", "today", "again"))])
        made.append(["it", SOUNDS[animal], "because", "the", animal, "is", draw.choice(("tired", "happy"))])
    return made


QUICK: dict[str, Any] = {
    "epochs": 16,
    "patience": 0,
    "batch_size": 16,
    "learning_rate": 2e-3,
    "sequence": 24,
    "dropout": 0.0,
}


@pytest.fixture(scope="module")
def trained() -> tuple[Bert, list[Progress]]:
    events: list[Progress] = []
    model = Bert.train(Corpus.from_sentences(animals(), name="animals"), BertConfig(**QUICK), events.append)
    return model, events


@pytest.fixture(scope="module")
def model(trained: tuple[Bert, list[Progress]]) -> Bert:
    return trained[0]


def test_training_lowers_both_losses_on_held_out_text_and_tells_them_apart(
    trained: tuple[Bert, list[Progress]],
) -> None:
    looks = [event for event in trained[1] if event.held_out is not None]
    first, last = looks[0].parts, looks[-1].parts
    assert [part.name for part in last] == ["masked words", "next sentence"]
    assert last[0].held_out < first[0].held_out - 0.5
    assert last[0].loss + last[1].loss == pytest.approx(looks[-1].loss, abs=1e-4)
    assert looks[-1].unit == "wordpieces" and looks[-1].units_per_word is None


def test_it_fills_the_gap_that_only_both_sides_tell(model: Bert) -> None:
    found = model.fill(["the", "[MASK]", "barks", "now"], 1)
    assert found.shape == (len(model.vocabulary),) and found.sum() == pytest.approx(1.0, abs=1e-5)
    names = {animal: float(found[model.vocabulary.index(animal)]) for animal in SOUNDS}
    assert max(names, key=names.__getitem__) == "dog"
    assert model.score(["the", "dog", "barks", "now"]).sum() > model.score(["the", "dog", "moos", "now"]).sum() + 1


def test_a_score_hides_every_piece_in_turn(model: Bert) -> None:
    words = ["the", "dogcat", "barks"]
    pieces = model.speller([words])[0]
    assert (pieces.words == 1).sum() > 1
    texts = [model.vocabulary[i] for i in pieces.ids]
    by_hand = [float(np.log(model.fill(texts, i)[number])) for i, number in enumerate(pieces.ids)]
    expected = [sum(v for v, word in zip(by_hand, pieces.words, strict=True) if word == i) for i in range(3)]
    np.testing.assert_allclose(model.score(words), expected, atol=1e-4)
    np.testing.assert_allclose(model.score(texts), by_hand, atol=1e-4)
    with pytest.raises(BadInput, match="no position 3"):
        model.fill(words, 3)


def test_the_same_seed_gives_the_same_weights_and_a_killed_training_resumes_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    monkeypatch.setattr(loop, "TELL_EVERY", 0.0)
    text = Corpus.from_sentences(animals(40))
    config = BertConfig(epochs=3, batch_size=4, sequence=24, dropout=0.2, max_words=60)
    unbroken = Bert.train(text, config)
    monkeypatch.setattr(checkpoints.CheckpointFolder, "due", lambda self, saved: self.folder is not None)
    events: list[Progress] = []

    def die(event: Progress) -> None:
        events.append(event)
        if len([one for one in events if one.phase == "training"]) == 9:
            raise Killed

    with pytest.raises(Killed):
        Bert.train(text, config, die, tmp_path / "c")
    resumed_events: list[Progress] = []
    resumed = Bert.train(text, config, resumed_events.append, tmp_path / "c")
    assert resumed_events[0].step > 0.5 * events[-1].step
    for name, weight in unbroken.tensors().items():
        np.testing.assert_array_equal(resumed.tensors()[name], weight)


@pytest.fixture(scope="module")
def numbered() -> tuple[WordpieceText, Speller]:
    """Sentences of 1 to 30 pieces, each piece's number its place in the text, so that every origin can be read."""
    draw = np.random.default_rng(3)
    ends = np.cumsum(draw.integers(1, 31, 400))
    words = tuple(f"w{i}" for i in range(10))
    speller = Speller(learn(Vocabulary(words, np.full(10, 9)), 50, 1, lowercase=True), MARKS)
    speller.vocabulary = ["x"] * (10 + int(ends[-1]))
    return WordpieceText(np.arange(10, 10 + ends[-1]).astype(np.int32), ends), speller


def test_fifteen_percent_are_hidden_four_in_five_as_the_mask(numbered: tuple[WordpieceText, Speller]) -> None:
    text, speller = numbered
    examples = SegmentPairs(text, speller, 64, pairs=True, seed=1)
    shown, targets, share = [], [], []
    for epoch in range(6):
        examples.epoch = epoch
        ids, _, at, wanted, _ = (part.numpy() for part in examples.__getitems__(range(len(examples))))
        shown.append(np.take_along_axis(ids, at, axis=1).ravel())
        targets.append(wanted.ravel())
        share.append(at.shape[1] / 61)
    a, b = np.concatenate(shown), np.concatenate(targets)
    assert np.mean(share) == pytest.approx(0.15, abs=0.01)
    assert (a == speller.mask).mean() == pytest.approx(0.8, abs=0.03)
    assert ((a != speller.mask) & (a != b)).mean() == pytest.approx(0.1, abs=0.02)
    assert (a == b).mean() == pytest.approx(0.1, abs=0.02)
    assert (b >= 10).all()


def test_half_of_the_second_segments_follow_and_the_others_begin_a_sentence_elsewhere(
    numbered: tuple[WordpieceText, Speller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedlab.models.bert.pretraining.MASKED", 0.0)
    monkeypatch.setattr("embedlab.models.bert.pretraining.REPLACED", 0.0)
    text, speller = numbered
    examples = SegmentPairs(text, speller, 64, pairs=True, seed=1)
    begins = {10, *(10 + text.ends).tolist()}
    wrong_ones = []
    for epoch in range(4):
        examples.epoch = epoch
        ids, segments, _, _, wrong = (part.numpy() for part in examples.__getitems__(range(len(examples))))
        for row, kind, is_wrong in zip(ids, segments, wrong, strict=True):
            first, second = row[kind == 0], row[kind == 1]
            assert (first[0], first[-1], second[-1]) == (speller.begin, speller.end, speller.end)
            assert (np.diff(first[1:-1]) == 1).all()
            assert (second[0] == first[-2] + 1) == (not is_wrong)
            assert not is_wrong or second[0] in begins
            wrong_ones.append(is_wrong)
    assert np.mean(wrong_ones) == pytest.approx(0.5, abs=0.06)


def test_examples_cover_the_text_without_padding_and_repeat_only_for_the_same_pass(
    numbered: tuple[WordpieceText, Speller],
) -> None:
    text, speller = numbered
    examples = SegmentPairs(text, speller, 32, pairs=False, seed=1)
    rows = range(len(examples))
    covered = {int(at) for start in examples.starts for at in range(start, start + 30)}
    assert covered == set(range(len(text.ids)))
    one, same = (examples.__getitems__(rows) for _ in range(2))
    assert len(one) == 4 and all((a == b).all() for a, b in zip(one, same, strict=True))
    assert not (one[0] == speller.pad).any() and one[0].shape == (len(examples), 32)
    examples.epoch = 1
    assert not (examples.__getitems__(rows)[0] == one[0]).all()


def test_held_out_stretches_are_a_twentieth_and_share_nothing_with_the_rest(
    numbered: tuple[WordpieceText, Speller],
) -> None:
    read, unseen = split(numbered[0], 61, seed=1)
    assert not set(read.ids.tolist()) & set(unseen.ids.tolist())
    assert len(read.ids) + len(unseen.ids) == len(numbered[0].ids)
    assert len(unseen.ids) / len(numbered[0].ids) == pytest.approx(0.05, abs=0.02)
    assert unseen.ends[-1] == len(unseen.ids)


def test_the_text_in_pieces_is_what_the_tokenizer_says_of_every_sentence() -> None:
    sentences = [["unhappily", "running"], ["a", "runner", "ran"], ["ran", "Naïve", "a"]] * 30
    encoded = Corpus.from_sentences(sentences).encode(1, None, unknown=True)
    learned = learn(encoded.vocabulary, 40, 1, lowercase=True)
    tokenizer, counts = by_frequency(learned, encoded.vocabulary, lowercase=True)
    text = spell(encoded, tokenizer)
    expected = [tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False).ids for words in sentences]
    assert text.ids.tolist() == [number for ids in expected for number in ids]
    assert np.diff(text.ends, prepend=0).tolist() == [len(ids) for ids in expected]
    assert counts.tolist() == np.bincount(text.ids, minlength=len(counts)).tolist()
    assert counts[5:].tolist() == sorted(counts[5:].tolist(), reverse=True)


def test_the_same_words_give_the_same_pieces_in_every_process() -> None:
    import subprocess
    import sys

    code = (
        "import numpy as np; from embedlab.data.vocab import Vocabulary;"
        "from embedlab.models.bert.tokenizer import learn;"
        "words = tuple(a + b + c for a in 'abcdefgh' for b in 'xyzwuv' for c in 'abcdefgh');"
        "found = learn(Vocabulary(words, np.full(len(words), 2)), 120, 1, lowercase=True).get_vocab();"
        "print(sorted(found.items()))"
    )
    found = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(found) == 1 and len(next(iter(found))) > 1000


@pytest.mark.parametrize("length", [1, 7, 10, 11, 14, 23, 57])
def test_every_piece_comes_from_the_window_with_most_context(length: int) -> None:
    first = windows.starts(length, 10)
    found = windows.best_window(np.arange(length), first, 10)
    for place, one in enumerate(found.tolist()):
        context = [min(place - s, s + 9 - place) if s <= place < s + 10 else -1 for s in first.tolist()]
        assert context[one] == max(context) >= 0
    assert (np.diff(first) <= 5).all()


def test_a_word_is_not_torn_between_windows_unless_it_is_longer_than_one() -> None:
    words = np.repeat(np.arange(12), [3, 1, 4, 2, 3, 3, 1, 1, 4, 3, 2, 3])
    first = windows.starts(len(words), 10)
    found = windows.best_window(words, first, 10)
    for word in range(12):
        assert len(set(found[words == word].tolist())) == 1
    long = np.zeros(40, np.int64)
    assert len(set(windows.best_window(long, windows.starts(40, 10), 10).tolist())) > 2


def test_a_long_sentence_is_read_in_windows_and_equals_their_middles(model: Bert) -> None:
    words = [word for sentence in animals(10) for word in sentence]
    whole = model.encode([words])[0]
    assert whole.shape == (3, len(words), 128)
    size = model.limit - 2
    first = windows.starts(len(words), size)
    assert len(model.speller([words])[0].ids) == len(words)
    for i, start in enumerate(first.tolist()):
        alone = model.encode([words[start : start + size]])[0]
        mine = np.flatnonzero(windows.best_window(np.arange(len(words)), first, size) == i)
        np.testing.assert_allclose(whole[:, mine], alone[:, mine - start], atol=1e-5)
    assert model.fill(words, 40).sum() == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(model.score(words[:60])).all()


def test_pooling_takes_the_mean_or_the_first_piece() -> None:
    vectors = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    words = np.array([0, 1, 1, 1, 2])
    assert windows.pooled(vectors, words, "mean").tolist() == [[[0, 1], [4, 5], [8, 9]]]
    assert windows.pooled(vectors, words, "first").tolist() == [[[0, 1], [2, 3], [8, 9]]]


def test_odd_words_have_vectors_too(model: Bert) -> None:
    words = ["\u0000", "cat", "\u200b", "x" * 100_000, "你好" * 30, "\ud800", "👩‍👩‍👧", " "]
    found = model.encode([words, []])
    assert found[0].shape == (3, len(words), 128) and np.isfinite(found[0]).all()
    assert found[1].shape == (3, 0, 128)
    assert model.pieces(["\u0000", "cat"]).pieces == ("[CLS]", "[UNK]", "cat", "[SEP]")
    assert model.attention([]).shape == (2, 2, 2, 2)


@pytest.mark.parametrize("pairs", [True, False])
def test_the_loss_and_its_slopes_are_those_of_transformers_on_whole_sentences(
    pairs: bool, numbered: tuple[WordpieceText, Speller]
) -> None:
    torch.manual_seed(4)
    form, size = Shape("small", 2, 16, 2, 0), len(numbered[1].vocabulary)
    network: Any = bert_network.new(form, size, 32, 0.0, "pretraining" if pairs else "masked")
    ids, segments, at, wanted, *wrong = SegmentPairs(*numbered, 32, pairs=pairs, seed=1).__getitems__(range(8))
    labels = torch.full_like(ids, -100).scatter(1, at, wanted)
    told = {"next_sentence_label": wrong[0]} if pairs else {}
    theirs = network(input_ids=ids, token_type_ids=segments, labels=labels, **told).loss
    theirs.backward()
    slopes = [weight.grad for weight in network.parameters()]
    network.zero_grad()
    ours = BertLearner(network, pairs=pairs)(ids, segments, at, wanted, *wrong)
    ours.backward()
    assert float(ours) == pytest.approx(float(theirs), abs=1e-5)
    for slope, weight in zip(slopes, network.parameters(), strict=True):
        torch.testing.assert_close(weight.grad, slope, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("rate", [0.15, 0.4])
def test_another_share_of_the_pieces_can_be_hidden(rate: float, numbered: tuple[WordpieceText, Speller]) -> None:
    examples = SegmentPairs(*numbered, 64, pairs=False, seed=1, mask_rate=rate)
    assert examples.__getitems__([0, 1])[2].shape == (2, round(rate * 62))


def test_without_next_sentences_there_is_one_loss_and_no_such_head() -> None:
    events: list[Progress] = []
    config = BertConfig(epochs=1, batch_size=8, sequence=24, next_sentence=False, pooling="first")
    model = Bert.train(Corpus.from_sentences(animals(60)), config, events.append)
    assert (model.has_masked_head, model.has_next_sentence_head, model.pooling) == (True, False, "first")
    assert events[-1].parts == ()


@pytest.mark.parametrize("half", [False, True])
def test_a_model_folder_and_its_zip_give_the_model_back(model: Bert, tmp_path: Path, half: bool) -> None:
    model.save(tmp_path / "m", half=half)
    archive.unpack(io.BytesIO(archive.pack(tmp_path / "m")), tmp_path / "back")
    back = registry.load_model(tmp_path / "back")
    assert isinstance(back, Bert)
    assert (back.words, back.config, back.card, back.layers) == (model.words, model.config, model.card, model.layers)
    assert back.counts.tolist() == model.counts.tolist()
    one = ["the", "dog", "barks"]
    np.testing.assert_allclose(back.encode([one])[0], model.encode([one])[0], atol=2e-2 if half else 0)
    if not half:
        assert back.next_sentence(one, one) == model.next_sentence(one, one)
        assert back.fingerprint == model.fingerprint


def edited(folder: Path, change: Any) -> None:
    values = json.loads((folder / "config.json").read_text())
    change(values["config"])
    (folder / "config.json").write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda f: (f / "tokenizer.json").write_text('{"model": 3}'), "tokenizer"),
        (lambda f: edited(f, lambda c: c["network"].update(model_type="gpt2")), "no encoder of the BERT family"),
        (lambda f: edited(f, lambda c: c["network"].update(auto_map={"AutoModel": "x.Y"})), "auto_map"),
        (lambda f: edited(f, lambda c: c["network"].update(hidden_size=256)), "shape"),
        (lambda f: edited(f, lambda c: c["network"].update(num_hidden_layers=3)), "do not fit"),
        (lambda f: edited(f, lambda c: c.update(head="none")), "do not fit"),
        (lambda f: edited(f, lambda c: c.update(head="sing")), "is not known"),
        (lambda f: edited(f, lambda c: c.pop("network")), "damaged"),
        (lambda f: edited(f, lambda c: c["marks"].update(mask="[NONE]")), "no piece"),
    ],
)
def test_a_damaged_model_folder_is_refused(model: Bert, tmp_path: Path, damage: Any, sentence: str) -> None:
    model.save(tmp_path / "m")
    damage(tmp_path / "m")
    with pytest.raises(BadModel, match=sentence):
        registry.load_model(tmp_path / "m")


def test_a_zip_with_a_tokenizer_that_is_no_json_is_refused(model: Bert, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    (tmp_path / "m" / "tokenizer.json").write_text("not json")
    with pytest.raises(EmbedLabError, match=r"tokenizer\.json in the zip file is damaged"):
        archive.unpack(io.BytesIO(archive.pack(tmp_path / "m")), tmp_path / "back")


def test_a_published_model_kept_here_says_the_same(tmp_path: Path) -> None:
    published = Bert.from_published(bert_folder(tmp_path / "hf", BertForMaskedLM), pooling="first")
    published.save(tmp_path / "own")
    shutil.rmtree(tmp_path / "hf")
    own = Bert.load(tmp_path / "own")
    words = ["the", "cat", "running"]
    assert own.pooling == "first"
    np.testing.assert_array_equal(own.encode([words])[0], published.encode([words])[0])
    np.testing.assert_array_equal(own.fill(words, 1), published.fill(words, 1))


def test_too_little_text_is_refused() -> None:
    for sentences in ([["one"]], [["a", "b"]]):
        with pytest.raises(BadInput, match=r"little text|different words"):
            Bert.train(Corpus.from_sentences(sentences), BertConfig())
