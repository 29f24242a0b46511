"""How well models tell senses apart in sentences of Wikipedia that none of those asked was trained on.

    PYTHONPATH=. python tests/benchmarks/bench_wikipedia_senses.py --corpora ../shared/corpora lstm flair elmo bert

20 nouns with 2 to 4 senses each, 786 sentences, chosen and labelled by reading them; like CoarseWSD-20 (Loureiro et al.
2021, https://aclanthology.org/2021.cl-2.14/), which is of Wikipedia's sentences, too. The sentences themselves are not
here: wikipedia_senses.tsv says at which byte of which unpacked file each stands. Those in the parts that the recipe of
a model asked for reads are left out for all (200 of 786 lie in that of lstm), and it is said how many of the others
CBOW's recipe reads, whose vectors BERT, ELMo and Flair were taught with. The senses of a word are told apart as
everywhere here (``sense_separation``); a name may be a key or a folder, also one with a published model.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from embedlab import load_model
from embedlab.analysis.polysemy import sense_separation
from embedlab.base import BadInput
from embedlab.cli.progress_bar import say
from embedlab.data.datasets import Occurrence, load_senses

PLACES = Path(__file__).with_name("wikipedia_senses.tsv")
RECIPES = Path(__file__).resolve().parents[2] / "assets" / "recipes"


def places() -> list[dict[str, str]]:
    """Where the labelled sentences stand, and what they show."""
    with PLACES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read_by(key: str, rows: Sequence[dict[str, str]]) -> list[bool]:
    """Which sentences lie in a part of a file that one of a starter's recipes reads; none for other models."""
    ends: dict[str, float] = {}
    for path in [RECIPES / f"{key}.toml", *RECIPES.glob(f"{key}_*.toml")]:
        for source in tomllib.loads(path.read_text(encoding="utf-8"))["source"] if path.is_file() else ():
            ends[source["file"]] = max(ends.get(source["file"], 0), source.get("max_bytes", float("inf")))
    return [int(row["byte"]) < ends.get(row["file"], 0) for row in rows]


def sentences(corpora: Path, rows: Sequence[dict[str, str]]) -> list[Occurrence]:
    """The labelled occurrences, their sentences read from the corpus files.

    Raises:
        BadInput: a file is another one than that the labels were made for.
    """
    found: dict[int, str] = {}
    for name in dict.fromkeys(row["file"] for row in rows):
        with lzma.open(corpora / name) as text:
            numbered = sorted((int(row["byte"]), i) for i, row in enumerate(rows) if row["file"] == name)
            for place, i in numbered:
                text.seek(place)  # forward only, or it would be unpacked anew
                raw = text.read(int(rows[i]["bytes"]))
                if not hashlib.sha256(raw).hexdigest().startswith(rows[i]["sha256"]):
                    raise BadInput(f"{name} is another text than that the labels were made for, at byte {place:,}.")
                found[i] = raw.decode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "senses.jsonl"
        path.write_text("\n".join(_line(row, found[i]) for i, row in enumerate(rows)), encoding="utf-8")
        return load_senses(path)


def _line(row: dict[str, str], sentence: str) -> str:
    named = {"word": row["word"], "sense": row["sense"], "gloss": row["sense"], "pos": "noun", "sentence": sentence}
    return json.dumps(named | {"start": int(row["start"]), "end": int(row["end"])})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    rows = places()
    read = [any(some) for some in zip(*(read_by(name, rows) for name in options.models), strict=True)]
    kept = [row for row, one in zip(rows, read, strict=True) if not one]
    senses = sentences(options.corpora, kept)
    say(
        f"{len(senses)} sentences, {len({one.word for one in senses})} nouns; {sum(read)} left out, which one of these "
        f"models was trained on; CBOW was trained on {sum(read_by('cbow', kept))} of the others"
    )
    for name in options.models:
        model: Any = load_model(name)
        found = sense_separation(model, senses)
        best = int(found.auc.argmax())
        bank = next(word for word in found.words if word.word == "bank")
        say(f"{name}: {', '.join(f'{layer} {auc:.3f}' for layer, auc in zip(found.layers, found.auc, strict=True))}")
        low, high = found.low[best], found.high[best]
        say(f"  best {found.auc[best]:.3f} ({low:.3f} to {high:.3f}), bank {bank.auc[best]:.2f} ({bank.low[best]:.2f})")


if __name__ == "__main__":
    main()
