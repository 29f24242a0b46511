"""Words a second of our word2vec beside gensim's own on the same sentences held as lists in memory.

    python tests/benchmarks/bench_word2vec.py [--algorithm cbow] [--words 2000000] [--length 20] [--rounds 5]

Both build the vocabulary from the same counts and train with the same settings and threads; ours reads a memory
map, reports progress and measures its loss, gensim's does none of these. Rounds alternate; medians are compared.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

import gensim.models
import numpy as np

from embedlab.data.corpus import Corpus
from embedlab.data.vocab import EncodedCorpus
from embedlab.models.gensim.training import quiet
from embedlab.models.word2vec import Word2Vec, Word2VecConfig


def text(words: int, length: int, types: int = 40_000) -> list[list[str]]:
    """Sentences of 1 to 2 * length - 1 words drawn by Zipf's law."""
    rng = np.random.default_rng(1)
    chances = 1 / np.arange(1, types + 1)
    names = np.array([f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}word{i}" for i in range(types)], dtype=object)
    running = names[rng.choice(types, words, p=chances / chances.sum())]
    ends = np.cumsum(rng.integers(1, 2 * length, 2 * words // length))
    return [piece.tolist() for piece in np.split(running, ends[ends < words])]


class Encoded:
    """A corpus that was encoded before the clock starts: reading the text is not gensim's work either."""

    description, licence = "generated", "none"

    def __init__(self, sentences: list[list[str]]) -> None:
        self.encoded: EncodedCorpus = Corpus.from_sentences(sentences).encode(1, None)
        self.sentences = list(self.encoded.sentences())

    def encode(self, *_: Any) -> EncodedCorpus:
        return self.encoded


def gensims_own(make: type, settings: dict[str, Any], corpus: Encoded) -> None:
    vocabulary = corpus.encoded.vocabulary
    with quiet():
        model = make(**settings)
        model.build_vocab_from_freq(dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)))
        model.train(corpus.sentences, total_examples=len(corpus.sentences), epochs=model.epochs)


def compare(ours: Callable[[], Any], gensims: Callable[[], Any], words: int, rounds: int) -> None:
    """Alternate the two; print words by the clock and by the processor, which other programs disturb less."""
    speeds: dict[str, list[tuple[float, float]]] = {"ours": [], "gensim": []}
    for turn in range(rounds):
        pair = [("ours", ours), ("gensim", gensims)]
        for name, work in pair if turn % 2 else reversed(pair):
            wall, cpu = perf_counter(), process_time()
            work()
            speeds[name].append((words / (perf_counter() - wall), words / (process_time() - cpu)))
        shown = [f"{name} {speeds[name][-1][0]:,.0f}/s {speeds[name][-1][1]:,.0f}/cpu s" for name in speeds]
        print(f"round {turn + 1}: {'  '.join(shown)}", flush=True)
    for i, unit in enumerate(("second", "processor second")):
        mine, theirs = ([speed[i] for speed in speeds[name]] for name in ("ours", "gensim"))
        print(
            f"words a {unit}: ours {median(mine):,.0f}, gensim {median(theirs):,.0f}; "
            f"ratio of medians {median(mine) / median(theirs):.3f}, "
            f"median of ratios {median(a / b for a, b in zip(mine, theirs, strict=True)):.3f}"
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algorithm", choices=("skipgram", "cbow"), default="skipgram")
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--length", type=int, default=20, help="mean words a sentence")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def main() -> None:
    args = arguments()
    corpus = Encoded(text(args.words, args.length))
    config = Word2VecConfig(epochs=args.epochs, workers=args.workers, algorithm=args.algorithm)
    settings = {
        "vector_size": 100, "window": 5, "negative": 5, "sg": int(args.algorithm == "skipgram"),
        "epochs": args.epochs, "workers": args.workers, "min_count": 1, "sample": 1e-3,
    }  # fmt: skip
    compare(
        lambda: Word2Vec.train(corpus, config, lambda _: None),
        lambda: gensims_own(gensim.models.Word2Vec, settings, corpus),
        args.words * args.epochs,
        args.rounds,
    )


if __name__ == "__main__":
    main()
