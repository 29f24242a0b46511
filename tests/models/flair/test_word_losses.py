"""What Flair is asked of words while it learns letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from embedlab.base import BadInput, Progress, StaticConfig, StaticModel
from embedlab.data.corpus import Corpus
from embedlab.models.common.context_losses import WINDOW, vectors_of
from embedlab.models.common.recurrent import LstmNetwork
from embedlab.models.flair.model import FlairConfig
from embedlab.models.flair.training import BothLearner, BothWays
from embedlab.models.flair.word_losses import TextWords, WordQuestions
from embedlab.workflows.train import train

LETTERS = "\n abcdefghijklmnopqrstuvwxyz'.T"
TEXT = "The king's ox.\nan ox, the\n\nox"
KNOWN = {"the": 0, "king": 1, "ox": 2, "an": 3}


class Vectors(StaticModel):
    kind = "vectors"
    config_class = StaticConfig


def numbered(text: str) -> np.ndarray[Any, Any]:
    return np.array([LETTERS.find(letter) if letter in LETTERS else len(LETTERS) for letter in text], np.int32)


def told(words: TextWords, text: str) -> dict[int, list[int]]:
    """What has been read at every place where a word is over, without the end of the list."""
    near = words.near(np.arange(len(text))[None])[0]
    assert near.shape == (len(text), 1 + WINDOW)
    return {place: row[row >= 0].tolist() for place, row in enumerate(near) if (row >= 0).any()}


def test_words_are_over_at_what_follows_them_and_follow_those_of_their_line() -> None:
    words = TextWords.of(numbered(TEXT), LETTERS, KNOWN)
    assert words.numbers.tolist() == [0, 1, -1, 2, 3, 2, 0, 2]  # the s of "king's" is a word that is not known
    assert words.lines.tolist() == [0, 0, 0, 0, 1, 1, 1, 3]
    assert told(words, TEXT) == {
        TEXT.index(" king"): [0],
        TEXT.index("'s"): [1, 0],
        TEXT.index(" ox."): [1, 0],  # the s itself is not known, so its own place is -1
        TEXT.index(".\n"): [2, 1, 0],
        TEXT.index(" ox, "): [3],
        TEXT.index(", the"): [2, 3],
        TEXT.index("\n\nox"): [0, 2, 3],
    }  # nothing follows the last word
    assert words.near(np.array([[TEXT.index(" ox.")]]))[0, 0, 0] == -1


def test_backward_a_word_is_over_at_what_stood_before_it() -> None:
    words = TextWords.of(numbered(TEXT), LETTERS, KNOWN).backward
    backward = TEXT[::-1]
    found = told(words, backward)
    assert found[backward.index("\n")] == [2]  # the last word, which is the first that is read
    places = {len(TEXT) - 1 - place: said for place, said in found.items()}
    assert places[TEXT.index(" king")] == [1, 2]
    assert places[TEXT.index(" ox,")] == [2, 0]
    assert places[TEXT.index("\nan")] == [3, 2, 0]
    assert -1 not in places and 0 not in places  # nothing stands before the first word


def test_a_text_without_words_tells_none() -> None:
    words = TextWords.of(numbered("... ..\n"), LETTERS, KNOWN)
    assert (words.near(np.arange(7)[None]) == -1).all()


def test_both_directions_are_told_of_the_places_that_they_read() -> None:
    text = numbered(" ".join(["the king", "an ox"] * 30))
    words = TextWords.of(text, LETTERS, KNOWN)
    examples = BothWays(text, 3, 20, words)
    left, _, right, _, near, behind = examples.__getitems__([3, 4, 5])
    for read, said, whole in ((left, near, words), (right, behind, words.backward)):
        assert said.shape == (3, 20, 1 + WINDOW)
        all_told = whole.near(np.arange(len(text))[None])[0]
        order = text if whole is words else text[::-1]
        for row, begin in zip(range(3), examples.ways[0].positions([3, 4, 5])[:, 0], strict=True):
            np.testing.assert_array_equal(read[row], order[begin : begin + 20])
            np.testing.assert_array_equal(said[row], all_told[begin : begin + 20])


def asked_by_hand(
    questions: WordQuestions, vectors: Vectors, states: torch.Tensor, near: torch.Tensor
) -> tuple[float, float, float]:
    own, company = (rows.numpy() for rows in vectors_of(vectors))
    found = [(b, t) for b in range(near.shape[0]) for t in range(near.shape[1]) if near[b, t, 0] >= 0]
    before = {at: sum(company[i] for i in near[at][1:].tolist()) for at in found}
    kept = [at for at in found if np.abs(before[at]).sum() > 0]

    def cosine(first: Any, then: Any) -> float:
        return float(first @ then / np.linalg.norm(first) / np.linalg.norm(then))

    said = states.detach()
    word = np.mean([1 - cosine(questions.word(said[at]).detach().numpy(), own[near[at][0]]) for at in found])
    around = np.mean([1 - cosine(questions.before(said[at]).detach().numpy(), before[at]) for at in kept])
    middle, centre = np.mean([said[at].numpy() for at in kept], 0), np.mean([before[at] for at in kept], 0)
    pairs = [(one, two) for one in kept for two in kept if one[0] != two[0]]
    wanted = [cosine(before[one] - centre, before[two] - centre) for one, two in pairs]
    given = [cosine(said[one].numpy() - middle, said[two].numpy() - middle) for one, two in pairs]
    likeness = np.mean(np.square(np.subtract(given, wanted))) / np.var(wanted, ddof=1)
    return float(word), float(around), float(likeness)


def test_the_three_questions_are_what_they_say() -> None:
    draw = np.random.default_rng(5)
    vectors = Vectors([f"w{i}" for i in range(6)], draw.normal(size=(6, 4)).astype(np.float32))
    questions = WordQuestions(7, vectors, 1)
    states = torch.from_numpy(draw.normal(size=(3, 8, 7)).astype(np.float32))
    near = torch.from_numpy(draw.integers(-1, 6, (3, 8, 4)))
    near[0, :2, 1:] = -1  # a word that nothing was read before
    near[1, :3] = -1
    wanted = asked_by_hand(questions, vectors, states, near)
    assert questions(states, near).tolist() == pytest.approx(wanted, rel=1e-4)
    alone = near.clone()
    alone[1:] = -1  # one place of the text only
    assert questions(states, alone).tolist() == [0, 0, 0]


def test_what_is_asked_counts_beside_the_letters_and_reaches_both_directions() -> None:
    draw = np.random.default_rng(6)
    vectors = Vectors(list(KNOWN), draw.normal(size=(4, 3)).astype(np.float32))
    torch.manual_seed(1)
    networks = [LstmNetwork(len(LETTERS) + 1, 4, 6, 1) for _ in range(2)]
    questions = [WordQuestions(6, vectors, i) for i in range(2)]
    learner = BothLearner(networks[0], networks[1], questions)
    text = numbered(" ".join(["the king", "an ox"] * 30))
    batch = BothWays(text, 3, 20, TextWords.of(text, LETTERS, KNOWN)).__getitems__([0, 1, 2])
    loss = learner(*batch)
    left, right, word, before, likeness = learner.apart.tolist()  # type: ignore[union-attr]
    assert loss.item() == pytest.approx((left + right) / 2 + word + before + 2 * likeness, rel=1e-5)
    plain = BothLearner(networks[0], networks[1])
    assert plain(*batch[:4]).item() == pytest.approx((left + right) / 2, rel=1e-5)
    loss.backward()
    for answer in (answer for one in questions for answer in (one.word, one.before)):
        assert answer.weight.grad is not None and answer.weight.grad.abs().sum() > 0


TOPICS = {"river": ["water", "boat", "fish", "shore", "stream"], "money": ["loan", "cash", "credit", "account", "fee"]}


def sentences() -> list[list[str]]:
    draw = np.random.default_rng(3)
    return [
        [*draw.permutation(words)[:2], "the", "bank", "with", "a", *draw.permutation(words)[:2]]
        for words in (TOPICS[str(draw.choice(list(TOPICS)))] for _ in range(150))
    ]


def test_a_flair_that_is_asked_tells_topics_apart_better() -> None:
    rows = {word: [1.0, 0.0, 0.1] for word in TOPICS["river"]} | {word: [0.0, 1.0, 0.1] for word in TOPICS["money"]}
    rows |= {word: [0.5, 0.5, -1.0] for word in ("the", "bank", "with", "a")}
    company = Vectors(list(rows), np.array(list(rows.values()), np.float32))
    config = FlairConfig(
        dim=8, hidden=32, dropout=0.0, epochs=3, patience=0, learning_rate=5e-3, batch_size=8, stretch=50, min_count=1,
        max_words=60,
    )  # fmt: skip
    corpus, events = Corpus.from_sentences(sentences()), list[Progress]()
    without, asked = train("flair", corpus, config), train("flair", corpus, config, events.append, company=company)
    told = [event.parts for event in events if event.parts][-1]
    assert [part.name for part in told] == ["forward", "backward", "words read", "words before", "likeness"]
    assert told[-1].loss < 0.8  # who has learned nothing has 1
    assert apart(asked) > apart(without) + 0.2
    assert not any("word" in name or "before" in name for name in asked.tensors())
    strangers = Corpus.from_sentences([["zebu", "yak", "okapi"]] * 60)
    with pytest.raises(BadInput, match="none of the words"):
        train("flair", strangers, config, company=company)
    narrow = train("flair", corpus, replace(config, epochs=1, projection=7), company=company)
    assert narrow.dim == 14  # type: ignore[attr-defined]
    again = asked.continue_pretraining(corpus, replace(config, epochs=1), company=company)  # type: ignore[attr-defined]
    assert again.words == asked.words


def apart(model: Any) -> float:
    """How much more alike "bank" is within a topic than across the two."""
    given = [[words[i], "the", "bank", "with", "a", words[i + 1]] for words in TOPICS.values() for i in range(4)]
    states = torch.from_numpy(np.stack([found[0, 2] for found in model.encode(given)]))
    states = functional.normalize(states - states.mean(0), dim=1)
    near = (states @ states.T).numpy()
    same = np.equal.outer([0] * 4 + [1] * 4, [0] * 4 + [1] * 4)
    return float(near[same & ~np.eye(8, dtype=bool)].mean() - near[~same].mean())
