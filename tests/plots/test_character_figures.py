"""Figures of characters and of wrong spellings: every letter and value in its place."""

from __future__ import annotations

import numpy as np

from embedlab.analysis.misspelling import Misspelt
from embedlab.analysis.next_tokens import CharacterBits
from embedlab.base import Readouts
from embedlab.plots import characters


def test_rows_end_after_spaces_and_long_words_are_cut() -> None:
    assert characters.rows("ab cd ef", 5) == [0, 0, 0, 0, 0, 0, 1, 1]
    assert characters.rows("one two " + "x" * 25, 10) == [0] * 8 + [1] * 10 + [2] * 10 + [3] * 5
    assert characters.rows("", 10) == []


def test_states_stand_where_they_are_taken() -> None:
    result = Readouts("a cat", ("a", "cat"), (0, 2), (1, 5), (-1, 1))
    fig = characters.readouts(result, 1)
    marks = {trace.name: trace for trace in fig.data if trace.mode == "markers"}
    assert marks["forward state"].x == (2, 6)  # the first column is the space before the text
    assert marks["backward state"].x == (0, 2)
    paths = [trace.x for trace in fig.data if trace.mode == "lines"]
    assert paths == [(1, 2, 3, 4, 5, 6), (2, 3, 4, 5)]
    letters = next(trace.text for trace in fig.data if trace.mode == "text")
    assert letters[1] == "a" and letters[3:6] == ("<b>c</b>", "<b>a</b>", "<b>t</b>")


def test_a_first_word_is_read_back_to_the_space_before_it() -> None:
    fig = characters.readouts(Readouts("a cat", ("a", "cat"), (0, 2), (1, 5), (-1, 1)), 0)
    assert [trace.x for trace in fig.data if trace.mode == "lines"] == [(1, 2), (0, 1, 2, 3, 4, 5)]


def test_bits_go_up_for_forward_and_down_for_backward() -> None:
    bits = np.array([1.0, 2.0, 4.0])
    found = [CharacterBits("a<b", way, bits, 5.0, ()) for way in ("forward", "backward")]
    fig = characters.bits(found, 2)
    up, down = (trace for trace in fig.data if trace.type == "bar")
    np.testing.assert_allclose(up.y, 0.7 * bits / 4)
    np.testing.assert_allclose(down.y, -0.7 * bits / 4)
    assert up.customdata[1] == "<b>&lt;</b><br>forward 2.00 bits: probability 25.0%"
    assert fig.layout.shapes[0].x0 == 1.5


def test_a_wrong_spelling_is_a_diamond_among_dots_or_has_no_vector() -> None:
    none = Misspelt("river", "rvier", ("vector",), True, None, ("house",), np.array([[0.25]]), "none")
    one = Misspelt(
        "river", "<i>", ("1", "2"), True, np.array([0.5, 0.75]), ("a", "b"), np.array([[0, 0], [0.1, -0.2]]), "composed"
    )
    fig = characters.similarities({"word2vec": (none, 0), "ELMo": (one, 1)}, {"ELMo": "#D55E00"})
    diamonds = [trace for trace in fig.data if trace.mode == "markers+text"]
    assert len(diamonds) == 1 and diamonds[0].x == (0.75,) and diamonds[0].y == (1,)
    assert diamonds[0].customdata == ("&lt;i&gt;",)
    assert [note.text for note in fig.layout.annotations] == ["no vector"]
    assert fig.layout.xaxis.range[0] < -0.2
