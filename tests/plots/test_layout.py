"""What all figures share: texts in one colour."""

from __future__ import annotations

from embedlab.plots.figure import Figure
from embedlab.plots.layout import inked, neutral

INK = "#123456"


def test_all_texts_of_a_figure_have_the_ink() -> None:
    fig = Figure().add_heatmap(z=[[1, 2]], colorbar={"title": "how much"})
    fig.add_scatter(x=[1], y=[2], marker={"color": [3], "showscale": True}, text=["a"], mode="markers+text")
    fig.add_annotation(text="here", x=0, y=0)
    fig.update_layout(sliders=[{"steps": [{"label": "one"}]}])
    fig.update_xaxes(title="across").update_yaxes(showticklabels=False)
    layout = inked(neutral(fig, height=100, title="A title", legend=True), INK).layout
    texts = [
        layout, layout.title, layout.legend, layout.xaxis.title, layout.annotations[0], layout.sliders[0],
        fig.data[0].colorbar.title,
    ]  # fmt: skip
    assert [text.font.color for text in texts] == [INK] * len(texts)
    assert layout.xaxis.tickfont.color == fig.data[0].colorbar.tickfont.color == INK
    assert fig.data[1].marker.colorbar.tickfont.color == INK
    assert layout.yaxis.tickfont.color is None


def test_a_figure_of_nothing_can_be_inked() -> None:
    assert inked(Figure(), INK).layout.font.color == INK


def test_no_bar_of_colors_comes_up_where_there_was_none() -> None:
    fig = Figure().add_bar(x=[1, 2], y=[3, 4], marker={"color": "#123456"}).add_scatter(x=[1], y=[2], mode="markers")
    fig.add_scatter(x=[1], y=[2], marker={"color": [1.0], "colorbar": {"thickness": 10}})
    fig.add_heatmap(z=[[1, 2]]).add_heatmap(z=[[1, 2]], showscale=False)
    made = [trace.to_plotly_json() for trace in inked(fig, INK).data]
    assert "colorbar" not in made[0]["marker"] and "marker" not in made[1] and "colorbar" not in made[4]
    assert made[2]["marker"]["colorbar"]["tickfont"]["color"] == made[3]["colorbar"]["tickfont"]["color"] == INK
