"""Memory of reading: 1 GB of text is tokenised, counted and numbered in a process of its own, under 400 MB resident.

Run: python tests/benchmarks/bench_reading.py [MEGABYTES]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LIMIT = 400
ROOT = Path(__file__).resolve().parents[2]


def write_text(path: Path, megabytes: int) -> None:
    """Lines of sentences whose words follow Zipf's law over 400,000 word forms; every sixth line is not ASCII."""
    rng = np.random.default_rng(1)
    syllables = np.array([a + b for a in ("b", "dr", "f", "gl", "k", "m", "n", "st") for b in "aeiou"], dtype=object)
    forms = np.array(["".join(rng.choice(syllables, 2 + i % 4)) for i in range(400_000)], dtype=object)
    chances = 1 / np.arange(1, len(forms) + 1)
    steps = np.cumsum(chances / chances.sum())
    blocks = [block(forms[np.searchsorted(steps, rng.random(500_000)).clip(0, len(forms) - 1)]) for _ in range(12)]
    with path.open("wb") as file:
        for turn in range(sys.maxsize):
            file.write(blocks[turn % len(blocks)])
            if file.tell() >= megabytes * 1_000_000:
                return


def block(words: np.ndarray) -> bytes:
    """Words as sentences of twenty, five in a line."""
    sentences = [" ".join(words[i : i + 20]).capitalize() + "." for i in range(0, len(words), 20)]
    lines = [" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5)]
    return ("\n".join(line.replace("a", "ä") if i % 6 == 0 else line for i, line in enumerate(lines)) + "\n").encode()


def child(path: str) -> None:
    sys.path.insert(0, str(ROOT))
    from embedlab.data.corpus import Corpus

    started = time.monotonic()
    encoded = Corpus.from_file(path).encode(min_count=5, max_words=40_000)
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(
        f"{encoded.tokens:,} words in {len(encoded):,} sentences, vocabulary {len(encoded.vocabulary):,}: "
        f"{seconds:.0f} s, {encoded.tokens / seconds:,.0f} words a second, peak {peak:.0f} MB resident"
    )
    sys.exit(peak > LIMIT)


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.txt"
        write_text(path, megabytes)
        print(f"{path.stat().st_size / 1e6:,.0f} MB of text", flush=True)
        done = subprocess.run([sys.executable, __file__, "--child", str(path)], check=False)
    sys.exit(f"more than {LIMIT} MB resident" if done.returncode else 0)


if __name__ == "__main__":
    child(sys.argv[2]) if sys.argv[1:2] == ["--child"] else main()
