"""The sense sentences: balanced, varied, rightly marked, and not to be told apart by anything but what they mean."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest
from rapidfuzz import fuzz, process
from sklearn.metrics import roc_auc_score

from embedlab.base import BadInput, paths
from embedlab.data.datasets import Occurrence, load_senses

ROW = {
    "word": "bank",
    "sense": "river",
    "gloss": "land beside a river",
    "pos": "noun",
    "sentence": "The bank's mud – a left bank’s – stank.",
    "start": 24,
    "end": 28,
}


@pytest.fixture(scope="module")
def senses() -> list[Occurrence]:
    return load_senses()


@pytest.fixture(scope="module")
def by_word(senses: list[Occurrence]) -> dict[str, list[Occurrence]]:
    found = defaultdict(list)
    for one in senses:
        found[one.word].append(one)
    return dict(found)


def written(tmp_path, *rows):
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_there_are_enough_words_senses_and_sentences(by_word: dict[str, list[Occurrence]]) -> None:
    assert len(by_word) >= 40
    for word, group in by_word.items():
        counts = Counter(one.sense for one in group)
        assert 2 <= len(counts) <= 4, word
        assert min(counts.values()) >= 10, word
        assert max(counts.values()) <= 1.5 * min(counts.values()), word


def test_the_textbook_words_and_senses_are_there(by_word: dict[str, list[Occurrence]]) -> None:
    assert {one.sense for one in by_word["bank"]} == {"river", "money"}
    assert {one.sense for one in by_word["ran"]} == {"moved", "managed", "functioned", "flowed"}


def test_there_are_nouns_and_verbs_and_a_sense_has_one_gloss(senses: list[Occurrence]) -> None:
    kinds = Counter(one.pos for one in senses)
    assert set(kinds) == {"noun", "verb", "adjective"}
    assert kinds["noun"] >= 500
    assert kinds["verb"] >= 200
    meanings = defaultdict(set)
    for one in senses:
        meanings[one.word, one.sense].add((one.gloss, one.pos))
    assert all(len(found) == 1 for found in meanings.values())


def test_no_sentence_is_there_twice_or_nearly(senses: list[Occurrence], by_word: dict[str, list[Occurrence]]) -> None:
    assert len({one.sentence.lower() for one in senses}) == len(senses)
    for word, group in by_word.items():
        texts = [one.sentence for one in group]
        alike = np.triu(process.cdist(texts, texts, scorer=fuzz.ratio), 1)
        assert alike.max() < 85, (word, [texts[i] for i in np.unravel_index(alike.argmax(), alike.shape)])


def test_offsets_mark_the_word_itself_once(senses: list[Occurrence]) -> None:
    rows = [json.loads(line) for line in (paths.assets() / "sentences" / "senses.jsonl").open(encoding="utf-8")]
    assert len(rows) == len(senses)
    for row, one in zip(rows, senses, strict=True):
        assert row["sentence"][row["start"] : row["end"]] == one.form == one.words[one.position]
        assert [word.lower() for word in one.words].count(one.form.lower()) == 1, row["sentence"]
        inflected = {"draw": "drew", "lie": "lying", "break": "broke"}.get(one.word, one.word)
        assert one.form.lower().startswith(inflected.lower()), row["sentence"]


def test_sentences_are_of_many_lengths_and_the_word_stands_at_many_places(senses: list[Occurrence]) -> None:
    lengths = np.array([sum(word[0].isalnum() for word in one.words) for one in senses])
    assert (lengths.min(), lengths.max()) >= (6, 20)
    assert lengths.max() <= 25
    assert lengths.std() > 4
    places = np.array([one.position / len(one.words) for one in senses])
    assert all(share > 0.08 for share in np.histogram(places, bins=4, range=(0, 1))[0] / len(places))


def test_the_senses_of_a_word_have_like_lengths_places_and_beginnings(by_word: dict[str, list[Occurrence]]) -> None:
    for word, group in by_word.items():
        own = [[one for one in group if one.sense == sense] for sense in dict.fromkeys(o.sense for o in group)]
        lengths = [np.mean([len(one.words) for one in some]) for some in own]
        places = [np.mean([one.position / len(one.words) for one in some]) for some in own]
        assert np.ptp(lengths) < 3.5, (word, lengths)
        assert np.ptp(places) < 0.25, (word, places)
        for some in own:
            first = Counter(one.words[0] for one in some).most_common(1)[0][1]
            assert first <= len(some) / 2, (word, some[0].sense)


@pytest.mark.parametrize(
    "feature",
    [
        lambda one: len(one.words),
        lambda one: one.position,
        lambda one: one.position / len(one.words),
        lambda one: len(one.words) - one.position,
        lambda one: ord(one.words[0][0].lower()),
    ],
    ids=["length", "place", "relative place", "words to come", "first letter"],
)
def test_nothing_outward_tells_the_senses_apart(by_word: dict[str, list[Occurrence]], feature) -> None:
    found = {}
    for word, group in by_word.items():
        pairs = list(combinations(group, 2))
        same = [a.sense == b.sense for a, b in pairs]
        found[word] = roc_auc_score(same, [-abs(feature(a) - feature(b)) for a, b in pairs])
    assert abs(np.mean(list(found.values())) - 0.5) < 0.02
    assert max(found.values()) < 0.62, max(found, key=found.get)


def test_no_context_word_gives_a_sense_away_again_and_again(by_word: dict[str, list[Occurrence]]) -> None:
    every = Counter(word.lower() for group in by_word.values() for one in group for word in set(one.words))
    for group in by_word.values():
        for sense in {one.sense for one in group}:
            some = [one for one in group if one.sense == sense]
            forms = {one.form.lower() for one in some}
            seen = Counter(word for one in some for word in {w.lower() for w in one.words} - forms)
            rare = {word: count for word, count in seen.items() if every[word] < 60 and count > len(some) / 3}
            assert not rare, (sense, rare)


def test_capitals_do_not_tell_apart_what_is_written_both_ways(by_word: dict[str, list[Occurrence]]) -> None:
    for word in ("apple", "python", "jaguar"):
        forms = {
            sense: [o.form for o in by_word[word] if o.sense == sense] for sense in {o.sense for o in by_word[word]}
        }
        assert all(min(found.count(word.title()), found.count(word)) >= 3 for found in forms.values()), forms


def test_a_line_becomes_words_with_the_place_of_the_word(tmp_path) -> None:
    (one,) = load_senses(written(tmp_path, ROW))
    assert one.words == ("The", "bank", "'s", "mud", "–", "a", "left", "bank", "'s", "–", "stank", ".")
    assert (one.position, one.form) == (7, "bank")
    assert (one.word, one.sense, one.gloss, one.pos) == ("bank", "river", "land beside a river", "noun")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "Line 2 of mine.jsonl is not a sentence with a sense: Expecting"),
        ("", "Line 2"),
        ("[1]", "it is not an object"),
        (ROW | {"gloss": 3}, "'gloss' is missing, empty or not a text"),
        (ROW | {"sense": " "}, "'sense' is missing"),
        ({key: value for key, value in ROW.items() if key != "pos"}, "'pos' is missing"),
        (ROW | {"start": 25}, "characters 25 to 28, 'ank', are not one word"),
        (ROW | {"end": 30}, "are not one word"),
        (ROW | {"start": 19}, "'left bank', are not one word"),
        (ROW | {"end": 400}, "not two positions in the sentence"),
        (ROW | {"start": -5}, "not two positions in the sentence"),
        (ROW | {"start": True}, "not two positions in the sentence"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message: str) -> None:
    with pytest.raises(BadInput, match=r"^Line 2 of mine\.jsonl") as caught:
        load_senses(written(tmp_path, ROW, line, ROW))
    assert message in str(caught.value)


def test_a_file_without_sentences_and_one_that_is_not_there_are_errors(tmp_path) -> None:
    with pytest.raises(BadInput, match="holds no sentences"):
        load_senses(written(tmp_path))
    with pytest.raises(BadInput, match="cannot be read"):
        load_senses(tmp_path / "nowhere.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(BadInput, match="cannot be read"):
        load_senses(tmp_path / "latin.jsonl")
