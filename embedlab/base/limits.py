"""Limits of what one file, training or question may use, each with its environment variable."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from embedlab.base.errors import BadInput, BadSetting

MB = 1_000_000
LONGEST_WORD = 10_000
"""Most letters of a word of a vocabulary."""
SETTINGS = {
    "dim": "dimensions", "hidden": "dimensions", "char_dim": "dimensions", "max_words": "vocabulary",
    "epochs": "epochs", "skipgram_epochs": "epochs",
}  # fmt: skip
"""Settings of models by name, and the limit that holds for each."""


def _limit(most: int, text: str) -> Any:
    return field(default=most, metadata={"help": text})


@dataclass(frozen=True)
class Limits:
    """Bounds, each a positive whole number (``memory_mb`` and ``models_mb`` are 0 if not set).

    ``EMBEDLAB_MAX_<NAME>`` sets one, for example ``EMBEDLAB_MAX_UPLOAD_BYTES=50000000``.
    """

    upload_bytes: int = _limit(1_100 * MB, "A file that a visitor gives to the app.")
    visitor_uploads_bytes: int = _limit(1_200 * MB, "Files that a visitor has given in one visit and not used yet.")
    uploads_bytes: int = _limit(4_000 * MB, "Such files of all visitors together.")
    file_bytes: int = _limit(50_000 * MB, "A file on disk that is read as text.")
    unpacked_bytes: int = _limit(10_000 * MB, "What one packed file (zip, gz, bz2, xz, docx, parquet) may unpack to.")
    ratio: int = _limit(300, "Unpacked over packed size; looked at once `ratio_from` bytes have been unpacked.")
    ratio_from: int = _limit(20 * MB, "See `ratio`.")
    files: int = _limit(20_000, "Files in a folder or zip.")
    document_bytes: int = _limit(200 * MB, "A file that has to be held as a whole (PDF, docx, JSON), unpacked.")
    json_chars: int = _limit(50 * MB, "A JSON document, in characters; JSON lines may be longer.")
    values: int = _limit(1_000_000, "Values of a JSON text, beside one for every 32 characters.")
    cells: int = _limit(20_000, "Columns of a table, and cells of a row.")
    blank: int = _limit(2_000_000, "Lines or rows without text, one after the other.")
    operators: int = _limit(300_000, "Operators in the pages of a PDF, beside four for each byte of the file.")
    tagged_lines: int = _limit(1_500_000, "Lines of a file with tags, a word in each.")
    line_chars: int = _limit(10 * MB, "A row of a table, in characters.")
    model_bytes: int = _limit(8_000 * MB, "A model in a zip file, unpacked.")
    download_bytes: int = _limit(20_000 * MB, "Published vectors, as they are fetched and unpacked.")
    download_seconds: int = _limit(21_600, "How long one file may take to be fetched.")
    tokens: int = _limit(500_000_000, "Running words of a text that is trained on.")
    vocabulary: int = _limit(1_000_000, "Words (or wordpieces) that a model in training may keep.")
    dimensions: int = _limit(2_000, "Width of the vectors and layers of a model in training.")
    epochs: int = _limit(1_000, "Passes over the text.")
    seconds: int = _limit(172_800, "How long a run in the background may work.")
    look_seconds: int = _limit(30, "Processor time that a look at a file may take before it is used.")
    look_mb: int = _limit(1_000, "Megabytes of memory of such a look, beside what its libraries take.")
    import_seconds: int = _limit(120, "How long a model that was given may be looked at.")
    memory_mb: int = _limit(0, "Megabytes of memory of such a run; half of the machine's if not set.")
    models_mb: int = _limit(0, "Megabytes of memory of all models on the pages; half of the machine's if not set.")
    points: int = _limit(10_000, "Words on a map, or occurrences in a cloud.")
    sentences: int = _limit(100_000, "Sentences that a contextual model reads for one answer.")
    place_bytes: int = _limit(5_000 * MB, "Models that one visitor keeps (whoever runs the lab has no such bound).")
    place_days: int = _limit(90, "Days that a visitor's place is kept after its last use.")
    run_days: int = _limit(30, "Days that a run is kept after its end; a result or a given file, after its last use.")
    runs_bytes: int = _limit(20_000 * MB, "Texts and runs of all visitors together; beyond that new ones are refused.")
    visitor_runs_bytes: int = _limit(4_000 * MB, "Texts and runs of one visitor.")
    address_runs: int = _limit(32, "Runs that visitors of one network address have waiting or at work, in each queue.")
    new_runs: int = _limit(12, "The same, of those among them who keep no model yet.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """The defaults, replaced by what the environment sets.

        Raises:
            BadSetting: a variable is not a positive whole number.
        """
        found = os.environ if environment is None else environment
        values = {}
        for item in dataclasses.fields(cls):
            if text := found.get(variable(item.name)):
                if not (text.isascii() and text.isdecimal() and len(text) < 19 and int(text) > 0):
                    raise BadSetting(f"{variable(item.name)} must be a positive whole number, not '{text[:40]}'.")
                values[item.name] = int(text)
        return cls(**values)

    def check_upload(self, name: str, count: int) -> None:
        """Check that an uploaded file is not too large.

        Raises:
            BadInput: it is too large.
        """
        if count > self.upload_bytes:
            message = f"{name} has {size(count)}; at most {size(self.upload_bytes)} are taken. Give a part of it."
            raise BadInput(met("upload_bytes", message))

    def of(self, setting: str) -> int | None:
        """The limit of a model's setting, such as "epochs"; ``None`` if it has none here."""
        return getattr(self, SETTINGS[setting]) if setting in SETTINGS else None

    def check_settings(self, values: Mapping[str, Any]) -> None:
        """Check that a model with these settings may be trained.

        Raises:
            BadSetting: a setting is beyond its limit.
        """
        for name, value in values.items():
            most = self.of(name)
            if most is not None and isinstance(value, int) and value > most:
                message = f"{name} is {value:,}; at most {most:,} are possible here."
                raise BadSetting(met(SETTINGS[name], message))


def half_of_the_memory() -> int:
    """Half of the machine's memory, in megabytes."""
    import psutil

    return int(psutil.virtual_memory().total / 2 / MB)


def variable(name: str) -> str:
    """The environment variable of a limit."""
    return f"EMBEDLAB_MAX_{name.upper()}"


def met(name: str, message: str) -> str:
    """The message for a limit that was exceeded: what was found, what is possible, and how to raise the limit."""
    return f"{message} {variable(name)} sets this limit."


def size(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / MB:,.0f} MB" if count >= MB else f"{count:,} bytes"
