"""Small results kept on disk by what they were asked of, so that a page that opens again shows them at once.

Some come with the lab; they are looked for where a person's own are not.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from embedlab import by_visitor, storage
from embedlab.base import OnProgress, Progress

MOST = 200
"""Results of one kind that are kept of each visitor's runs; the oldest go first."""
PARTS = 1000
log = logging.getLogger(__name__)


def key_of(*asked: Any) -> str:
    """Names what was asked, in 32 letters."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def weights(folder: Path) -> str:
    """A digest of a model's files (see ``storage.digest``), which are read once."""
    return _weights(folder, storage.stamp(folder))


@lru_cache(maxsize=100)
def _weights(folder: Path, stamp: int) -> str:
    return storage.digest(folder)


def sentences(name: str) -> str:
    """A digest of a file of the sentences that come with the lab; empty if there is none."""
    file = storage.assets() / "sentences" / name
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def has(kind: str, key: str) -> bool:
    """Whether there is such a result."""
    return _find(kind, key) is not None or (shipped(kind) / f"{key}.json").is_file()


def shipped(kind: str) -> Path:
    """Folder of the results that come with the lab."""
    return storage.assets() / "results" / kind


def read(kind: str, key: str) -> Any:
    """The result, or ``None`` if it is not kept (or damaged; one's own is then removed)."""
    for path in (_find(kind, key), shipped(kind) / f"{key}.json"):
        if path is None:
            continue
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError) as error:
            log.warning("The kept result %s cannot be read: %s", path.name, error)
            forget(kind, key)
    return None


def write(kind: str, key: str, value: Any, visitor: str = "") -> None:
    """Keep a result, atomically.

    Args:
        kind: of the result.
        key: its name, see ``key_of``.
        value: what was found.
        visitor: whose run found it.

    Raises:
        OSError: the disk is full or read-only.
    """
    path = by_visitor.home(_home(kind), visitor) / f"{key}.json"
    storage.write_text(path, json.dumps(value, ensure_ascii=False) + "\n")
    storage.only_newest(path.parent, "*.json", MOST)


def only_these(folder: Path, files: Sequence[Path], model: str) -> None:
    """Of the results of a model in a folder, leave these files; the others are of weights or sentences it had before.

    Args:
        folder: of results that name their model.
        files: those that stay.
        model: its key.
    """
    for other in set(folder.glob("*.json")) - set(files):
        with contextlib.suppress(OSError, ValueError, RecursionError):  # damaged, or somebody's own: it stays
            values = json.loads(other.read_text(encoding="utf-8"))
            if isinstance(values, dict) and values.get("model") == model:
                other.unlink()


def forget(kind: str, key: str) -> None:
    """Remove a result of one's own."""
    with contextlib.suppress(OSError):
        while path := _find(kind, key):
            path.unlink()


def share_of(on_progress: OnProgress, number: int, titles: Sequence[str]) -> OnProgress:
    """Tells the progress of one of several works, one after the other, as that of all together.

    Args:
        on_progress: hears it.
        number: of the work, from 0.
        titles: of all works.
    """

    def tell(progress: Progress) -> None:
        done = PARTS * number + round(PARTS * progress.fraction)
        phase = f"{titles[number]}: {progress.phase}"
        on_progress(replace(progress, step=done, total=PARTS * len(titles), phase=phase))

    return tell


def _home(kind: str) -> Path:
    return storage.home() / "results" / kind


def _find(kind: str, key: str) -> Path | None:
    return by_visitor.find(_home(kind), f"{key}.json")
