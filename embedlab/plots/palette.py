"""One colour a model family, the same on every page; told apart by colour-blind eyes, on light and dark paper.

After Okabe & Ito, "Color Universal Design" (2008), with greys and two of Paul Tol's muted colours for the families
beyond eight. Black is left out (it vanishes on dark paper), so is yellow (it vanishes on white).
"""

from __future__ import annotations

BLUE, SKY, GREEN, ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
VERMILION, PURPLE, GREY, VIOLET, OLIVE, ROSE = "#D55E00", "#CC79A7", "#8C8C8C", "#7F6BC4", "#999933", "#C4566B"

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
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, VIOLET, OLIVE, ROSE, GREY)
"""For groups that are no families, in this order."""


def family_color(key: str) -> str:
    """Colour of a model family; grey for one that is not known."""
    return FAMILIES.get(key, GREY)


def faded(color: str, opacity: float) -> str:
    """A colour ("#RRGGBB") as "rgba(...)" with that opacity, 0 to 1."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
