"""How much a file may hold before reading it is refused: every bound and its environment variable in one place."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from typing import Self

from embedlab.base import BadSetting

MB = 1_000_000


@dataclass(frozen=True)
class ReadLimits:
    """Bounds that hold while text is read.

    Each can be set by ``EMBEDLAB_MAX_<NAME>``, for example ``EMBEDLAB_MAX_UNPACKED_BYTES=1000000000``.

    Attributes:
        file_bytes: size of one file on disk.
        unpacked_bytes: all that one packed file (zip, gz, bz2, xz, docx, parquet) may unpack to.
        ratio: unpacked size over packed size; looked at once ``ratio_from`` bytes have been unpacked.
        ratio_from: see ``ratio``.
        files: entries of a zip or files of a folder.
        document_bytes: a file that has to be held as a whole (PDF, docx, json), unpacked.
        line_chars: one row of a csv or jsonl file, in characters.
    """

    file_bytes: int = 50_000 * MB
    unpacked_bytes: int = 10_000 * MB
    ratio: int = 300
    ratio_from: int = 20 * MB
    files: int = 20_000
    document_bytes: int = 200 * MB
    line_chars: int = 10 * MB

    @classmethod
    def from_environment(cls) -> Self:
        """The defaults, with whatever the environment sets instead.

        Raises:
            BadSetting: a variable is not a positive whole number.
        """
        values = {}
        for item in dataclasses.fields(cls):
            variable = f"EMBEDLAB_MAX_{item.name.upper()}"
            if text := os.environ.get(variable):
                if not text.isdecimal() or int(text) < 1:
                    raise BadSetting(f"{variable} must be a positive whole number, not '{text}'.")
                values[item.name] = int(text)
        return cls(**values)
