"""Small results kept on disk by what they were asked of, so that a page that opens again shows them at once.

Some come with the lab; they are looked for where a person's own are not.

Files that runs leave for everybody who asks the same, each in the folder of the visitor whose run made it.

So each visitor's oldest make room for that visitor's own new ones, and never for another's.

Layer probes that were computed before, each under a name made of the models' files, the sentences and the settings.

A shipped result is only ever found for the very weights that it was computed with.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.analysis.probing.results import Depth, LayerProbe, ProbeSettings, Row
from embedlab.analysis.probing.sources import true_name
from embedlab.base import Ids, OnProgress, Progress, model_folder, paths
from embedlab.base import files as base_files
from embedlab.base.card import versions


def home(folder: Path, visitor: str) -> Path:
    """Where a visitor's files of a folder lie; what whoever runs the lab makes lies in the folder itself.

    Args:
        folder: of all files of that kind.
        visitor: whose run makes them.
    """
    place = paths.workspace_of(visitor)
    return folder / place if place else folder


def find(folder: Path, name: str) -> Path | None:
    """A file of that name, whoever made it; noted as asked for."""
    own = folder / name
    found = own if own.is_file() else next(iter(sorted(folder.glob(f"*/{name}"))), None)
    if found:
        base_files.touch(found)
    return found


MOST = 200
"""Results of one kind that are kept of each visitor's runs; the oldest go first."""
PARTS = 1000
log = logging.getLogger(__name__)


def key_of(*asked: Any) -> str:
    """Names what was asked, in 32 letters."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def weights(folder: Path) -> str:
    """A digest of a model's files (see ``storage.digest``), which are read once."""
    return _weights(folder, model_folder.stamp(folder))


@lru_cache(maxsize=100)
def _weights(folder: Path, stamp: int) -> str:
    return model_folder.digest(folder)


def sentences(name: str) -> str:
    """A digest of a file of the sentences that come with the lab; empty if there is none."""
    file = paths.assets() / "sentences" / name
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def has(kind: str, key: str) -> bool:
    """Whether there is such a result."""
    return _find(kind, key) is not None or (shipped(kind) / f"{key}.json").is_file()


def shipped(kind: str) -> Path:
    """Folder of the results that come with the lab."""
    return paths.assets() / "results" / kind


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
    path = home(_home(kind), visitor) / f"{key}.json"
    base_files.write_text(path, json.dumps(value, ensure_ascii=False) + "\n")
    base_files.only_newest(path.parent, "*.json", MOST)


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
    return paths.home() / "results" / kind


def _find(kind: str, key: str) -> Path | None:
    return find(_home(kind), f"{key}.json")


FORMAT = 3
"""Results of another format are computed anew."""
LIBRARIES = ("numpy", "torch")
KEPT = 200
"""Results of one's own that are kept; older ones go."""
_NAME = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, eq=False)
class KeptProbe:
    """A stored result.

    Attributes:
        key: its name.
        models: keys of the models, as ``load_model`` knows them.
        data: name of the tagged file, empty for the shipped sentences.
        probe: what was found.
        created: ISO date.
        versions: pairs of library and version.
        shipped: whether it came with the lab.
    """

    key: str
    models: tuple[str, ...]
    data: str
    probe: LayerProbe
    created: str
    versions: tuple[tuple[str, str], ...]
    shipped: bool = False


def probe_key(digests: Sequence[str], sentences: str, settings: ProbeSettings) -> str:
    """The name of a result.

    Args:
        digests: of the models' folders (``storage.digest``).
        sentences: of the tagged sentences (``probe_data.digest``).
        settings: how the probes are trained.
    """
    asked = [FORMAT, list(digests), sentences, settings.to_dict()]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def shipped_probes() -> Path:
    """Folder of the results that come with the lab."""
    return paths.assets() / "results" / "probes"


def own_probes() -> Path:
    """Folder of the results computed here."""
    return paths.home() / "probes" / "results"


def find_probe(key: str) -> KeptProbe | None:
    """The result of that name, if there is one that can be read."""
    mine, name = find(own_probes(), f"{key}.json"), f"{key}.json"
    for file in (shipped_probes() / name, mine):
        if file and file.is_file() and (found := read_probe(file)):
            return found
    return None


def all_probes() -> list[KeptProbe]:
    """All results that can be read, shipped ones first, the newest of one's own next."""
    files = sorted(shipped_probes().glob("*.json"))
    files += sorted(own_probes().rglob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [found for file in files if (found := read_probe(file))]


def keep_probe(
    key: str, models: Sequence[str], data: str, probe: LayerProbe, folder: Path | None = None, visitor: str = ""
) -> Path:
    """Write a result; the oldest of that visitor's runs beyond ``KEPT`` go.

    Raises:
        OSError: the folder cannot be written.
    """
    values = {
        "format": FORMAT, "key": key, "models": list(models), "data": data, "created": date.today().isoformat(),
        "versions": versions(LIBRARIES), "probe": probe_to_dict(probe),
    }  # fmt: skip
    file = (folder or home(own_probes(), visitor)) / f"{key}.json"
    base_files.write_text(file, json.dumps(values, ensure_ascii=False) + "\n")
    if folder is None:
        base_files.only_newest(file.parent, "*.json", KEPT)
    return file


def files(folder: Path) -> list[Path]:
    """The files of a folder that bear the name of a result; others are somebody's own."""
    return sorted(file for file in folder.glob("*.json") if _NAME.fullmatch(file.stem) and file.is_file())


def read_probe(file: Path) -> KeptProbe | None:
    """The result in a file; ``None`` if it cannot be read or is of another format."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values["format"] != FORMAT or values["key"] != file.stem:
            return None
        return KeptProbe(
            values["key"], tuple(values["models"]), values["data"], _probe_from_dict(values["probe"]),
            values["created"],
            tuple((name, number) for name, number in values["versions"]),
            file.parent == shipped_probes(),
        )  # fmt: skip
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        log.warning("The stored probe %s cannot be read: %s", file.name, error)
        return None


def probe_to_dict(probe: LayerProbe) -> dict[str, Any]:
    """Plain values; a row's tags as the words that are not O: place, tag, place, tag and so on."""
    named = {item.name: getattr(probe, item.name) for item in dataclasses.fields(probe)}
    rows = [
        {item.name: getattr(row, item.name) for item in dataclasses.fields(row)} | {"tags": _packed(row.tags)}
        for row in probe.rows
    ]
    depth = dataclasses.asdict(probe.depth) if probe.depth else None
    return named | {"rows": rows, "depth": depth, "settings": probe.settings.to_dict()}


def _probe_from_dict(values: dict[str, Any]) -> LayerProbe:
    words = values["words"][2]
    rows = [
        Row(**row | {"tags": _unpacked(row["tags"], words), **_tuples(row, "layers", "weights")})
        for row in _truly_named(values["rows"], len(values["layers"]))
    ]
    depth = values["depth"]
    plain = _tuples(values, "layers", "labels", "sentences", "words", "entities")
    return LayerProbe(**values | plain | {
        "rows": tuple(rows),
        "depth": Depth(**depth | _tuples(depth, "weights", "scores", "gains")) if depth else None,
        "settings": ProbeSettings.from_dict(values["settings"]),
    })  # fmt: skip


def _truly_named(rows: list[dict[str, Any]], layers: int) -> list[dict[str, Any]]:
    """The rows under the names that they have today: one that only repeated another is left out."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = true_name(row["strategy"], layers)
        found.setdefault(name, row | {"strategy": name})
    return list(found.values())


def _tuples(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: tuple(values[name]) for name in names}


def _packed(tags: Ids) -> list[int]:
    places = np.flatnonzero(tags)
    found: list[int] = np.stack([places, tags[places]], axis=1).ravel().tolist()
    return found


def _unpacked(packed: list[int], words: int) -> Ids:
    tags = np.zeros(words, np.int64)
    tags[packed[::2]] = packed[1::2]
    return tags
