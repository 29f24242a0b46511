"""The encoding of texts in a terminal: the option that gives it, and what is said where it had to be guessed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from embedlab.cli.progress_bar import say
from embedlab.data.corpus import Corpus
from embedlab.data.readers.encoding import Decoded

MOST = 10
"""Files that are spoken of; a folder may have thousands."""


def add(command: argparse.ArgumentParser) -> None:
    """Add the option to a command that reads a text."""
    command.add_argument("--encoding", metavar="NAME", help="encoding of the text, such as cp1252; else it is detected")


class Teller:
    """Says on standard error how the files of a text were decoded, each thing once."""

    def __init__(self) -> None:
        self._said: set[Decoded] = set()

    def __call__(self, corpus: Corpus) -> None:
        """Say what is new about the files that were read so far."""
        self.tell(corpus.decoded)

    def tell(self, decoded: Sequence[Decoded]) -> None:
        """Say what is new about some files."""
        new = [one for one in decoded if one.said and one not in self._said]
        self._said.update(new)
        for one in new[:MOST]:
            say(one.said + (" Another one: --encoding NAME." if one.guessed else ""), error=True)
        if len(new) > MOST:
            say(f"{len(new) - MOST:,} more files were guessed or mended.", error=True)
