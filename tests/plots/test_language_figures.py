"""What is in the figures of language models is what was found."""

import math

import numpy as np
import pytest

from embedlab.analysis.beam import Beam, Node, beam_search
from embedlab.analysis.next_tokens import NextTokens, next_tokens
from embedlab.plots import curves, layout
from embedlab.plots import next_tokens as bars
from tests.analysis.toys import random_toy, uniform


def test_next_tokens_are_bars_in_per_cent_with_names_for_what_cannot_be_seen() -> None:
    result = NextTokens((), ("<b>", "</s>", " "), np.array([0.5, 0.25, 0.125], np.float32), 0.125, 1.75)
    fig = bars.next_tokens(result, "a <model>", longest=0.8)
    assert fig.data[0].x == pytest.approx((50, 25, 12.5))
    assert fig.data[0].text == ("50 %", "25 %", "12.5 %")
    assert fig.layout.yaxis.ticktext == ("&lt;b&gt;", "end of sentence", "␣ space")
    assert fig.data[0].marker.pattern.shape == ("", "/", "")
    assert fig.layout.xaxis.range[1] == pytest.approx(112)  # the scale of the figure with the longest bar
    assert fig.layout.title.text == "a &lt;model&gt;"


def test_what_decoding_cut_off_is_said() -> None:
    fig = bars.decoded(["a", "b"], [0.6, 0.4], [1.0, 0.0], "t")
    assert [bar.name for bar in fig.data] == ["the model", "to draw from"]
    assert fig.data[1].text == ("100 %", "cut off")


def test_every_node_of_a_tree_has_a_row_below_its_parents() -> None:
    found = beam_search(random_toy(5, 2), [], width=3, length=4)
    fig = bars.beam_tree(found, "t", start="<once>")
    dots = fig.data[2]
    assert sorted(dots.y) == list(range(len(found.nodes)))
    assert dots.text[0].strip() == "<b>&lt;once&gt;</b>"
    assert dots.marker.symbol.count("x") == sum(node.state == "pruned" for node in found.nodes)
    bold = [text for text in dots.text[1:] if "<b>" in text]
    assert len(bold) == len(found.path(found.best[0]))
    assert fig.data[1].line.color == layout.ORANGE


def test_rows_of_a_tree_worked_out_by_hand() -> None:
    nodes = (
        Node("", 0.0, 0.0, -1, 0, "kept"),
        Node("a", math.log(0.4), math.log(0.4), 0, 1, "kept"),
        Node("b", math.log(0.6), math.log(0.6), 0, 1, "kept"),
        Node("</s>", math.log(0.5), math.log(0.2), 1, 2, "finished"),
    )
    dots = bars.beam_tree(Beam((), nodes, (3,), 2, exact=False)).data[2]
    assert [row[0] for row in dots.customdata] == ["beginning", "b", "a", "end of sentence"]
    assert list(dots.x) == [0, 1, 1, 2]
    assert dots.customdata[3][1].startswith("50.00%")
    assert list(dots.marker.color) == [layout.ORANGE, layout.BLUE, layout.ORANGE, layout.ORANGE]


def test_bits_are_written_in_their_fields() -> None:
    fig = curves.surprisal(["a<", "end"], {"a longer, its <text>": [1.25, 30.0], "two": [math.inf, None]})
    assert fig.layout.xaxis.ticktext == ("a longer, its<br>&lt;text&gt;", "two")
    assert [note.text for note in fig.layout.annotations] == ["1.2", "∞", "30.0", ""]
    assert fig.layout.yaxis.ticktext == ("a&lt;", "end")
    assert [list(row) for row in fig.data[0].z] == [[1.25, 16.0], [16.0, None]]
    assert fig.data[0].customdata[0][1] == "<b>a&lt;</b><br>held for impossible"


def test_expectations_of_a_uniform_model() -> None:
    result = next_tokens(uniform([f"w{i}" for i in range(62)]), ["w1"], 4)
    assert result.tokens == ("w0", "w1", "w2", "w3")
    assert result.entropy == pytest.approx(6, abs=1e-5)
    assert result.choices == pytest.approx(64, rel=1e-4)
    assert result.rest == pytest.approx(60 / 64, abs=1e-6)
    assert result.context == ("w1",)


def test_language_models_have_colours_of_their_own() -> None:
    keys = ("ngram", "nnlm", "lstm", "char_lstm")
    assert len({layout.family_color(key) for key in keys}) == len(keys)
