"""How well models tell senses apart in sentences of Wikipedia that none of the shipped ones was trained on.

    PYTHONPATH=. python tests/benchmarks/bench_wikipedia_senses.py --corpora ../shared/corpora lstm flair elmo bert

20 nouns with 2 to 4 senses each, 786 sentences, chosen and labelled by reading them; like CoarseWSD-20 (Loureiro et al.
2021, https://aclanthology.org/2021.cl-2.14/), which is of Wikipedia's sentences, too. The sentences themselves are not
here: wikipedia_senses.tsv says at which byte of which unpacked file each stands (beyond the parts that recipes read).
The senses of a word are told apart as everywhere here (``sense_separation``); a name may be a key or a folder, also one
with a published model.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from embedlab import load_model
from embedlab.analysis.polysemy import sense_separation
from embedlab.base import BadInput
from embedlab.cli.progress_bar import say
from embedlab.data.datasets import Occurrence, load_senses

PLACES = Path(__file__).with_name("wikipedia_senses.tsv")


def sentences(corpora: Path) -> list[Occurrence]:
    """The labelled occurrences, their sentences read from the corpus files.

    Raises:
        BadInput: a file is another one than that the labels were made for.
    """
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
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
    senses = sentences(options.corpora)
    say(f"{len(senses)} sentences, {len({one.word for one in senses})} nouns")
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
