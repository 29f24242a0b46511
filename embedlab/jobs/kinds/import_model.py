"""Importing a model as a background run: a process with bounds on time and memory looks at a zip file from a stranger.

The process is ended when the visitor leaves; what it was given and what it wrote goes with the run's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from embedlab.base import BadInput, BadModel, OnProgress, Progress, files, paths, typed_json
from embedlab.jobs import api as jobs
from embedlab.jobs.run import Run
from embedlab.parallel import processes
from embedlab.store import archive, library
from embedlab.workflows import text_choice

KIND = "import"
NAME = "model.zip"
GONE = "The process that looked at the model ended without a word, as it should for no model. It is refused."


@dataclass(frozen=True)
class ImportSettings:
    """Settings of a run (settings.json).

    Attributes:
        name: title of the model; empty for that on its card.
        replace: whether a model of that name may be overwritten.
    """

    name: str = ""
    replace: bool = False


def start(
    content: BinaryIO | bytes,
    name: str = "",
    *,
    replace: bool = False,
    visitor: str = "",
    address: str = "",
    size: int = 0,
) -> Run:
    """Begin to look at a zip file; if it holds a model, that becomes one of the visitor's.

    Args:
        content: of the zip file.
        name: title of the model; empty for that on its card.
        replace: whether a model of that name may be overwritten.
        visitor: whose it shall be.
        address: where that visitor's connection comes from, as a digest.
        size: bytes of the zip file.

    Raises:
        BadInput: the visitor has enough runs waiting (see ``api.start``).
        BadModel: the disk is full or read-only.
    """
    run = jobs.draft(visitor, address, size)
    try:
        text_choice.lay_down(run.folder, NAME, content)
        return jobs.start(KIND, ImportSettings(name, replace), run, visitor)
    except BaseException:
        run.delete()
        raise


def key(run: Run) -> str:
    """Key of the model that came of a run that has ended.

    Raises:
        BadInput: nothing came of it; the text says why.
    """
    state = run.state()
    if state.status != "done":
        raise BadInput((state.error if state.status == "failed" else "") or GONE)
    return (run.folder / library.KEPT).read_text(encoding="utf-8").strip()


def work(run: Run, values: dict[str, Any], on_progress: OnProgress) -> None:
    """Check the zip file and put its model on the visitor's shelf.

    Raises:
        BadInput: the zip file or the name cannot be used, or there is no room.
        BadModel: what it holds is no model, or needs more memory than its size justifies.
    """
    settings = typed_json.settings(ImportSettings, values, "this import")
    on_progress(Progress(0, 0, phase="checking"))
    try:
        with text_choice.text_file(run.folder, NAME).open("rb") as file:
            found = archive.take(
                file, settings.name, replace=settings.replace, workspace=paths.workspace_of(run.visitor),
                within=processes.bounded_memory,
            )  # fmt: skip
    except MemoryError as error:
        raise BadModel("The model needs far more memory than its size in the zip file justifies. It is refused.") from (
            error
        )
    files.write_text(run.folder / library.KEPT, found)
    text_choice.clear(run.folder)
