"""Benchmarks for word vectors, read from the files that the installed gensim brings.

None of them is shipped with this project. Their sources:

* ``questions-words.txt``: 19,544 analogies; Mikolov et al. 2013 (https://arxiv.org/abs/1301.3781), published with
  word2vec under the Apache License 2.0.
* ``wordsim353.tsv``: WordSimilarity-353; Finkelstein et al. 2002, Placing Search in Context, ACM TOIS 20(1)
  (https://doi.org/10.1145/503104.503110); Creative Commons Attribution 4.0.
* ``simlex999.txt``: SimLex-999; Hill, Reichart & Korhonen 2015, Computational Linguistics 41(4)
  (https://doi.org/10.1162/COLI_a_00237); free to download for research.

Pairs of sentences that share a word, and whether the word means the same in both.

The layout is that of WiC (Pilehvar and Camacho-Collados 2019, https://aclanthology.org/N19-1128/), with the gold labels
in the table itself.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from embedlab.base import BadInput

ANALOGIES = "questions-words.txt"
SIMILARITY_SETS = {"wordsim353": ("wordsim353.tsv", "WordSim-353"), "simlex999": ("simlex999.txt", "SimLex-999")}


@dataclass(frozen=True)
class AnalogyCategory:
    """Questions of one relation.

    Attributes:
        name: as in the file, such as "capital-world".
        questions: (a, b, c, d): a is to b as c is to d, spelt as in the file.
    """

    name: str
    questions: tuple[tuple[str, str, str, str], ...]

    @property
    def kind(self) -> Literal["semantic", "syntactic"]:
        """Syntactic if the name begins with "gram", as in Google's file, else semantic."""
        return "syntactic" if self.name.startswith("gram") else "semantic"


@dataclass(frozen=True)
class SimilaritySet:
    """Word pairs that people judged.

    Attributes:
        name: key, such as "wordsim353".
        title: name for people.
        pairs: (first word, second word, mean human score, 0 to 10).
    """

    name: str
    title: str
    pairs: tuple[tuple[str, str, float], ...]


def google_analogies() -> tuple[AnalogyCategory, ...]:
    """Google's 19,544 analogy questions in 14 categories (five semantic, nine syntactic).

    Raises:
        BadInput: gensim's copy is missing or damaged.
    """
    return read_analogies(_from_gensim(ANALOGIES))


def similarity_set(name: str) -> SimilaritySet:
    """One of the sets of judged word pairs: "wordsim353" (353 pairs) or "simlex999" (999 pairs).

    Raises:
        BadInput: there is no such set, or gensim's copy is missing or damaged.
    """
    if name not in SIMILARITY_SETS:
        raise BadInput(f"There is no set of word pairs '{name}'. There are: {', '.join(SIMILARITY_SETS)}.")
    file, title = SIMILARITY_SETS[name]
    return SimilaritySet(name, title, read_pairs(_from_gensim(file)))


def read_analogies(path: Path) -> tuple[AnalogyCategory, ...]:
    """Read a file in the form of Google's: lines ``: category``, each followed by lines of four words.

    Raises:
        BadInput: the file cannot be read, or a line is neither; the message names the line.
    """
    categories: list[tuple[str, list[tuple[str, str, str, str]]]] = []
    for number, line in enumerate(_lines(path), start=1):
        words = line.split()
        if line.startswith(":") and len(words) > 1:
            categories.append((" ".join(words[1:]), []))
        elif len(words) == 4 and categories:
            categories[-1][1].append((words[0], words[1], words[2], words[3]))
        elif words:
            raise BadInput(f"Line {number} of {path.name} is not ': category' or four words under one: {line[:60]!r}.")
    return tuple(AnalogyCategory(name, tuple(questions)) for name, questions in categories)


def read_pairs(path: Path) -> tuple[tuple[str, str, float], ...]:
    """Read tab-separated lines of two words and a score; lines that begin with # are left out.

    Raises:
        BadInput: the file cannot be read, or a line is of another form; the message names the line.
    """
    pairs: list[tuple[str, str, float]] = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            first, second, score = line.split("\t")
            pairs.append((first.strip(), second.strip(), float(score)))
        except ValueError:
            raise BadInput(
                f"Line {number} of {path.name} is not two words and a number with tabs between: {line[:60]!r}."
            ) from None
    return tuple(pairs)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The benchmark file {path} cannot be read: {error}. Reinstalling gensim restores it.") from None


def _from_gensim(file: str) -> Path:
    from gensim.test.utils import datapath

    return Path(datapath(file))


_COLUMNS = ("word", "index1", "index2", "label", "sentence1", "sentence2")
_LABELS = {"T": True, "F": False}


@dataclass(frozen=True)
class WordPair:
    """One word in two sentences.

    Attributes:
        word: its base form.
        first: words of one sentence.
        second: words of the other.
        positions: where it stands in each, from 0.
        same: whether it has the same sense in both.
    """

    word: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    positions: tuple[int, int]
    same: bool


def read_word_pairs(path: Path | str) -> list[WordPair]:
    """Read a table with tabs between the columns word, index1, index2, label (T or F), sentence1 and sentence2.

    Other columns are ignored. The sentences are split at spaces; the indices count these words.

    Raises:
        BadInput: the file cannot be read, lacks a column or rows, or a row is not of this form; the message names it.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"The pairs in {path} cannot be read: {error}.") from None
    if not rows:
        raise BadInput(f"{path.name} holds no pairs.")
    if missing := [name for name in _COLUMNS if name not in rows[0]]:
        raise BadInput(f"{path.name} has no column {missing[0]!r}; it needs {', '.join(_COLUMNS)} with tabs between.")
    return [_pair(row, f"Row {number} of {path.name}") for number, row in enumerate(rows, start=2)]


def _pair(row: dict[str, str], where: str) -> WordPair:
    if row["label"] not in _LABELS:
        raise BadInput(f"{where} has the label {row['label'][:20]!r}; it should be T or F.")
    first, second = tuple(row["sentence1"].split()), tuple(row["sentence2"].split())
    found = []
    for name, words in (("index1", first), ("index2", second)):
        position = int(row[name]) if re.fullmatch("[0-9]{1,9}", row[name]) else len(words)
        if position >= len(words):
            raise BadInput(f"{where}: {name} is {row[name][:20]!r}, and its sentence has {len(words)} words.")
        found.append(position)
    return WordPair(row["word"], first, second, (found[0], found[1]), _LABELS[row["label"]])
