"""Links that show one model to others: a random name that cannot be guessed, and the model's key behind it."""

from __future__ import annotations

import contextlib
import re
import secrets
from pathlib import Path

from embedlab import registry
from embedlab.base import BadInput, BadModel, files, paths
from embedlab.registry import ModelSpec


def share(key: str) -> str:
    """Share a model and return the name in its link; the same as before if it is shared already.

    Raises:
        OSError: the disk is full or read-only.
    """
    if known := shared_as(key):
        return known
    token = secrets.token_hex(12)
    files.write_text(_path(token), key)
    return token


def shared_as(key: str) -> str:
    """The name in a model's link; empty if it is not shared."""
    return next((path.stem for path in _all() if _key(path) == key), "")


def withdraw(key: str) -> None:
    """Withdraw the link of a model, which then leads nowhere."""
    for path in _all():
        if _key(path) == key:
            path.unlink(missing_ok=True)


def find(token: str) -> ModelSpec:
    """The model that a link shows.

    Raises:
        BadInput: the link leads nowhere (any more).
    """
    if re.fullmatch("[0-9a-f]{24}", token):
        with contextlib.suppress(BadModel):
            return registry.find(_key(_path(token)))
    raise BadInput("This link leads to no model (any more): it was withdrawn, or the model is gone.")


def tidy() -> None:
    """Delete the links to models that no longer exist."""
    for path in _all():
        try:
            registry.find(_key(path))
        except BadModel:
            path.unlink(missing_ok=True)


def _all() -> list[Path]:
    return sorted((paths.home() / "shares").glob("*.txt"))


def _path(token: str) -> Path:
    return paths.home() / "shares" / f"{token}.txt"


def _key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""
