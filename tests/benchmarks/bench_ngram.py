"""The n-gram model beside nltk.lm's interpolated Kneser-Ney on the same small text, then alone on a larger one.

    PYTHONPATH=. python tests/benchmarks/bench_ngram.py --words 50000 --scored 200 --text FILE --large 5000000

Both count the same sentences, with one fixed discount, which is all that nltk has; nltk is given the words that are
kept and scores few tokens, because each takes it a walk over all n-grams. Without --text it is the sample "wikipedia"
that comes with gensim. Processor time is printed, too: other work on the machine does not change it much.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from nltk.lm import KneserNeyInterpolated
from nltk.lm.preprocessing import padded_everygram_pipeline

from embedlab.base import END
from embedlab.data.corpus import Corpus
from embedlab.data.datasets import load_sample
from embedlab.data.tokenizer import TextOptions
from embedlab.models.ngram.model import Ngram, NgramConfig

Times = dict[str, tuple[float, float]]


@contextmanager
def measured(times: Times, name: str) -> Iterator[None]:
    wall, cpu = time.monotonic(), time.process_time()
    yield
    times[name] = time.monotonic() - wall, time.process_time() - cpu


def shown(name: str, seconds: tuple[float, float], number: int, unit: str) -> None:
    wall, cpu = (number / s for s in seconds)
    print(f"{name:<28}{wall:>12,.0f} {unit} a second of the clock, {cpu:>12,.0f} of the processor")


def beside_nltk(sentences: list[list[str]], scored: int, order: int) -> None:
    times: Times = {}
    words = sum(map(len, sentences))
    with measured(times, "ours, training"):
        model = Ngram.train(Corpus.from_sentences(sentences), NgramConfig(order=order, min_count=1, discount=0.75))
        assert len(model.weights) == order
    with measured(times, "nltk, training"):
        grams, vocabulary = padded_everygram_pipeline(order, sentences)
        peer = KneserNeyInterpolated(order, discount=0.75)
        peer.fit(grams, vocabulary)
    asked = [[*sentence, END] for sentence in sentences[:2000]]
    tokens = sum(map(len, asked))
    with measured(times, "ours, scoring"):
        model.score_many(asked)
    with measured(times, "ours, sentence by sentence"):
        for sentence in asked:
            model.score(sentence)
    pairs = [(s[i], s[i + 1 - order : i]) for s in sentences for i in range(order - 1, len(s))][:scored]
    with measured(times, "nltk, scoring"):
        for word, context in pairs:
            peer.logscore(word, context)
    numbers = {"ours, training": words, "nltk, training": words, "nltk, scoring": len(pairs)}
    for name, seconds in times.items():
        shown(name, seconds, numbers.get(name, tokens), "words")
    for what in ("training", "scoring"):
        mine, theirs = (times[f"{who}, {what}"][1] / numbers.get(f"{who}, {what}", tokens) for who in ("ours", "nltk"))
        print(f"{what}: {theirs / mine:,.1f} times nltk's speed, by processor time")


def alone(sentences: list[list[str]], order: int) -> None:
    times: Times = {}
    words = sum(map(len, sentences))
    print(f"{words:,} words, order {order}, 20,000 words kept")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with measured(times, "training"):
        model = Ngram.train(Corpus.from_sentences(sentences), NgramConfig(order=order))
        assert len(model.weights) == order
    shown("training", times["training"], words, "words")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, {before:,.0f} MB before; n-grams {[len(table.keys) for table in model.tables]}")
    asked = [[*sentence, END] for sentence in sentences[-20_000:]]
    with measured(times, "scoring"):
        model.score_many(asked)
    shown("scoring", times["scoring"], sum(map(len, asked)), "words")
    contexts = [sentence[: len(sentence) // 2] for sentence in asked[:200]]
    model.next(contexts[0])
    taken = []
    for context in contexts:
        begun = time.process_time()
        model.next(context)
        taken.append(time.process_time() - begun)
    print(f"next: {1000 * np.median(taken):.2f} ms of the processor (median), {1000 * max(taken):.2f} ms at most")


def read(corpus: Corpus, words: int) -> list[list[str]]:
    sentences: list[list[str]] = []
    for sentence in corpus:
        sentences.append(sentence)
        words -= len(sentence)
        if words <= 0:
            break
    return sentences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=50_000, help="for both")
    parser.add_argument("--scored", type=int, default=200, help="tokens that nltk scores")
    parser.add_argument("--order", type=int, default=3)
    parser.add_argument("--text", type=Path, help="a text; without it a sample")
    parser.add_argument("--large", type=int, default=400_000, help="words for ours alone, order 5")
    options = parser.parse_args()
    lower = TextOptions(lowercase=True)
    corpus = Corpus.from_file(options.text, options=lower) if options.text else load_sample("wikipedia", lower)
    sentences = read(corpus, max(options.words, options.large))
    beside_nltk(read(Corpus.from_sentences(sentences), options.words), options.scored, options.order)
    alone(sentences, 5)


if __name__ == "__main__":
    main()
