"""One colour a model family, the same on every page; told apart by colour-blind eyes, on light and dark paper.

The hues are those of Okabe & Ito, "Color Universal Design" (2008), with four more. Black and yellow are left out, and
all are moved, as little as it takes, to where each has a contrast of 3:1 to white and to dark paper (WCAG 1.4.11) and
every two keep a distance of 9 in CAM02-UCS, 12 for the first five of ``SERIES``, for people who see all colours and for
those who lack one kind of cone. tests/plots/test_palette.py measures it.
"""

from __future__ import annotations

BLUE, SKY, GREEN, ORANGE = "#1169A3", "#0B9BED", "#0C9568", "#D97201"
VERMILION, PURPLE, GREY, VIOLET, OLIVE, ROSE = "#C94F16", "#C67AB0", "#8F8F8F", "#875FE0", "#9D964D", "#A94B7D"
INKS = {"light": ("#10171F", "#FFFFFF"), "dark": ("#E6EAEE", "#14181D")}
"""Text and paper of both themes, as in .streamlit/config.toml."""
UNDER_TEXT = 0.45
"""Opacity up to which a colour may lie under text."""

FAMILIES = {
    "one_hot": GREY,
    "lsa": PURPLE,
    "ngram": OLIVE,
    "nnlm": VIOLET,
    "cw": ROSE,
    "cbow": SKY,
    "word2vec": BLUE,
    "glove": GREEN,
    "fasttext": ORANGE,
    "lstm": GREEN,
    "char_lstm": ORANGE,
    "elmo": VERMILION,
    "flair": VIOLET,
    "bert": ROSE,
}
NAMES = {BLUE: "blue", GREEN: "green", ORANGE: "orange", GREY: "grey"}
"""What captions call the colours that they speak of: they take the name from here, by the colour that is drawn."""
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, VIOLET, OLIVE, ROSE, GREY)
"""For groups that are no families, in this order."""


def family_color(key: str) -> str:
    """Colour of a model family; grey for one that is not known."""
    return FAMILIES.get(key, GREY)


def faded(color: str, opacity: float) -> str:
    """A colour ("#RRGGBB") as "rgba(...)" with that opacity, 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
