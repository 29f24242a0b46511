"""Models: all that are at hand with their cards; load published ones, import, export, delete."""

import streamlit as st

from embedlab.plots import bars
from embedlab.plots.text import md
from embedlab.ui import cache, links, widgets
from embedlab.ui.views.models import cards, kept, published

widgets.opening(
    "Models",
    "Every model says what text it was made from, by whom, and how long it took. **Look for** how much the text "
    "matters: the same method on another text is another model.",
)
if token := cards.shared_in_address():
    with widgets.guard():
        cards.show_shared(token)
    st.stop()
if message := st.session_state.pop("_said", ""):
    st.success(md(message))
specs = cache.specs()
disk = cards.disk(specs)
links.show()
for source, title in cards.SHELVES.items():
    own = [spec for spec in specs if spec.source == source]
    used = sum(disk.models[spec.key] for spec in own)
    st.header(f"{title} ({len(own)}, {cards.megabytes(used)})", anchor=False)
    if not own:
        st.caption(cards.EMPTY[source])
    for spec in own:
        cards.show_card(spec, disk.models[spec.key], specs)

st.header("Load a published model", anchor=False)
published.form()
st.header("Import a model", anchor=False)
with widgets.guard():
    cards.import_form()

if specs:
    st.header("Disk", anchor=False)
    titles = widgets.unique_titles(specs)
    sizes = {titles[spec.key]: disk.models[spec.key] / 1e6 for spec in specs} | {"your runs": disk.runs / 1e6}
    names = sorted(sizes, key=lambda name: -sizes[name])
    total = cards.megabytes(sum(disk.models.values()) + disk.runs)
    widgets.figure(
        bars.ranking(names, [sizes[name] for name in names], f"{total} in all", unit="megabytes"),
        "disk",
        f"The models at hand and your runs use {total}; the most by {names[0]}.",
    )
    widgets.table(cards.table(specs, disk.models), "models")
st.header("How long things are kept", anchor=False)
kept.show_kept()

widgets.code(
    """
import embedlab

for spec in embedlab.list_models():
    print(spec.key, spec.title, spec.card.text, spec.card.tokens)
model = embedlab.load_model(embedlab.list_models()[0].key)
print(len(model), model.dim)
"""
)
widgets.explain("models")
widgets.explain("security", "What is defended, and what is not", ":material/shield:")
