"""Loading published vectors as a background run: from a file, a folder, an address or gensim's catalogue."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from embedlab.base import BadInput, OnProgress, paths, typed_json
from embedlab.base import files as base_files
from embedlab.jobs.run import Run
from embedlab.registry import Source
from embedlab.store import library
from embedlab.workflows import text_choice

LOADER = "embedlab.workflows.published"


@dataclass(frozen=True)
class FetchSettings:
    """Settings of a run that loads vectors (settings.json).

    Attributes:
        source: a path on this machine, an https address or a name in gensim's catalogue; empty for the file that
            was uploaded into the run's folder.
        name: title of the model; empty for the file's own name.
        max_words: keep so many words, the first in the file.
        licence: of the vectors, as far as the visitor knows.
        replace: whether a published model of that name may be overwritten.
        layout: the format of the file; empty where its content shall tell.
        member: which file of a zip to read; empty for the only one.
    """

    source: str = ""
    name: str = ""
    max_words: int = 200_000
    licence: str = ""
    replace: bool = False
    layout: str = ""
    member: str = ""


def local_files() -> bool:
    """Whether files of this machine may be named by whoever runs the lab; ``EMBEDLAB_LOCAL_FILES=0`` forbids it."""
    return os.environ.get("EMBEDLAB_LOCAL_FILES", "1").lower() not in ("0", "no", "off", "false")


def shelf_of(workspace: str) -> Source:
    """Where loaded vectors are kept: a visitor's among their own."""
    return "yours" if workspace else "published"


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Load the vectors and keep them as a published model, or in the workspace of the visitor who started the run.

    Raises:
        BadInput: the settings are damaged, the source does not exist, or a model of this name is there.
        EmbedLabError: as the loader and ``library.keep`` do.
    """
    settings = typed_json.settings(FetchSettings, values)
    source: str | Path = settings.source
    workspace = paths.workspace_of(run.visitor)
    files = (local_files() and not workspace) or not source
    if not source:
        name = text_choice.laid_down(run.folder)
        if not name:
            raise BadInput("Give a file, a folder, an address or a name.")
        source = text_choice.text_file(run.folder, name)
    loader, shelved = import_module(LOADER), shelf_of(workspace)
    named = settings.name or loader.stem(str(source))[: library.LONGEST]
    library.check(named, replace=settings.replace, source=shelved, workspace=workspace)
    if workspace:
        library.check_room(workspace, 1)
    model = loader.load(
        source, layout=settings.layout, max_words=settings.max_words, member=settings.member, title=settings.name,
        licence=settings.licence, on_progress=on_progress, files=files,
    )  # fmt: skip
    if workspace and not settings.replace:
        library.check_room(workspace, sum(array.nbytes for array in model.tensors().values()))
    model.save(run.result, overwrite=True)
    key = library.keep(run.result, named, source=shelved, replace=settings.replace, workspace=workspace)
    base_files.write_text(run.folder / library.KEPT, key)
    text_choice.clear(run.folder)
    _remove(run.result)


def _remove(folder: Path) -> None:
    """The model lies on the shelf now; a second copy would only use disk."""
    for file in folder.iterdir():
        file.unlink()
