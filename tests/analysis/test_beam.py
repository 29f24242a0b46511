"""Beam search: against brute force, against the greedy way, and the tree that is kept."""

import math

import numpy as np
import pytest

from embedlab.analysis.beam import Beam, beam_search
from embedlab.analysis.generation import generate
from embedlab.base import END, UNKNOWN, BadInput
from tests.analysis.toys import Toy, random_toy

GARDEN = {
    "": {"a": 0.6, "b": 0.4},
    "a": {"a": 0.35, "b": 0.35, END: 0.3},
    "b": {END: 0.9, "a": 0.1},
}


def brute_force(model: Toy, length: int) -> list[tuple[float, tuple[str, ...]]]:
    """All texts that end within a length, and those of the length that do not; the likeliest first."""
    found, going = [], [(0.0, ())]
    for size in range(1, length + 1):
        longer = []
        for total, before in going:
            logs = dict(zip(model.vocabulary, np.log(model.next(before)).tolist(), strict=True))
            made = [(total + logs[token], (*before, token)) for token in (END, *model.words)]
            found += made if size == length else made[:1]
            longer += made[1:]
        going = longer
    return sorted(found, reverse=True)


def best(beam: Beam) -> tuple[str, ...]:
    return beam.tokens(beam.best[0])


@pytest.mark.parametrize("seed", range(8))
def test_width_v_finds_the_best_pair_and_v_to_the_second_the_best_triple(seed: int) -> None:
    model = random_toy(4, seed)
    for length, width in ((2, 4), (3, 16)):
        total, tokens = brute_force(model, length)[0]
        found = beam_search(model, [], width=width, length=length)
        assert best(found) == tokens
        assert found.nodes[found.best[0]].total == pytest.approx(total, abs=1e-5)
        assert float(model.score(tokens).sum()) == pytest.approx(total, abs=1e-5)
        assert found.exact


def test_what_it_calls_exact_is_exact_and_a_narrow_beam_can_miss_it() -> None:
    missed = certain = 0
    for seed in range(60):
        model = random_toy(5, seed)
        found, expected = beam_search(model, [], width=2, length=4), brute_force(model, 4)[0][1]
        if found.exact:
            assert best(found) == expected
            certain += 1
        missed += best(found) != expected
    assert certain > 0
    assert missed > 0


def test_the_best_are_in_order_as_brute_force_says() -> None:
    model = random_toy(3, 11)
    found = beam_search(model, [], width=27, length=3)
    assert [found.tokens(i) for i in found.best[:5]] == [tokens for _, tokens in brute_force(model, 3)[:5]]


def test_the_garden_path_where_greedy_goes_wrong() -> None:
    """Greedy takes a (0.6) and ends at 0.6 x 0.35 x ...; b is 0.4 and ends at once: 0.36."""
    model = Toy(GARDEN, ["a", "b"])
    assert generate(model, []).tokens[0] == "a"
    found = beam_search(model, [], width=2, length=5)
    assert best(found) == ("b", END)
    assert found.nodes[found.best[0]].total == pytest.approx(math.log(0.36), abs=1e-6)
    assert found.exact


def test_width_one_is_greedy() -> None:
    model = random_toy(6, 3)
    found = beam_search(model, [], width=1, length=6)
    written = generate(model, [])
    ended = (END,) if written.finished and len(written.tokens) < 6 else ()
    assert best(found) == (*written.tokens, *ended)[:6]


def test_the_tree_adds_up_and_every_depth_keeps_the_width() -> None:
    model = random_toy(6, 5)
    found = beam_search(model, ["w1"], width=3, length=4, shown=2)
    root, *others = found.nodes
    assert (root.token, root.parent, root.total) == ("", -1, 0.0)
    for node in others:
        parent = found.nodes[node.parent]
        assert node.total == pytest.approx(parent.total + node.log_probability)
        assert node.depth == parent.depth + 1
        assert parent.state == "kept"
        assert (node.state == "finished") <= (node.token == END)
        assert node.token != UNKNOWN
    for depth in range(1, 5):
        states = [node.state for node in others if node.depth == depth]
        assert states.count("kept") == 3
        assert states.count("pruned") == 2
        worst = min(node.total for node in others if node.depth == depth and node.state == "kept")
        pruned = [node for node in others if node.depth == depth and node.state == "pruned" and node.token != END]
        assert all(node.total <= worst for node in pruned)
    *before, last = found.tokens(found.best[0])
    expected = np.log(model.next(["w1", *before])[model.vocabulary.index(last)])
    assert found.nodes[found.best[0]].log_probability == pytest.approx(float(expected), abs=1e-5)


def test_a_model_of_characters_ends_at_its_line_end() -> None:
    table = {"": {"h": 0.9, "\n": 0.1}, "h": {"i": 0.8, "\n": 0.2}, "i": {"\n": 1.0}}
    found = beam_search(Toy(table, ["h", "i", "\n"], "char"), [], width=2, length=8)
    assert best(found) == ("h", "i", "\n")
    assert found.nodes[found.best[0]].state == "finished"


def test_what_cannot_be_searched_gets_a_sentence() -> None:
    model = Toy(GARDEN, ["a", "b"])
    with pytest.raises(BadInput, match="1 or more"):
        beam_search(model, [], width=0)
    with pytest.raises(BadInput, match="never seen"):
        beam_search(model, ["unheard"])
