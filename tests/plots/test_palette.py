"""Colours that everybody can tell apart, and see on light and on dark paper.

Contrast by WCAG 2.2's formula; lack of a kind of cone by Machado, Oliveira & Fernandes (2009) and distances in
CAM02-UCS by Luo, Cui & Li (2006), both of the library colorspacious. In that space 1 can just be told apart.
"""

from __future__ import annotations

import colorsys
import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert

from embedlab.plots import layout, senses, training_live
from embedlab.plots.layout import FAMILIES, GREY, INKS, SERIES, UNDER_TEXT

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
THEMES = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
CAPTION = 0.6
"""Opacity of the text colour in which Streamlit writes captions."""
TINT = 0.1
"""Opacity of the primary colour below the text of a chosen pill, which has that colour, too."""
PAPERS = [paper for _, paper in INKS.values()]
SEEN_BY = (None, "deuteranomaly", "protanomaly", "tritanomaly")


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def over(color: str, opacity: float, paper: str) -> np.ndarray:
    return opacity * rgb(color) + (1 - opacity) * rgb(paper)


def luminance(color: np.ndarray) -> float:
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def distances(colors: list[str], cones: str | None) -> np.ndarray:
    """(N, N) as people see them who have all cones, or lack one kind."""
    shown = np.array([rgb(color) for color in colors])
    if cones:
        shown = np.clip(cspace_convert(shown, {"name": "sRGB1+CVD", "cvd_type": cones, "severity": 100}, "sRGB1"), 0, 1)
    places = cspace_convert(shown, "sRGB1", "CAM02-UCS")
    return np.linalg.norm(places[:, None] - places[None], axis=-1)


def nearest(colors: list[str], cones: str | None) -> float:
    found = distances(colors, cones)
    return min(found[i, j] for i, j in itertools.combinations(range(len(colors)), 2))


def test_the_formula_of_contrast() -> None:
    assert contrast(rgb("#000000"), rgb("#FFFFFF")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#FFFFFF")) == pytest.approx(4.48, abs=0.005)  # WebAIM's checker


def test_the_eye_without_middle_cones_mistakes_red_for_green() -> None:
    apart = [distances(["#B03030", "#407000"], cones)[0, 1] for cones in SEEN_BY[:2]]
    assert apart[0] > 3 * apart[1]


@pytest.mark.parametrize("cones", SEEN_BY)
def test_every_two_colors_are_told_apart(cones: str | None) -> None:
    assert nearest(list(SERIES), cones) >= 9
    assert nearest(list(SERIES[:5]), cones) >= 12
    assert set(FAMILIES.values()) <= set(SERIES)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("color", [*SERIES, GREY])
def test_marks_are_seen_on_both_papers(color: str, paper: str) -> None:
    assert contrast(rgb(color), rgb(paper)) >= 3


@pytest.mark.parametrize("theme", INKS)
def test_text_is_read_on_paper_and_on_the_palest_and_deepest_of_cells(theme: str) -> None:
    ink, paper = INKS[theme]
    assert contrast(rgb(ink), rgb(paper)) >= 7
    assert min(contrast(rgb(ink), over(color, UNDER_TEXT, paper)) for color in SERIES) >= 4.5


@pytest.mark.parametrize("theme", INKS)
def test_the_theme_of_the_pages(theme: str) -> None:
    look = THEMES[theme]
    ink, paper, second, primary = (
        look[f"{name}Color"] for name in ("text", "background", "secondaryBackground", "primary")
    )
    assert (ink, paper) == INKS[theme]
    for below in (paper, second):
        assert contrast(over(ink, CAPTION, below), rgb(below)) >= 4.5
        assert contrast(rgb(look["linkColor"]), rgb(below)) >= 4.5
    assert contrast(rgb(primary), over(primary, TINT, paper)) >= 4.5  # a chosen pill
    assert contrast(rgb("#FFFFFF"), rgb(primary)) >= (4.5 if theme == "light" else 3)  # a primary button
    assert set(THEMES["chartCategoricalColors"]) <= set(layout.SERIES)
    assert contrast(rgb(look["codeTextColor"]), rgb(look["codeBackgroundColor"])) >= 7


@pytest.mark.parametrize(("color", "name"), layout.NAMES.items())
def test_what_captions_call_a_color_is_its_nearest_name(color: str, name: str) -> None:
    pure = {"red": 10, "orange": 30, "yellow": 60, "green": 140, "blue": 210, "violet": 270, "pink": 330}
    hue, saturation, _ = colorsys.rgb_to_hsv(*rgb(color))
    nearest = min(pure, key=lambda one: abs((360 * hue - pure[one] + 180) % 360 - 180))
    assert name == ("grey" if saturation < 0.1 else nearest)


@pytest.mark.parametrize("theme", INKS)
def test_streamlits_grey_is_grey_and_text_on_it_is_read(theme: str) -> None:
    ink, paper = INKS[theme]
    text, under = (rgb(THEMES[theme][f"gray{part}Color"]) for part in ("Text", "Background"))
    assert np.ptp([text, under], axis=1).max() < 0.01  # Streamlit's own on dark paper, #2C2925, is brown: 0.027
    assert contrast(rgb(ink), under) >= 7 and contrast(text, rgb(paper)) >= 4.5


def test_color_never_stands_alone() -> None:
    groups = senses.Named(np.arange(6), [str(i) for i in range(6)])
    assert len({groups.symbol(i) for i in range(6)}) == 6
    assert "color" not in training_live._label("word", watched=True)
