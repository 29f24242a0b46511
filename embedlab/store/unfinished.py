"""Partial downloads, kept for a day under their address, so that a new try continues from there."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from time import time

from embedlab.base import limits, paths

KEPT_SECONDS = 86_400.0
LONGEST = 100
"""Most characters of a version that can be part of a file name."""


def version(headers: Mapping[str, str]) -> str:
    """The version of a file in a server's answer (its strong ETag), with which a download can continue; else empty."""
    tag = headers.get("etag", "")
    return tag if tag.startswith('"') else headers.get("last-modified", "")


def take(url: str, path: Path) -> str:
    """Move what an earlier try has brought to ``path`` and return its version; empty if there is nothing.

    If several ask at the same time, only one gets it.
    """
    for old in _folder().glob(f"{_key(url)}-*"):
        mine = old.with_name(f".{uuid.uuid4().hex}")
        with contextlib.suppress(OSError, ValueError):
            found = base64.urlsafe_b64decode(old.name.partition("-")[2]).decode()
            old.replace(mine)
            shutil.move(mine, path)
            return found
    return ""


def keep(url: str, version: str, path: Path) -> bool:
    """Keep what a download has brought so far; return whether it was kept.

    Args:
        url: address of the file.
        version: its version, see ``version``.
        path: the partial file, which is moved away.
    """
    if not version.isascii() or not 0 < len(version) <= LONGEST or not path.stat().st_size:
        return False
    folder = _folder()
    scratch = folder / f".{uuid.uuid4().hex}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(path, scratch)
        scratch.replace(folder / f"{_key(url)}-{base64.urlsafe_b64encode(version.encode()).decode()}")
        tidy()
        return True
    with contextlib.suppress(OSError):
        scratch.unlink()
    return False


def tidy(now: float | None = None) -> None:
    """Delete partial downloads that are older than a day, and the oldest beyond the size of one download.

    Args:
        now: the time in seconds since 1970; ``None`` for the clock's.
    """
    now, total = time() if now is None else now, 0
    for file, (at, size) in sorted(_files().items(), key=lambda item: item[1], reverse=True):
        total += size
        if at + KEPT_SECONDS <= now or total > limits.Limits.from_environment().download_bytes:
            with contextlib.suppress(OSError):
                file.unlink()


def _files() -> dict[Path, tuple[float, int]]:
    """The kept files: when each was last written, and its bytes."""
    result = {}
    for file in _folder().glob("*"):
        with contextlib.suppress(OSError):
            about = file.stat()
            result[file] = (about.st_mtime, about.st_size)
    return result


def _folder() -> Path:
    return paths.home() / "downloads" / "unfinished"


def _key(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:32]
