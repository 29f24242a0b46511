"""Places of visitors: what each of them keeps lies in a folder of its own, under a name that nobody can guess.

Whoever runs the lab on their own machine is its owner and needs none: theirs is the home folder itself. A place's name
is made of a secret that only its visitor has; the name leads to the folder, but opens nothing on any page.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import sys
import tempfile
import time
from pathlib import Path

from embedlab import storage

OWNER = "owner"
"""Name of whoever runs the lab, as the visitor of a run."""
SECRET = re.compile("[0-9a-f]{64}")
_LAB = Path(__file__).resolve().parent.parent
_NAME = re.compile("[0-9a-f]{24}")
_KEY = re.compile(r"place/([0-9a-f]{24})/[^/\\]+")
SELDOM = 3600.0
"""Seconds between two notes of a place's use."""


def new_secret() -> str:
    """What a new visitor is known by, 256 random bits."""
    return secrets.token_hex(32)


def name_of(secret: str) -> str:
    """The place's name, from which the secret cannot be found."""
    return hashlib.sha256(f"place {secret}".encode()).hexdigest()[:24]


def named(visitor: str) -> str:
    """The place of a visitor, such as a run's; empty for the owner and for nobody in particular."""
    return visitor if _NAME.fullmatch(visitor) else ""


def of_key(key: str) -> str:
    """The place in which the model with this key lies; empty for a model on the shelves of the lab."""
    found = _KEY.fullmatch(key)
    return found[1] if found else ""


def key(place: str, name: str) -> str:
    """Key of a visitor's model, by the name of its folder."""
    return f"place/{place}/{name}"


def home() -> Path:
    """Folder of all places."""
    return storage.home() / "places"


def folder(place: str) -> Path:
    """Where everything of a visitor lies but the runs; for the owner, the home folder."""
    return home() / place if place else storage.home()


def names_only(text: str) -> str:
    """A message with the names of files alone, where it says whole paths: visitors need not know the server's folders.

    Args:
        text: that may name files below the folders of the lab, of Python, of its user or of the system's scratch.
    """
    own = (storage.home(), storage.assets(), _LAB, tempfile.gettempdir(), sys.prefix, Path.home())
    roots = {str(path) for one in own for path in (Path(one).absolute(), Path(one).resolve()) if len(path.parts) > 1}
    for root in sorted(roots, key=len, reverse=True):
        begins = r"(?<![\w/.-])" + re.escape(root)
        text = re.sub(begins + r"/(?:[^/\s'\"]+/)*(?=[\w.(-])", "", text)  # a name follows
        text = re.sub(begins + r"/?(?![\w-]|\.\w)", Path(root).name, text)
    return text


def use(place: str) -> None:
    """Note that a place is in use now; it is made if it is new.

    Raises:
        OSError: the disk is full or read-only.
    """
    folder(place).mkdir(parents=True, exist_ok=True)
    os.utime(folder(place))


def visit(place: str) -> None:
    """Note the use of a place that there is already; cheap, for every page."""
    path = folder(place)
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > SELDOM:
            os.utime(path)


def used(place: str) -> float:
    """When a place was last used, seconds since 1970; 0 if there is none."""
    try:
        return folder(place).stat().st_mtime
    except OSError:
        return 0.0


def everybody() -> list[str]:
    """Names of all places."""
    return sorted(path.name for path in home().iterdir() if named(path.name)) if home().is_dir() else []
