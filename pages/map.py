"""Map: many words in two or three dimensions, and how far the picture can be believed."""

import streamlit as st

from embedlab.ui import cache, map_exports, map_jobs, map_parts, map_zoom, state, widgets

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
    method = state.choice("method", list(map_parts.METHODS), "umap", "Method", titles=map_parts.METHODS)
with second:
    dims = 3 if state.choice("dims", ["2D", "3D"], "2D", "Dimensions") == "3D" else 2

if method != "pca":
    map_jobs.prepare()
with widgets.guard():
    model = cache.static(spec.key)
    map_parts.take_click()
    chosen = map_parts.words(model)
    first, second, third = st.columns([2.6, 2, 1.8], vertical_alignment="bottom")
    with first:
        word = state.text("word", "", "Search a word, or click on a point", placeholder="for example: river")
    with second:
        color = state.choice("color", ["frequency", "cluster"], "frequency", "Color by", titles=map_parts.COLORS)
    with third:
        zoom = state.flag("zoom", False, "Zoom to it")
    settings, labels, k = map_parts.more_settings(method, dims)

    drawn = map_parts.ready(spec, chosen, settings)
    row = map_parts.find(chosen, word, model)
    groups = map_parts.groups(chosen, color)
    about, focus = map_parts.about(chosen, drawn, row, k, zoom)
    st.caption(about)
    free = map_parts.by_finger()
    figure = map_parts.figure(chosen, drawn, groups, focus, labels, free)
    map_zoom.keep(figure)
    event = widgets.figure(figure, "map", map_parts.summary(chosen, drawn), select=free and dims == 2)
    map_zoom.listen()
    if focus:
        map_parts.true_neighbors(chosen, focus)
    map_parts.selected(chosen, event, drawn, groups)
    widgets.table(map_exports.frame(chosen, drawn, groups), "map", title="All points of the map")
    widgets.code(map_exports.source(spec, chosen, settings, row, k))
widgets.explain("map")
