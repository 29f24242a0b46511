"""Context cloud: every occurrence of a word as a point, moved through the layers of a contextual model."""

from embedlab.ui import widgets
from embedlab.ui.views import cloud

widgets.opening(
    "Context cloud",
    "Every occurrence of a word is a point; the slider leads it from the bottom layer to the top. "
    "**Look for** one point that falls apart into islands as context comes in, and for what the sentences of an "
    "island share: draw around it.",
)
with widgets.guard():
    if question := cloud.controls():
        if made := cloud.ready(question):
            cloud.show(question, made)
        widgets.code(cloud.source(question))
widgets.explain("cloud")
