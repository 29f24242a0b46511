"""The words around, as a second question while learning."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from embedlab.base import BadInput, Progress, StaticConfig, StaticModel
from embedlab.data.corpus import Corpus
from embedlab.models.bert.model import BertConfig
from embedlab.models.common import context_losses
from embedlab.models.common.context_losses import MOST, OWN, RARE, Company, Likeness, Near, around, weighted
from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.model import Elmo
from embedlab.workflows.train import train

TOPICS = {"river": ["water", "boat", "fish", "shore", "stream"], "money": ["loan", "cash", "credit", "account", "fee"]}
PATTERN = ["the", "bank", "with", "a"]


class Vectors(StaticModel):
    kind = "vectors"
    config_class = StaticConfig


def topics() -> Vectors:
    """Words of one topic have one vector; grammar's words point nowhere in particular."""
    rows = {word: [1.0, 0.0, 0.1] for word in TOPICS["river"]} | {word: [0.0, 1.0, 0.1] for word in TOPICS["money"]}
    rows |= {word: [0.5, 0.5, -1.0] for word in PATTERN}
    return Vectors(list(rows), np.array(list(rows.values()), np.float32))


def sentences(count: int, seed: int = 3) -> list[list[str]]:
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        words = draw.sample(TOPICS[draw.choice(list(TOPICS))], 3)
        found.append([words[0], "the", "bank", "with", "a", *words[1:]])
    return found


def test_a_place_has_the_words_near_it_and_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context_losses, "WINDOW", 2)
    vectors = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 7, 3)))
    begins = torch.zeros(2, 7, dtype=torch.bool)
    begins[0, 0] = begins[0, 3] = begins[1, 6] = True
    texts = [[0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0, 1]]
    for given, same in ((None, lambda b, i, j: True), (begins, lambda b, i, j: texts[b][i] == texts[b][j])):
        made = around(vectors, given)
        for b in range(2):
            for i in range(7):
                beside = [j for j in range(7) if 0 < abs(i - j) <= 2 and same(b, i, j)]
                wanted = vectors[b, beside].sum(0) if beside else torch.zeros(3, dtype=vectors.dtype)
                torch.testing.assert_close(made[b, i], wanted)


def test_rare_words_count_more_and_any_text_comes_to_nothing_on_the_whole() -> None:
    counts, rows = np.array([5_000, 10, 4_990]), np.eye(3, dtype=np.float32)
    made = weighted(rows, counts)
    np.testing.assert_allclose(counts @ made, 0, atol=1e-2)
    before = rows * (RARE / (RARE + counts / 10_000))[:, None]
    np.testing.assert_allclose(made[1] - made[0], before[1] - before[0], atol=1e-6)
    assert np.linalg.norm(made[1]) > 2 * np.linalg.norm(made[0])


def test_a_word_in_pieces_is_looked_up_whole_at_its_first() -> None:
    words = ["bank", "loan", "paddle", "pad"]
    looked = Near(Vectors(words, np.eye(4, dtype=np.float32)), ["<m>", "Bank", "pad", "##dle", "##s"], "##")
    ids = np.array([[0, 2, 3, 1, 2, 9], [1, 4, 2, 3, 4, 2]])  # "banks" and "paddles" are not known, 9 is no token
    np.testing.assert_array_equal(looked.words(ids), [[-1, 2, -1, 0, 3, -1], [-1, -1, -1, -1, -1, 3]])
    own, company = looked(torch.from_numpy(ids))
    np.testing.assert_array_equal(own[0, 1], [0, 0, 1, 0])
    assert not own[0, 2].any()
    torch.testing.assert_close(company[0, 0], looked.parts[2] + looked.parts[0] + looked.parts[3])
    with pytest.raises(BadInput, match="none of the words"):
        Near(topics(), ["zebu"])


def as_they_are(rows: np.ndarray[Any, Any], vectors: np.ndarray[Any, Any]) -> Near:
    """Tokens that are words, with these vectors of their own and for others."""
    made = Near(Vectors([f"w{i}" for i in range(len(rows))], rows), [f"w{i}" for i in range(len(rows))])
    made.own[:-1], made.parts[:-1] = torch.from_numpy(rows), torch.from_numpy(vectors)
    return made


def test_who_says_the_company_exactly_loses_nothing_and_who_says_the_opposite_two() -> None:
    vectors = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)
    asked = Company(4, as_they_are(vectors, vectors))
    with torch.no_grad():
        asked.answer.weight.copy_(torch.eye(4))
        asked.answer.bias.zero_()
    ids = torch.tensor([[0, 3, 5, 7, 2], [1, 1, 4, 6, 0]])  # 6 and 7 are no words
    rows = torch.from_numpy(np.concatenate([vectors, np.zeros((2, 4), np.float32)]))
    exact = around(rows[ids])
    assert asked(exact, ids).item() == pytest.approx(0, abs=1e-6)
    assert asked(-exact, ids).item() == pytest.approx(2, abs=1e-6)
    told = torch.tensor([[True] * 5, [False] * 5])
    assert asked(torch.cat([exact[:1], -exact[1:]]), ids, None, told).item() == pytest.approx(0, abs=1e-6)


def test_states_as_much_alike_as_words_and_company_lose_nothing() -> None:
    draw, unit = np.random.default_rng(2), torch.nn.functional.normalize
    rows, vectors = draw.normal(size=(2, 6, 4)).astype(np.float32)
    asked = Likeness(as_they_are(rows, vectors))
    ids = torch.from_numpy(draw.integers(0, 7, (3, 9)))  # 6 is no word
    told = torch.from_numpy(draw.random((3, 9)) < 0.8)
    told &= ids < 6
    own, company = asked.near(ids)
    word, near = (unit(part[told] - part[told].mean(0), dim=1) for part in (own, company))
    alike = (OWN * word @ word.T + near @ near.T) / (OWN + 1)
    turn = torch.linalg.qr(torch.from_numpy(draw.normal(size=(8, 8)).astype(np.float32)))[0]
    states = torch.zeros(3, 9, 8)
    states[told] = torch.cat([word * OWN**0.5, near], dim=1) @ turn + 3.0  # only how much alike they are is asked
    centred = unit(states[told] - states[told].mean(0), dim=1)
    error = (centred @ centred.T - alike).square().sum() / (len(word) * (len(word) - 1)) / alike.var()
    assert asked(states, ids, None, told).item() == pytest.approx(error.item(), abs=1e-5)
    assert error < 0.1  # not quite nothing: the means of words and company were taken out one by one
    shuffled = states.clone()
    shuffled[told] = states[told].flip(0)
    assert asked(shuffled, ids, None, told).item() > 0.8
    assert not asked(states, torch.full_like(ids, 6)).item()


def test_a_large_batch_is_looked_at_in_part() -> None:
    rows = np.random.default_rng(3).normal(size=(5, 3)).astype(np.float32)
    asked, ids = Likeness(as_they_are(rows, rows)), torch.arange(4 * MOST).reshape(8, -1) % 5
    states = torch.randn(*ids.shape, 6, requires_grad=True)
    asked(states, ids).backward()
    assert states.grad is not None
    assert MOST / 2 < int((states.grad.abs().sum(-1) > 0).sum()) <= MOST


def apart(model: Any, layer: int) -> float:
    """How much more alike "bank" is within a topic than across the two."""
    asked = [[TOPICS[topic][i], *PATTERN, TOPICS[topic][i + 1]] for topic in TOPICS for i in range(4)]
    states = np.stack([found[layer, 2] for found in model.encode(asked)])
    states = states - states.mean(0)
    near = states @ states.T / np.outer(*[np.linalg.norm(states, axis=1)] * 2)
    same = np.equal.outer([0] * 4 + [1] * 4, [0] * 4 + [1] * 4)
    return float(near[same & ~np.eye(8, dtype=bool)].mean() - near[~same].mean())


QUICK: dict[str, Any] = {"epochs": 3, "patience": 0, "dropout": 0.0, "learning_rate": 3e-3, "batch_size": 8}
SMALL = {
    "bert": BertConfig(**QUICK, sequence=16, next_sentence=False),
    "elmo": ElmoConfig(
        **QUICK, dim=16, hidden=32, char_dim=4, filters="1x8 2x8 3x16", stretch=20, min_count=1, skipgram_epochs=0
    ),
}  # fmt: skip


@pytest.mark.parametrize("likeness", [False, True], ids=["answer", "likeness"])
@pytest.mark.parametrize("kind", ["bert", "elmo"])
def test_a_network_that_is_asked_tells_topics_apart_better(kind: str, likeness: bool) -> None:
    corpus, events = Corpus.from_sentences(sentences(300)), list[Progress]()
    without = train(kind, corpus, SMALL[kind])
    asked = train(kind, corpus, replace(SMALL[kind], likeness=likeness), events.append, company=topics())
    layer = 2 if kind == "elmo" or likeness else 1
    assert apart(asked, layer) > apart(without, layer)
    around = [event.parts[-1] for event in events if event.parts]
    assert {part.name for part in around} == {"likeness" if likeness else "words around"}
    assert around[-1].loss < 0.8  # who has learned nothing has 1
    assert not any("company" in name or "answer" in name for name in asked.tensors())


def test_an_elmo_goes_on_and_predicts_the_same_words() -> None:
    first = Elmo.train(Corpus.from_sentences(sentences(60), name="a").with_licence("CC0"), SMALL["elmo"])
    before = {name: weight.copy() for name, weight in first.tensors().items()}
    other = [["zebu", *sentence] for sentence in sentences(60, 4)]
    corpus = Corpus.from_sentences(other, name="b").with_licence("MIT")
    then = first.continue_pretraining(corpus, ElmoConfig(**QUICK | {"epochs": 20}, dim=99, stretch=20))
    assert then.words == first.words and then.config.dim == 16
    for name, weight in first.tensors().items():
        np.testing.assert_array_equal(weight, before[name])
    unknown = first.vocabulary.index("<unk>")
    # every sentence of the second text begins with an unknown word, none of the first
    assert then.next([])[unknown] > 0.15 > first.next([])[unknown]
    assert (then.card.text, then.card.licence) == ("a; then b", "CC0; MIT")
    still = first.continue_pretraining(corpus, ElmoConfig(**QUICK | {"learning_rate": 1e-6, "epochs": 1}, stretch=20))
    words = ["loan", "the", "bank"]
    np.testing.assert_allclose(still.encode([words])[0], first.encode([words])[0], atol=1e-3)


def test_a_kind_that_cannot_be_asked_says_so() -> None:
    with pytest.raises(BadInput, match="cannot be asked for the words around"):
        train("lstm", Corpus.from_sentences(sentences(10)), company=topics())
