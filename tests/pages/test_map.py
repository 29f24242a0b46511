"""The map page: its main path clicked, and what it says held against the analyses."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from streamlit.testing.v1 import AppTest

from embedlab import registry
from embedlab.analysis import projection
from embedlab.analysis.faithfulness import faithfulness
from embedlab.analysis.projection import project
from embedlab.store import maps
from embedlab.ui import widgets
from embedlab.ui.views import map as map_view
from tests import pages_opened
from tests.pages_opened import button, frame, said, together


@pytest.fixture
def drawn(monkeypatch):
    """The figures that the page draws, and what its next figure says is selected."""
    seen = SimpleNamespace(figures=[], selected=None)

    def figure(fig, name, summary, *, select=False):
        seen.figures.append((fig, summary))
        return seen.selected

    monkeypatch.setattr(widgets, "figure", figure)
    return seen


def opened(**query: str) -> AppTest:
    page = pages_opened.opened("map", **query)
    assert not page.error
    return page


def model():
    return registry.load_model("word2vec")


def rows(fig) -> set[int]:
    return {int(data[0]) for trace in fig.data if trace.customdata is not None for data in trace.customdata}


def test_pca_is_drawn_at_once_and_says_what_it_shows(lab, drawn):
    page = opened(method="PCA")
    expected = project(model().matrix, "pca")
    fig, summary = drawn.figures[-1]
    assert rows(fig) == set(range(len(model())))
    trace = next(trace for trace in fig.data if trace.customdata is not None)
    order = [data[0] for data in trace.customdata]
    np.testing.assert_allclose(trace.x, expected.points[order, 0], atol=0.02)
    assert f"Showing {len(model())} of {len(model())} words: the commonest" in said(page)
    assert f"Trustworthiness **{expected.trustworthiness:.3f}**" in said(page)
    assert f"{expected.explained[0]:.1%} of the variance" in fig.layout.xaxis.title.text
    assert f"{expected.trustworthiness:.3f}" in summary


def test_umap_comes_after_pca_and_is_kept(lab, drawn):
    page = opened()
    key = maps.key(model().matrix, maps.MapSettings())
    if "PCA in 2 dimensions" in said(page):
        assert "PCA is shown meanwhile" in page.get("progress")[0].proto.text
    for _ in range(400):
        if maps.computed(key):
            break
        time.sleep(0.5)
    page.run()
    assert not page.get("progress")
    kept = maps.computed(key)
    assert "UMAP in 2 dimensions" in said(page)
    assert kept.trustworthiness == pytest.approx(
        trustworthiness(model().matrix, kept.points, n_neighbors=10, metric="cosine")
    )
    assert f"Trustworthiness **{kept.trustworthiness:.3f}**" in said(page)


def test_a_shipped_map_is_shown_without_computing(lab, drawn, monkeypatch):
    made = project(model().matrix, "pca")
    stored = projection.Projection(made.points, 0.8765, "umap", len(model()), 10)
    folder = registry.find("word2vec").folder
    maps.save(folder / maps.FILE, stored, maps.SHIPPED, model().words)
    monkeypatch.setattr(map_view.MapJobs, "ensure", lambda *_: pytest.fail("computed"))
    page = opened()
    assert "UMAP in 2 dimensions. Trustworthiness **0.876**" in said(page)


def test_a_searched_word_shows_its_true_neighbors_what_is_hidden_and_invented(lab, drawn):
    page = opened(method="PCA", word="king", k="5")
    kept = maps.computed(maps.key(model().matrix, maps.MapSettings("pca")))
    around = faithfulness(model().matrix, kept.points, model().positions["king"], 5)
    names = model().words
    table = frame(page, "similarity")
    assert table["neighbor"].tolist() == [names[row] for row in around.true]
    assert (table["in the picture"] == "hidden").sum() == len(around.hidden)
    assert f"hides {len(around.hidden)}**" in said(page)
    assert f"invents {len(around.invented)}**" in said(page)
    fig = drawn.figures[-1][0]
    marked = {trace.name: {data[0] for data in trace.customdata} for trace in fig.data if trace.customdata is not None}
    assert marked["neighbor that the picture hides"] == set(around.hidden)
    assert marked["drawn near, but no neighbor"] == set(around.invented)
    assert rows(fig) == set(range(len(names)))


def test_a_word_that_is_not_there_gets_near_spellings(lab, drawn):
    page = opened(method="PCA", word="kingg")
    assert "does not know" in said(page)
    button(page, "king").click().run()
    assert page.text_input[0].value == "king"
    assert "nearest to **king**" in said(page)


def test_ones_own_words_are_drawn_and_unknown_ones_named(lab, drawn):
    page = opened(method="PCA", words="My own")
    page.text_area[0].set_value("king queen, man\nwoman zebra").run()
    assert rows(drawn.figures[-1][0]) == {0, 1, 2, 3}
    assert "does not know: zebra" in said(page)
    assert "Showing 4 of" in said(page) and "your own" in said(page)


def test_what_a_lasso_holds_is_listed(lab, drawn):
    names = model().words
    drawn.selected = {"selection": {"points": [{"customdata": [row, "", "", "", names[row]]} for row in (3, 1)]}}
    page = opened(method="PCA")
    assert f"**2 words selected:** {names[1]}, {names[3]}" in said(page)
    assert any(item.value["word"].tolist() == [names[1], names[3]] for item in page.dataframe if "word" in item.value)


def test_clusters_colour_the_words_and_the_others_stay_grey(lab, drawn):
    opened(method="PCA", color="Cluster", clusters="3")
    traces = [trace for trace in drawn.figures[-1][0].data if trace.customdata is not None]
    assert len(traces) == 3 and rows(drawn.figures[-1][0]) == set(range(len(model())))
    page = opened(method="PCA", color="Cluster", clusters="3")
    page.multiselect(key="lit").select("1").run()
    traces = [trace for trace in drawn.figures[-1][0].data if trace.customdata is not None]
    assert traces[0].name == "other words"
    assert len(traces) == 2 and rows(drawn.figures[-1][0]) == set(range(len(model())))


def test_three_dimensions(lab, drawn):
    opened(method="PCA", dims="3D", word="king", zoom="true")
    assert {trace.type for trace in drawn.figures[-1][0].data} == {"scatter3d"}


def test_the_code_that_is_shown_runs(lab, drawn, capsys):
    for query in ({"word": "king"}, {"words": "My own", "list": "king queen man woman"}):
        page = opened(method="PCA", **query)
        exec(compile(page.code[0].value, "shown", "exec"), {})
    assert "hidden" in capsys.readouterr().out


def test_capitals_are_folded_in_the_search_and_in_ones_own_words(lab, drawn):
    page = opened(method="PCA", word="King", k="5")
    assert "nearest to **king**" in said(page)
    assert together(said(page), "**King**", "**king**")
    page = opened(method="PCA", words="My own", list="King Queen zebra man woman")
    assert rows(drawn.figures[-1][0]) == {0, 1, 2, 3}
    assert "does not know: zebra" in said(page)
    assert together(said(page), "**Queen**", "**queen**")
