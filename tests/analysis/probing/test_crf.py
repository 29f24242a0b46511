"""The conditional random field against all paths, written out; and the rules of BIO."""

from __future__ import annotations

import dataclasses
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from embedlab.analysis.probes import ProbeSettings, layer_probe
from embedlab.analysis.probing.crf import Crf, Rules, lawful
from embedlab.analysis.probing.scores import Bounds, Entities
from embedlab.data.tagged import TaggedSentence, TaggedSet
from tests.analysis.probing.probe_toys import Words

RULES = {"free": Rules.none(4), "bio": Rules.bio(5)}
LENGTHS = torch.tensor([4, 1, 3, 2])


def made(rules: Rules, seed: int = 1) -> tuple[Crf, torch.Tensor]:
    """A field with random weights, in double precision, and scores (4, 4, K) of words."""
    draw, field = torch.Generator().manual_seed(seed), Crf(rules)
    size = len(rules.begins)
    field.transitions, field.start, field.end = (
        torch.randn(shape, generator=draw, dtype=torch.float64).requires_grad_()
        for shape in ((size, size), (size,), (size,))
    )
    return field, 2 * torch.randn((len(LENGTHS), int(LENGTHS.max()), size), generator=draw, dtype=torch.float64)


def paths(field: Crf, rules: Rules, scores: torch.Tensor, length: int) -> dict[tuple[int, ...], float]:
    """The score of every path that no rule bars, summed up word by word."""
    words, pairs, start, end = (one.detach().numpy() for one in (scores, field.transitions, field.start, field.end))
    result = {}
    for path in product(range(words.shape[1]), repeat=length):
        steps = list(pairwise(path))
        if rules.begins[path[0]] and all(rules.follows[step] for step in steps):
            own = sum(words[at, label] for at, label in enumerate(path))
            result[path] = start[path[0]] + own + sum(pairs[step] for step in steps) + end[path[-1]]
    return result


@pytest.mark.parametrize("name", RULES)
def test_the_field_is_what_all_paths_give(name: str) -> None:
    rules = RULES[name]
    field, scores = made(rules)
    sums, best = field.log_partition(scores, LENGTHS).tolist(), field.best(scores, LENGTHS)
    assert best.shape == (4, 4) and best.dtype == torch.int64
    for row, length in enumerate(LENGTHS.tolist()):
        every = paths(field, rules, scores[row], length)
        assert sums[row] == pytest.approx(np.logaddexp.reduce(list(every.values())), abs=1e-10)
        assert tuple(best[row, :length].tolist()) == max(every, key=lambda path: every[path])
        assert not best[row, length:].any()
        asked = list(every)[:: max(1, len(every) // 20)]
        padded = torch.tensor([[*path, *[3] * (4 - length)] for path in asked])
        many = scores[row].expand(len(asked), -1, -1)
        given = field.log_likelihood(many, padded, LENGTHS[row].expand(len(asked))).tolist()
        assert given == pytest.approx([every[path] - sums[row] for path in asked], abs=1e-10)


@pytest.mark.parametrize("name", RULES)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    field, scores = made(RULES[name], seed=2)
    labels = field.best(scores.flip(0), torch.tensor([4, 4, 4, 4]))

    def loss(*parts: torch.Tensor) -> torch.Tensor:
        field.transitions, field.start, field.end = parts[1:]
        return field.log_likelihood(parts[0], labels, LENGTHS)

    assert torch.autograd.gradcheck(loss, (scores.requires_grad_(), *field.parameters()))


def test_the_path_of_finite_scores_keeps_bio_and_a_broken_one_has_no_probability() -> None:
    rules = Rules.bio(5)  # O, B-LOC, I-LOC, B-PER, I-PER
    np.testing.assert_array_equal(rules.begins, [True, True, False, True, False])
    np.testing.assert_array_equal(rules.follows[:, 2], [False, True, True, False, False])
    np.testing.assert_array_equal(rules.follows[:, 4], [False, False, False, True, True])
    assert rules.follows[:, [0, 1, 3]].all()
    field, lengths = Crf(rules), torch.full((60,), 9)
    scores = 1e6 * torch.randn(60, 9, 5, generator=torch.Generator().manual_seed(3))
    found = field.best(scores, lengths).numpy()
    assert rules.begins[found[:, 0]].all() and rules.follows[found[:, :-1], found[:, 1:]].all()
    free = scores.argmax(2).numpy()
    assert not rules.follows[free[:, :-1], free[:, 1:]].all()  # word by word, the rules are broken
    broken = field.score(scores[:1, :2], torch.tensor([[0, 2]]), torch.tensor([2]))
    assert broken.item() == -np.inf


def test_lawful_tags_name_the_same_entities() -> None:
    rng = np.random.default_rng(4)
    bounds = Bounds.of(rng.integers(1, 7, size=300).tolist())
    tags, firsts, rules = rng.integers(0, 5, size=bounds.starts[-1]), bounds.firsts(), Rules.bio(5)
    found = lawful(tags, firsts)
    assert (found != tags).any() and rules.begins[found[firsts]].all()
    assert rules.follows[found[:-1], found[1:]][~firsts[1:]].all()
    one, two = Entities.of(tags, firsts), Entities.of(found, firsts)
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in ("starts", "ends", "types"))
    np.testing.assert_array_equal(lawful(found, firsts), found)


def chained(count: int, rng: np.random.Generator) -> TaggedSet:
    """Names of two words, the first of which says LOC or PER and the second only that the name goes on.

    In every other sentence the first tag is I, which breaks the rules of BIO but marks the same name.
    """
    sentences = []
    for row, kind in enumerate(rng.choice(["LOC", "PER"], size=count)):
        words = ("3", "0" if kind == "LOC" else "1", "2", "3")
        sentences.append(TaggedSentence(words, ("O", f"{'BI'[row % 2]}-{kind}", f"I-{kind}", "O")))
    first, second = count // 2, count * 3 // 4
    return TaggedSet(tuple(sentences[:first]), tuple(sentences[first:second]), tuple(sentences[second:]))


def test_the_probe_finds_what_a_word_alone_cannot_say_and_keeps_the_rules() -> None:
    data, model, told = chained(64, np.random.default_rng(5)), Words([np.eye(4)], ["vector"]), []
    quick = ProbeSettings(resamples=20, hidden=4, dropout=0.0, epochs=15, patience=3, learning_rate=0.05)
    plain = layer_probe(model, data, settings=quick).rows[0]
    found = layer_probe(model, data, settings=dataclasses.replace(quick, probe="bilstm-crf"), on_progress=told.append)
    assert plain.f1 < 0.8 and found.rows[0].f1 == 1 and found.depth is None
    losses = [one.loss for one in told if one.loss is not None]
    assert losses and np.isfinite(losses).all()
    rules, tags = Rules.bio(5), found.rows[0].tags.reshape(-1, 4)
    assert rules.begins[tags[:, 0]].all() and rules.follows[tags[:, :-1], tags[:, 1:]].all()
    assert found.rows[0].control > 0.7  # its labels follow no rules, and are learned all the same


def test_the_pairs_of_labels_alone_decide_where_words_cannot() -> None:
    """A label that is always another than the one before: every word looks the same but the first."""
    draw, field = torch.Generator().manual_seed(6), Crf(Rules.none(2))
    first = torch.randint(0, 2, (50, 1), generator=draw)
    labels = (first + torch.arange(6)) % 2  # (50, 6)
    scores = torch.zeros(50, 6, 2)
    scores[torch.arange(50), 0, first[:, 0]] = 1.0
    lengths = torch.full((50,), 6)
    optimiser = torch.optim.Adam(field.parameters(), lr=0.1)
    for _ in range(60):
        loss = -field.log_likelihood(scores, labels, lengths).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert (field.best(scores, lengths) == labels).all()
    assert (scores.argmax(2) == labels).float().mean() < 0.7  # what the scores alone say
