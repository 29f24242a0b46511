"""Layer probes that were computed before, each under a name made of the models' files, the sentences and the settings.

A shipped result is only ever found for the very weights that it was computed with.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from embedlab import by_visitor, storage
from embedlab.analysis.entity_scores import Ids
from embedlab.analysis.layer_strategies import true_name
from embedlab.analysis.probe_depth import Depth
from embedlab.analysis.probe_result import LayerProbe, Row
from embedlab.analysis.probe_settings import ProbeSettings
from embedlab.card import versions

FORMAT = 2
"""Results of another format are computed anew."""
LIBRARIES = ("numpy", "torch")
KEPT = 200
"""Results of one's own that are kept; older ones go."""
_NAME = re.compile("[0-9a-f]{32}")
log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Kept:
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


def key_of(digests: Sequence[str], sentences: str, settings: ProbeSettings) -> str:
    """The name of a result.

    Args:
        digests: of the models' folders (``storage.digest``).
        sentences: of the tagged sentences (``probe_data.digest``).
        settings: how the probes are trained.
    """
    asked = [FORMAT, list(digests), sentences, settings.to_dict()]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def shipped() -> Path:
    """Folder of the results that come with the lab."""
    return storage.assets() / "results" / "probes"


def own() -> Path:
    """Folder of the results computed here."""
    return storage.home() / "probes" / "results"


def find(key: str) -> Kept | None:
    """The result of that name, if there is one that can be read."""
    mine, name = by_visitor.find(own(), f"{key}.json"), f"{key}.json"
    for file in (shipped() / name, mine):
        if file and file.is_file() and (found := read(file)):
            return found
    return None


def everything() -> list[Kept]:
    """All results that can be read, shipped ones first, the newest of one's own next."""
    files = sorted(shipped().glob("*.json"))
    files += sorted(own().rglob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [found for file in files if (found := read(file))]


def keep(
    key: str, models: Sequence[str], data: str, probe: LayerProbe, folder: Path | None = None, visitor: str = ""
) -> Path:
    """Write a result; the oldest of that visitor's runs beyond ``KEPT`` go.

    Raises:
        OSError: the folder cannot be written.
    """
    values = {
        "format": FORMAT, "key": key, "models": list(models), "data": data, "created": date.today().isoformat(),
        "versions": versions(LIBRARIES), "probe": to_dict(probe),
    }  # fmt: skip
    file = (folder or by_visitor.home(own(), visitor)) / f"{key}.json"
    storage.write_text(file, json.dumps(values, ensure_ascii=False) + "\n")
    if folder is None:
        storage.only_newest(file.parent, "*.json", KEPT)
    return file


def files(folder: Path) -> list[Path]:
    """The files of a folder that bear the name of a result; others are somebody's own."""
    return sorted(file for file in folder.glob("*.json") if _NAME.fullmatch(file.stem) and file.is_file())


def read(file: Path) -> Kept | None:
    """The result in a file; ``None`` if it cannot be read or is of another format."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(values, dict) or values["format"] != FORMAT or values["key"] != file.stem:
            return None
        return Kept(
            values["key"], tuple(values["models"]), values["data"], _from_dict(values["probe"]), values["created"],
            tuple((name, number) for name, number in values["versions"]), file.parent == shipped(),
        )  # fmt: skip
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        log.warning("The stored probe %s cannot be read: %s", file.name, error)
        return None


def to_dict(probe: LayerProbe) -> dict[str, Any]:
    """Plain values; a row's tags as the words that are not O: place, tag, place, tag and so on."""
    named = {item.name: getattr(probe, item.name) for item in dataclasses.fields(probe)}
    rows = [
        {item.name: getattr(row, item.name) for item in dataclasses.fields(row)} | {"tags": _packed(row.tags)}
        for row in probe.rows
    ]
    depth = dataclasses.asdict(probe.depth) if probe.depth else None
    return named | {"rows": rows, "depth": depth, "settings": probe.settings.to_dict()}


def _from_dict(values: dict[str, Any]) -> LayerProbe:
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
