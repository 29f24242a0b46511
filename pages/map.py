"""Map: many words in two or three dimensions, and how far the picture can be believed."""

import streamlit as st

from embedlab.ui import cache, state, widgets
from embedlab.ui.views import map as map_view

widgets.opening(
    "Map",
    "Words that occur in similar company lie near each other: look for islands such as countries, names or numbers, "
    "and for words between two of them. No flat picture can keep all neighbors, so search a word and see which of "
    "its true neighbors the map hides and which it invents.",
)

picked = widgets.model_picker("static", many=False, default=["word2vec", "glove", "cbow", "fasttext", "lsa"])
if not picked:
    st.stop()
spec = picked[0]
first, second, _ = st.columns([2.6, 2, 1.8])
with first:
    method = state.choice("method", list(map_view.METHODS), "umap", "Method", titles=map_view.METHODS)
with second:
    dims = 3 if state.choice("dims", ["2D", "3D"], "2D", "Dimensions") == "3D" else 2

if method != "pca":
    map_view.prepare()
with widgets.guard():
    model = cache.static(spec.key)
    map_view.take_click()
    chosen = map_view.words(model)
    first, second, third = st.columns([2.6, 2, 1.8], vertical_alignment="bottom")
    with first:
        word = state.text("word", "", "Search a word, or click on a point", placeholder="for example: river")
    with second:
        color = state.choice("color", ["frequency", "cluster"], "frequency", "Color by", titles=map_view.COLORS)
    with third:
        zoom = state.flag("zoom", False, "Zoom to it")
    settings, labels, k = map_view.more_settings(method, dims)

    drawn = map_view.ready(spec, chosen, settings)
    row = map_view.find(chosen, word, model)
    groups = map_view.groups(chosen, color)
    about, focus = map_view.about(chosen, drawn, row, k, zoom)
    st.caption(about)
    free = widgets.by_finger()
    figure = map_view.figure(chosen, drawn, groups, focus, labels, free)
    map_view.keep(figure)
    event = widgets.figure(figure, "map", map_view.summary(chosen, drawn), select=free and dims == 2)
    map_view.listen()
    if focus:
        map_view.true_neighbors(chosen, focus)
    map_view.selected(chosen, event, drawn, groups)
    widgets.table(map_view.frame(chosen, drawn, groups), "map", title="All points of the map")
    widgets.code(map_view.source(spec, chosen, settings, row, k))
widgets.explain("map")
