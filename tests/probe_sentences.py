"""Tagged sentences about the words of the tiny starters."""

from __future__ import annotations

from pathlib import Path

import pytest

NAMES = {"paris": "B-LOC", "france": "B-LOC", "king": "B-PER", "queen": "B-PER"}
FEW = (
    "\n\n".join("\n".join(f"{w} {NAMES.get(w, 'O')}" for w in ("the", name, "in", "house")) for name in NAMES) + "\n\n"
)


@pytest.fixture
def sentences(lab: Path) -> Path:
    """Shipped sentences about the tiny starters' words."""
    file = lab / "sentences" / "ner.conll"
    file.parent.mkdir()
    parts = [f"# split = {split}\n" + FEW * times for split, times in (("train", 8), ("dev", 2), ("test", 3))]
    file.write_text("".join(parts))
    return lab
