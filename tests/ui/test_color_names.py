"""Captions take the names of colours from the palette, by what is drawn: none stands in a sentence as typed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\b(gr[ea]y|brown|orange|green|blue|red|violet|purple|pink|yellow)\b", re.IGNORECASE)
DIRECTIVE = re.compile(r":[a-z]+\[|:[a-z]+-background\[")
EXAMPLES = {"Colorless green ideas sleep furiously."}
SOURCES = sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "embedlab" / "ui").rglob("*.py")])


def sentences(source: str) -> list[str]:
    """All texts of several words that are no comments on the source."""
    tree = ast.parse(source)
    comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in comments
    ]
    return [text for text in texts if " " in text.strip()]


def named(source: str) -> list[str]:
    """Sentences that name a colour which somebody typed."""
    return [text for text in sentences(source) if text not in EXAMPLES and NAME.search(DIRECTIVE.sub("", text))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_names_a_color_by_itself(path: Path) -> None:
    assert named(path.read_text(encoding="utf-8")) == []


def test_a_typed_name_is_found() -> None:
    assert named('"""A grey comment."""\nst.caption(f"{n} pieces. Grey: marks around every text.")') == [
        " pieces. Grey: marks around every text."
    ]
    assert named('paint = "gray"\nst.markdown(f"{text} :gray[{when} or so]")') == []
