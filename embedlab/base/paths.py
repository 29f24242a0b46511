"""Paths of the home folder, of the shipped files, and of visitors' workspaces.

Whoever runs the lab on their own machine is its owner and works in the home folder itself. Each other visitor has a
workspace: a folder whose name is derived from a secret that only the visitor's browser has. The name is enough to find
the folder, but it opens nothing on any page.
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

from embedlab.base.errors import BadInput


def home() -> Path:
    """The home folder with the owner's models and downloads: ``EMBEDLAB_HOME``, or ``~/.embedlab``."""
    return Path(os.environ.get("EMBEDLAB_HOME") or Path.home() / ".embedlab").expanduser()


_SHIPPED = Path(__file__).resolve().parents[2] / "assets"  # found once: pages ask for it dozens of times


def assets() -> Path:
    """Folder of the shipped starters, sentences and texts."""
    return Path(os.environ.get("EMBEDLAB_ASSETS") or _SHIPPED)


def shipped(*names: str) -> Path:
    """A file below ``assets``; the one that comes with the lab where a folder of one's own has none."""
    own = assets().joinpath(*names)
    return own if own.is_file() else _SHIPPED.joinpath(*names)


def on_this_machine(text: str | Path) -> Path:
    """The path that a text names, whether or not it exists.

    Raises:
        BadInput: the text cannot be a path.
    """
    try:
        path = Path(text).expanduser()
        path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"'{str(text)[:60]}' cannot be a file on this machine: {error}.") from error
    return path


OWNER = "owner"
"""The owner's name as the visitor of a run."""
SECRET = re.compile("[0-9a-f]{64}")
_LAB = Path(__file__).resolve().parent.parent
_NAME = re.compile("[0-9a-f]{24}")
_KEY = re.compile(r"place/([0-9a-f]{24})/[^/\\]+")
SELDOM = 3600.0
"""Seconds between two updates of the time when a workspace was last used."""


def new_secret() -> str:
    """Make the secret of a new visitor: 256 random bits."""
    return secrets.token_hex(32)


def workspace_name(secret: str) -> str:
    """The name of the workspace of a secret; the secret cannot be computed from it."""
    return hashlib.sha256(f"place {secret}".encode()).hexdigest()[:24]


def workspace_of(visitor: str) -> str:
    """The name of a visitor's workspace; empty for the owner and for runs without a visitor."""
    return visitor if _NAME.fullmatch(visitor) else ""


def workspace_of_key(key: str) -> str:
    """The name of the workspace that holds the model with this key; empty if it is in no workspace."""
    found = _KEY.fullmatch(key)
    return found[1] if found else ""


def workspace_key(workspace: str, name: str) -> str:
    """Key of a visitor's model, by the name of its folder."""
    return f"place/{workspace}/{name}"


def workspaces() -> Path:
    """The folder of all workspaces."""
    return home() / "places"


def workspace(name: str) -> Path:
    """The folder of a workspace, which holds everything of a visitor but the runs; for the owner, the home folder."""
    return workspaces() / name if name else home()


def names_only(text: str) -> str:
    """Shorten the paths in a message to file names, so that visitors do not see the server's folders.

    Args:
        text: a message that may name files of the lab, of Python, of the user or in the temporary folder.
    """
    own = (home(), assets(), _LAB, tempfile.gettempdir(), sys.prefix, Path.home())
    roots = {str(path) for one in own for path in (Path(one).absolute(), Path(one).resolve()) if len(path.parts) > 1}
    for root in sorted(roots, key=len, reverse=True):
        begins = r"(?<![\w/.-])" + re.escape(root)
        text = re.sub(begins + r"/(?:[^/\s'\"]+/)*(?=[\w.(-])", "", text)  # a name follows
        text = re.sub(begins + r"/?(?![\w-]|\.\w)", Path(root).name, text)
    return text


def use_workspace(name: str) -> None:
    """Note that a workspace is used now; make it if it is new.

    Raises:
        OSError: the disk is full or read-only.
    """
    workspace(name).mkdir(parents=True, exist_ok=True)
    os.utime(workspace(name))


def visit_workspace(name: str) -> None:
    """Note that an existing workspace is used; cheap enough to call on every page."""
    path = workspace(name)
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > SELDOM:
            os.utime(path)


def workspace_used(name: str) -> float:
    """When a workspace was last used, in seconds since 1970; 0 if it does not exist."""
    try:
        return workspace(name).stat().st_mtime
    except OSError:
        return 0.0


def all_workspaces() -> list[str]:
    """Names of all workspaces."""
    return (
        sorted(path.name for path in workspaces().iterdir() if workspace_of(path.name)) if workspaces().is_dir() else []
    )
