"""BERT's vectors: words a second beside a plain transformers loop, the most memory of 10,000 sentences; training speed.

    PYTHONPATH=. python tests/benchmarks/bench_bert.py --rounds 5
    PYTHONPATH=. python tests/benchmarks/bench_bert.py --model FOLDER
    PYTHONPATH=. python tests/benchmarks/bench_bert.py memory
    PYTHONPATH=. python tests/benchmarks/bench_bert.py training

The plain loop is what everybody writes first: batches of 32 in the order of the input, padded to their longest, all
hidden states asked for, the pieces of a word averaged. Each round runs both, one after the other; the median of the
rounds' ratios counts, and the vectors are compared. Sentences have mixed lengths like those of an encyclopedia
(log-normal, 18 words in the middle), their words are drawn by Zipf's law. Without --model the network is a random one
of MiniLM's shape (6 blocks of 384), since speed does not depend on the weights.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch

from embedlab.data.vocab import Vocabulary
from embedlab.models.bert.config import shape
from embedlab.models.bert.model import Bert
from embedlab.models.bert.network import new
from embedlab.models.bert.pretraining import BertLearner, SegmentPairs
from embedlab.models.bert.tokenizer import MARKS, Speller, WordpieceText, learn

Words = list[list[str]]


def sentences(count: int) -> Words:
    """Random words of one to three syllables in sentences of mixed lengths."""
    draw = np.random.default_rng(1)
    syllables = [a + b + c for a in "bdfgklmnprst" for b in "aeiou" for c in ("", "n", "r", "s")]
    words = np.array(["".join(draw.choice(syllables, draw.integers(1, 4))) for _ in range(20_000)], dtype=object)
    share = 1 / np.arange(1, len(words) + 1)
    lengths = np.clip(np.exp(draw.normal(np.log(18), 0.6, count)), 1, 120).astype(int)
    return [words[draw.choice(len(words), n, p=share / share.sum())].tolist() for n in lengths]


def made(text: Words, folder: Path, width: int = 384, blocks: int = 6) -> Path:
    """A random network, of MiniLM's shape if not said, in Hugging Face's layout, with pieces learned from the text."""
    from transformers import BertConfig, BertModel, BertTokenizer

    words, counts = np.unique([word for sentence in text for word in sentence], return_counts=True)
    tokenizer = learn(Vocabulary(tuple(map(str, words)), counts.astype(np.int64)), 12_000, 2, lowercase=True)
    numbers = tokenizer.get_vocab()
    (folder / "vocab.txt").write_text("\n".join(sorted(numbers, key=numbers.__getitem__)), encoding="utf-8")
    BertTokenizer.from_pretrained(str(folder)).save_pretrained(folder)
    size = len(numbers)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=size, hidden_size=width, num_hidden_layers=blocks, num_attention_heads=12,
        intermediate_size=4 * width,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def plain(folder: Path) -> Callable[[Words], list[np.ndarray]]:
    from transformers import AutoModel, AutoTokenizer

    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def encode(text: Words) -> list[np.ndarray]:
        found = []
        for at in range(0, len(text), 32):
            batch = tokenizer(
                text[at : at + 32], is_split_into_words=True, padding=True, truncation=True, max_length=512,
                return_tensors="pt",
            )  # fmt: skip
            with torch.no_grad():
                states = torch.stack(network(**batch, output_hidden_states=True).hidden_states, dim=1)  # (B, L, T, D)
            for i, sentence in enumerate(text[at : at + 32]):
                ids = np.array([-1 if word is None else word for word in batch.word_ids(i)])
                rows = [states[i][:, ids == word].mean(dim=1) for word in range(len(sentence))]
                found.append(torch.stack(rows, dim=1).numpy())
        return found

    return encode


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def compare(folder: Path, text: Words, rounds: int) -> None:
    ours, theirs = Bert.from_published(folder), plain(folder)
    words = sum(map(len, text))
    difference = max(float(np.abs(a - b).max()) for a, b in zip(ours.encode(text), theirs(text), strict=True))
    runs = [(timed(lambda: ours.encode(text)), timed(lambda: theirs(text))) for _ in range(rounds)]
    a, b = (statistics.median(run[i] for run in runs) for i in (0, 1))
    ratio = statistics.median(their / our for our, their in runs)
    print(f"{len(text)} sentences, {words:,} words, all {len(ours.layers)} layers, vectors differ by {difference:.1e}")
    print(f"ours {words / a:,.0f}, plain transformers {words / b:,.0f} words/s, ratio {ratio:.2f}")
    one = statistics.median(timed(lambda: ours.encode(text, [ours.layers[-2]])) for _ in range(rounds))
    print(f"one layer {words / one:,.0f} words/s")


def memory(folder: Path, text: Words) -> None:
    model = Bert.from_published(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = timed(lambda: model.encode(text, [model.layers[-2]]))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(text):,} sentences, one layer, {seconds:.0f} s: {most:,.0f} MB resident at most ({before:,.0f} before)"
    )


def training(name: str, batch: int, steps: int) -> None:
    """Tokens a second of forward, backward and step; V = 8,000, sequences of 64."""
    letters = np.array(list("abcdefghijklmnopqrst"))
    words = tuple("".join(letters[list(np.unravel_index(i, (20, 20, 20)))]) for i in range(7_900))
    tokenizer = learn(Vocabulary(words, np.full(len(words), 50)), 8_000, 1, lowercase=True)
    speller = Speller(tokenizer, MARKS)
    ids = np.random.default_rng(1).integers(5, 8_000, 400_000).astype(np.int32)
    examples = SegmentPairs(WordpieceText(ids, np.arange(20, 400_001, 20)), speller, 64, pairs=True, seed=1)
    for dropout in (0.0, 0.1):
        torch.manual_seed(1)
        learner = BertLearner(new(shape(name), 8_000, 64, dropout, "pretraining"), pairs=True)
        optimizer = torch.optim.AdamW(learner.parameters(), 1e-4, fused=True)

        def step(i: int, learner: BertLearner = learner, optimizer: torch.optim.Optimizer = optimizer) -> None:
            learner(*examples.__getitems__(range(i * batch, (i + 1) * batch))).backward()
            torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()

        step(0)
        wall, processor = perf_counter(), process_time()
        for i in range(1, steps):
            step(i)
        wall, processor = perf_counter() - wall, process_time() - processor
        drawing = timed(lambda: [examples.__getitems__(range(i * batch, (i + 1) * batch)) for i in range(1, steps)])
        tokens = (steps - 1) * batch * 64
        print(
            f"{name}, dropout {dropout}: {tokens / wall:,.0f} tokens a second, {tokens / processor:,.0f} a second of "
            f"the processor's, {drawing / wall:.1%} of it for the examples"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("speed", "memory", "training"), default="speed")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sentences", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--shape", default="mini")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.what == "training":
        training(options.shape, 32, 2 + 2 * options.rounds)
        return
    text = sentences(options.sentences or (320 if options.what == "speed" else 10_000))
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.model or made(text, Path(scratch))
        if options.what == "speed":
            compare(folder, text, options.rounds)
        else:
            memory(folder, text)


if __name__ == "__main__":
    main()
