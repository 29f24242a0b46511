"""The figure of a tagged sentence: words across, layers below each other, and the list of words last."""

from __future__ import annotations

import numpy as np

from embedlab.analysis.probing.tagger import Tagged
from embedlab.plots import tags
from embedlab.plots.layout import SERIES, UNDER_TEXT, faded

LABELS = ("O", "B-LOC", "I-LOC", "B-<i>", "I-<i>")
LIKELY = np.array(
    [
        [[0.9, 0.1, 0, 0, 0], [0.2, 0.5, 0, 0.3, 0], [1, 0, 0, 0, 0]],
        [[0.1, 0, 0, 0.9, 0], [0.2, 0, 0, 0, 0.8], [1, 0, 0, 0, 0]],
    ],
    np.float32,
)
FOUND = Tagged(("<b>", "باريس", "."), ("embeddings", "1"), LABELS, LIKELY, ("O", "B-LOC", "O"))


def test_every_word_has_a_box_in_every_row_stronger_for_a_likelier_tag() -> None:
    fig = tags.names(FOUND, ["embeddings", "layer 1"]).checked()
    assert fig.layout.yaxis.ticktext == ("embeddings", "layer 1", "list of words")
    places = fig.layout.yaxis.tickvals
    assert places == tuple(sorted(places)) and fig.layout.yaxis.range[0] > fig.layout.yaxis.range[1]  # input on top
    boxes = {(round(box.x0 + 0.47), round(box.y0 + 0.45, 1)): box.fillcolor for box in fig.layout.shapes}
    assert len(boxes) == 9
    assert boxes[1, places[0]] == faded(SERIES[0], UNDER_TEXT * 0.5)
    assert boxes[0, places[1]] == faded(SERIES[1], UNDER_TEXT * LIKELY[1, 0, 3])
    assert boxes[1, places[2]] == faded(SERIES[0], UNDER_TEXT)


def test_tags_and_probabilities_are_written_and_nothing_is_markup() -> None:
    fig = tags.names(FOUND, ["embeddings", "layer 1"])
    made = fig.checked()
    cells = {
        (x, y): (text, hover)
        for trace in made.data
        for x, y, text, hover in zip(trace.x, trace.y, trace.text, trace.customdata, strict=True)
    }
    first, second, last = made.layout.yaxis.tickvals
    assert cells[0, first][0] == "" and cells[1, first][0] == "B-LOC" and cells[1, last][0] == "B-LOC"
    assert cells[0, second][0] == "B-&lt;i&gt;"
    assert cells[1, first][1] == ("<b>\u2068باريس\u2069</b>, embeddings<br>B-LOC 50.0%<br>B-&lt;i&gt; 30.0%<br>O 20.0%")
    assert [note.text for note in made.layout.annotations] == [
        f"<b>\u2068{word}\u2069</b>" for word in ("&lt;b&gt;", "باريس", ".")
    ]


def test_a_long_sentence_goes_on_in_a_block_below() -> None:
    fig = tags.names(FOUND, ["embeddings", "layer 1"], 2).checked()
    assert fig.layout.yaxis.ticktext == ("embeddings", "layer 1", "list of words") * 2
    words = [(note.x, note.y) for note in fig.layout.annotations]
    assert words[:2] == [(0, 0), (1, 0)] and words[2][0] == 0 and words[2][1] > fig.layout.yaxis.tickvals[2]
