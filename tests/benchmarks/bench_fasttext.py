"""Words a second of our fastText beside gensim's own on the same sentences held as lists in memory.

    python tests/benchmarks/bench_fasttext.py [--algorithm cbow] [--words 300000] [--length 20] [--rounds 5]

As bench_word2vec.py, with 3- to 6-grams in 40,000 buckets. gensim composes every word's vector one by one when it
has finished; so do we, in one product, and both are within the time that is measured.
"""

from __future__ import annotations

import gensim.models

from embedlab.models.fasttext.model import FastText, FastTextConfig
from tests.benchmarks.bench_word2vec import Encoded, arguments, compare, gensims_own, text


def main() -> None:
    args = arguments()
    corpus = Encoded(text(args.words, args.length))
    config = FastTextConfig(epochs=args.epochs, workers=args.workers, algorithm=args.algorithm, buckets=40_000)
    settings = {
        "vector_size": 100, "window": 5, "negative": 5, "sg": int(args.algorithm == "skipgram"),
        "epochs": args.epochs, "workers": args.workers, "min_count": 1, "sample": 1e-3,
        "min_n": 3, "max_n": 6, "bucket": 40_000,
    }  # fmt: skip
    compare(
        lambda: FastText.train(corpus, config, lambda _: None),
        lambda: gensims_own(gensim.models.FastText, settings, corpus),
        args.words * args.epochs,
        args.rounds,
    )


if __name__ == "__main__":
    main()
