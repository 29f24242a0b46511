"""Held-out perplexity of every kind of language model, trained on the same words with the same vocabulary.

    PYTHONPATH=. python tests/benchmarks/bench_perplexity.py --corpora ../shared/corpora --models kn5 lstm --out DIR

kn1 to kn5 are n-grams with modified Kneser-Ney smoothing, ml1 to ml5 the same counts without smoothing. Maximum
likelihood holds some of the held-out text for impossible, so that its perplexity is infinite; beside it stand the
share of such words and the perplexity of the others alone, which says less than it seems to: they are the easy ones.

Every line reads the same sentences (a block of 50 in 25 is held out), knows the same words (all others are <unk>,
which is predicted like a word) and predicts the end of every sentence; every sentence is scored by itself, and the
LSTM once more with its memory carried over the sentences of a block.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlab import registry
from embedlab.base import END, LanguageModel
from embedlab.cli.progress_bar import bar, say
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.workflows import train

FILES = ("wikipedia_en_core.txt.xz", "textbooks_openstax.txt.xz", "books_classic.txt.xz")
BLOCK, EVERY = 50, 25
WORDS = {"min_count": 1, "max_words": 10_000}
NETWORK = WORDS | {"seed": 1}
COUNTS = {"kn": "kneser-ney", "ml": "maximum likelihood"}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{name}{n}": ("ngram", WORDS | {"order": n, "smoothing": smoothing})
    for name, smoothing in COUNTS.items()
    for n in range(1, 6)
} | {
    "nnlm": (
        "nnlm",
        NETWORK | {"dim": 100, "hidden": 200, "n": 5, "samples": 1024, "batch_size": 512, "epochs": 3},
    ),
    "lstm": (
        "lstm",
        NETWORK | {"dim": 320, "layers": 2, "dropout": 0.1, "samples": 2048, "batch_size": 48, "epochs": 3},
    ),
}


def halves(folder: Path, words: int) -> tuple[list[list[str]], list[list[str]]]:
    """So many words to train on, a third from the beginning of each file, and what is held out between them."""
    training: list[list[str]] = []
    held_out: list[list[str]] = []
    for file in FILES:
        left = words // len(FILES)
        for number, sentence in enumerate(Corpus.from_file(folder / file, options=TextOptions(lowercase=True))):
            if number // BLOCK % EVERY == EVERY - 1:
                held_out.append(sentence)
                continue
            training.append(sentence)
            left -= len(sentence)
            if left <= 0:
                break
    return training, held_out


def scored(model: LanguageModel, sentences: list[list[str]]) -> NDArray[np.float64]:
    """Log-probabilities of all words and ends of sentences, every sentence by itself."""
    return np.concatenate([model.score([*sentence, END]) for sentence in sentences]).astype(np.float64)


def carried(model: LanguageModel, sentences: list[list[str]]) -> float:
    """Perplexity when a block of 50 sentences is read as one text, so that a memory reaches over their ends."""
    blocks = [sentences[first : first + BLOCK] for first in range(0, len(sentences), BLOCK)]
    texts = [[word for sentence in block for word in [*sentence, END]] for block in blocks]
    return math.exp(-np.concatenate([model.score(text) for text in texts]).mean(dtype=np.float64))


def perplexity(scores: NDArray[np.float64]) -> dict[str, float]:
    """Perplexity a word, ends of sentences counted as words, and how many there were; the impossible ones apart."""
    possible = np.isfinite(scores)
    found: dict[str, float] = {"perplexity": round(math.exp(-scores.mean()), 2), "tokens": len(scores)}
    if not possible.all():
        found |= {"impossible": round(1 - possible.mean(), 4), "others": round(math.exp(-scores[possible].mean()), 2)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--words", type=int, default=5_000_000)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--out", type=Path, help="keep the models there, and go on from a checkpoint there")
    options = parser.parse_args()
    training, held_out = halves(options.corpora, options.words)
    say(f"{sum(map(len, training)):,} words to train on, {sum(map(len, held_out)):,} held out")
    scores: dict[str, NDArray[np.float64]] = {}
    for name in options.models:
        kind, settings = MODELS[name]
        model = trained(name, kind, settings, training, options.out)
        scores[name] = scored(model, held_out)
        memory = {"carried": round(carried(model, held_out), 2)} if kind == "lstm" else {}
        say(json.dumps({"model": name} | perplexity(scores[name]) | memory | {"s": model.card.seconds}))
    for name in (name for name in scores if name.startswith("ml")):
        possible = np.isfinite(scores[name])
        same = {other: round(math.exp(-found[possible].mean()), 2) for other, found in scores.items()}
        say(json.dumps({f"where {name} is possible": same}))


def trained(name: str, kind: str, settings: dict[str, Any], sentences: list[list[str]], out: Path | None) -> Any:
    """The model, from the folder if it was trained before."""
    if out and (out / name / "config.json").is_file():
        return registry.load_model(out / name)
    with bar() as on_progress:
        corpus = Corpus.from_sentences(sentences)
        config = train.settings_of(kind, settings)
        model = train.train(kind, corpus, config, on_progress, out / f"{name}.checkpoint" if out else None)
    if out:
        model.save(out / name, overwrite=True)
    return model


if __name__ == "__main__":
    main()
