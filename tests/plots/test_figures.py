"""What is in the figures is what was found."""

from dataclasses import replace

import numpy as np
import pytest

from embedlab.analysis.analogies import parallelogram
from embedlab.analysis.axes import Placement
from embedlab.analysis.google_analogies import Category, GoogleResult
from embedlab.analysis.neighbors import Neighbors, nearest
from embedlab.analysis.subwords import Subwords
from embedlab.base import StaticModel
from embedlab.base.folding import Lookup
from embedlab.plots import bars, curves, heatmap, layout, scatter


def found(*words: str, counts: tuple[int, ...] = ()) -> Neighbors:
    values = np.linspace(0.9, 0.1, len(words), dtype=np.float32)
    return Neighbors("q", list(words), values, np.array(counts or [5] * len(words)), np.arange(len(words)))


def test_neighbors_are_bars_with_escaped_labels() -> None:
    bar = bars.neighbors(found("<b>x</b>", "1984", counts=(1200, 0)), "a <i>model</i>").data[0]
    assert bar.x == pytest.approx((0.9, 0.1))
    assert list(bar.customdata[0]) == ["&lt;b&gt;x&lt;/b&gt;", "seen 1,200 times"]
    assert list(bar.customdata[1]) == ["1984", "frequency unknown"]


def test_a_composed_word_is_named_below_the_title() -> None:
    made = replace(found("cat"), lookups=(Lookup("<Q>", "<q>", known=False), Lookup("a", "a", known=True)))
    fig = bars.neighbors(made, "fastText")
    assert fig.layout.title.text.startswith("fastText<br><sub>") and "“&lt;q&gt;”" in fig.layout.title.text
    assert fig.layout.height > bars.neighbors(found("cat"), "fastText").layout.height
    axis = Placement(["a"], np.array([0.1]), (), made.lookups)
    assert "“&lt;q&gt;”" in bars.placement(axis, "man", "woman").layout.title.text


def test_labels_stand_beside_their_bars_and_titles_are_plain() -> None:
    fig = bars.neighbors(found("cat", "dog"), "a <i>model</i>")
    assert fig.layout.yaxis.ticktext == ("cat", "dog")
    assert fig.layout.yaxis.tickvals == (0, 1)
    assert fig.layout.title.text == "a &lt;i&gt;model&lt;/i&gt;"


def test_a_questions_own_words_are_hatched_and_grey() -> None:
    bar = bars.ranking(["king", "queen"], [0.8, 0.7], "t", layout.BLUE, marked=["king"]).data[0]
    assert bar.marker.color == (layout.GREY, layout.BLUE)
    assert bar.marker.pattern.shape == ("/", "")


def test_shares_are_per_cent() -> None:
    result = Subwords(
        "ab", False, ["<ab", "ab>"], np.array([0.75, 0.25]), np.array([1.0, 1.0]), Lookup("ab", "ab", known=False)
    )
    bar = bars.shares(result, "ab").data[0]
    assert bar.x == (75.0, 25.0)
    assert bar.text == ("75.0 %", "25.0 %")


def test_words_along_an_axis_are_sorted_and_coloured_by_side() -> None:
    bar = bars.placement(Placement(["a", "b", "c"], np.array([-0.2, 0.3, 0.1]), ()), "man", "woman").data[0]
    assert [item[0] for item in bar.customdata] == ["b", "c", "a"]
    assert bar.marker.color == (layout.BLUE, layout.BLUE, layout.ORANGE)


def test_two_models_of_one_family_are_told_apart() -> None:
    result = GoogleResult((Category("family", 3, 4, 1, "semantic"),), 100)
    fig = bars.benchmark({"one": result, "two": result}, {"one": layout.BLUE, "two": layout.BLUE}, {})
    assert [bar.x for bar in fig.data] == [(75.0,), (75.0,)]
    assert [bar.marker.pattern.shape for bar in fig.data] == ["", "/"]


def test_overlap_is_written_in_its_fields() -> None:
    fig = heatmap.square(["a", "b"], np.array([[1, 0.25], [0.25, 1]]))
    assert [note.text for note in fig.layout.annotations] == ["1.00", "0.25", "0.25", "1.00"]


def test_the_parallelogram_is_one(tiny_model: StaticModel) -> None:
    result = parallelogram(tiny_model, "man", "woman", "king", "queen")
    points = scatter.parallelogram(result).data[-1]
    a, b, c, d, sought = np.column_stack([points.x, points.y])
    np.testing.assert_allclose(b - a, sought - c, atol=1e-6)
    np.testing.assert_allclose(d, sought, atol=1e-6)
    assert points.text == ("man", "woman", "king", "<b>queen</b>", "b − a + c")


def test_frequency_leaves_out_what_is_unknown() -> None:
    fig = scatter.frequency({"m": found("a", "b", counts=(7, 0))}, {"m": layout.BLUE})
    assert (fig.data[0].x, fig.data[0].text) == ((7,), ("a",))


def test_words_between_two_axes() -> None:
    fig = scatter.plane(["a<", "b"], [0.1, -0.2], [0.3, 0.0], ("low", "high"), ("<x>", "y"))
    assert (fig.data[0].x, fig.data[0].y) == ((0.1, -0.2), (0.3, 0.0))
    assert fig.data[0].text == ("a&lt;", "b")
    assert "&lt;x&gt;" in fig.layout.yaxis.title.text


def test_the_timeline_fills_what_is_here() -> None:
    steps = [
        curves.Step(1954, "One-hot", "idea", "#8C8C8C", True),
        curves.Step(2018, "ELMo", "idea", "#D55E00", False),
    ]
    fig = curves.timeline(steps)
    assert fig.data[1].x == (1954, 2018)
    assert fig.data[1].marker.color == ("#8C8C8C", layout.faded("#D55E00", 0.15))
    assert fig.layout.yaxis.ticktext == ("One-hot  1954", "ELMo  2018")


def test_lines_keep_their_values_and_colours() -> None:
    fig = curves.lines({"loss": ([1, 2], [0.5, 0.25])}, x_title="epoch", y_title="loss", log_y=True)
    assert (fig.data[0].x, fig.data[0].y) == ((1, 2), (0.5, 0.25))
    assert fig.layout.yaxis.type == "log"


def test_every_figure_is_see_through(tiny_model: StaticModel) -> None:
    for fig in (bars.neighbors(nearest(tiny_model, "king"), "t"), heatmap.square(["a"], np.eye(1))):
        assert fig.layout.paper_bgcolor == fig.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"


def test_static_families_have_colours_of_their_own() -> None:
    keys = ("one_hot", "lsa", "cbow", "word2vec", "glove", "fasttext")
    assert len({layout.family_color(key) for key in keys}) == len(keys)
