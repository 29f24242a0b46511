"""Model files made to take a machine down, each by a small generator, and a process that shows that they do not.

``python -m tests.fuzz.hostile_models`` reads names of files and folders from its input, a line each, imports what lies
there, and tells on its output what it took: how it ended, the growth of its memory at its peak, and processor seconds.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CARD = {"title": "Odd"}
HUGE = 2_000_000_000
F32: dict[str, Any] = {"a": np.zeros((2, 2), np.float32)}


def zipped(config: dict[str, Any], tensors: Any, words: Any, card: Any = CARD, tokenizer: Any = None) -> bytes:
    """A zip of a model folder; what is no bytes becomes JSON, arrays by name a safetensors file."""
    from safetensors.numpy import save

    def packed(value: Any) -> bytes:
        return value if isinstance(value, bytes) else json.dumps(value).encode()

    vocabulary = {"words": words, "counts": [1] * len(words)} if isinstance(words, list) else words
    files = {
        "config.json": packed({"format": 1} | config),
        "model.safetensors": tensors if isinstance(tensors, bytes) else save(tensors),
        "vocab.json": packed(vocabulary),
        "card.json": packed(card),
    }
    if tokenizer is not None:
        files["tokenizer.json"] = packed(tokenizer)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def model(kind: str, config: dict[str, Any], tensors: Any = F32, words: Any = ("a", "b"), **others: Any) -> bytes:
    """A zip of a model of a kind."""
    words = list(words) if isinstance(words, tuple) else words
    return zipped({"kind": kind, "config": config}, tensors, words, **others)


def header(tensors: dict[str, Any], size: int) -> bytes:
    """A safetensors file with a header of one's own and so many bytes of zeros."""
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text + bytes(size)


def matrix(rows: int, width: int, dtype: str = "F32", size: int = 4) -> bytes:
    """A safetensors file with a matrix of zeros."""
    count = rows * width * size
    return header({"matrix": {"dtype": dtype, "shape": [rows, width], "data_offsets": [0, count]}}, count)


# ---------------------------------------------------------------- BERTs

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "a", "##a"]
NETWORK: dict[str, Any] = {
    "model_type": "bert", "vocab_size": len(PIECES), "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 8, "max_position_embeddings": 16,
}  # fmt: skip
MARKS = {"begin": "[CLS]", "end": "[SEP]", "mask": "[MASK]", "pad": "[PAD]", "unknown": "[UNK]"}
ADDED = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
TOKENIZER: dict[str, Any] = {
    "version": "1.0", "truncation": None, "padding": None, "post_processor": None, "decoder": None,
    "added_tokens": [ADDED | {"id": i, "content": piece} for i, piece in enumerate(PIECES[:5])],
    "normalizer": {
        "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
        "lowercase": True,
    },
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "model": {
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {piece: i for i, piece in enumerate(PIECES)},
    },
}  # fmt: skip
SPACY = {"type": "Split", "pattern": {"Regex": "(?:a|aa)+$"}, "behavior": "Isolated", "invert": False}
DOUBLING = [{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}] * 40
CUT = {
    "type": "BPE", "vocab": {"éa": 0, "b": 1, "éab": 2}, "merges": [["b", "éa"]], "continuing_subword_prefix": "x",
}  # fmt: skip
"""The library cuts the prefix's one byte off a letter of two, and ends the process."""
UNIGRAM = {"type": "Unigram", "unk_id": 1, "vocab": [[piece, -1.0] for piece in PIECES], "byte_fallback": False}


def bert(network: dict[str, Any] | None = None, *, tensors: Any = None, marks: Any = MARKS, **changes: Any) -> bytes:
    """A zip of a tiny BERT, whole but for the changes: settings of its network, or parts of its tokenizer."""
    import torch
    from transformers import BertConfig, BertForMaskedLM

    plain = BertConfig(**{name: value for name, value in NETWORK.items() if name != "model_type"})
    torch.manual_seed(1)
    made = BertForMaskedLM(plain)
    weights = (
        {name: weight.detach().numpy() for name, weight in made.named_parameters()} if tensors is None else tensors
    )
    config = {"network": NETWORK | (network or {}), "head": "masked", "marks": marks}
    return model("bert", config, weights, tuple(PIECES), tokenizer=TOKENIZER | changes)


# ---------------------------------------------------------------- files by name


def bomb_of_words() -> bytes:
    """Two million words beside a matrix of two rows."""
    return model("word2vec", {}, matrix(2, 2), b'{"words":[' + b'"",' * 6_000_000 + b'""],"counts":[]}')


def overlapping() -> bytes:
    """Words of one vector, and a header that says that many tensors share the same bytes."""
    tensors = {str(i): {"dtype": "F32", "shape": [1000, 1000], "data_offsets": [0, 4_000_000]} for i in range(900)}
    return model("word2vec", {}, header(tensors, 4_000_000))


def long_grams() -> bytes:
    """fastText words whose letter n-grams of 1 to 50 letters would fill the memory."""
    words = [f"{i:05d}" + "a" * 900 for i in range(9_000)]
    config = {"min_n": 1, "max_n": 50, "buckets": 1}
    arrays = {"own": np.zeros((len(words), 1), np.float32), "ngrams": np.zeros((1, 1), np.float32)}
    return model("fasttext", config, arrays, words)


NEURAL = {"min_count": 1}
HOSTILE: dict[str, Callable[[], bytes]] = {
    "char_lstm": lambda: model("char_lstm", {"dim": 4096, "hidden": 8192, "layers": 8}),
    "lstm": lambda: model("lstm", {"dim": 4096, "layers": 8, "tied": False}),
    "elmo": lambda: model("elmo", {"dim": 4096, "hidden": 16_384, "layers": 8, "highway": 8, "filters": "20x4096"}),
    "elmo_kinds": lambda: model("elmo", {"filters": " ".join(["1x4096"] * 100_000)}),
    "flair": lambda: model("flair", {"dim": 4096, "hidden": 8192, "layers": 8}),
    "flair_words": lambda: model("flair", {}, {"backward/words": np.frombuffer(b"[" + b"[],"[:2] * 9, np.uint8)}),
    "cw": lambda: model("cw", {"dim": 2000, "hidden": 10_000, "window": 101}),
    "nnlm": lambda: model("nnlm", {"dim": 2000, "hidden": 10_000, "n": 50, "direct": True}),
    "bert_names": lambda: bert({"id2label": {str(i): "x" for i in range(300_000)}}),
    "bert_vocabulary": lambda: bert({"vocab_size": 3_000_000}),
    "bert_positions": lambda: bert({"max_position_embeddings": 1_000_000}),
    "bert_blocks": lambda: bert({"num_hidden_layers": 200, "hidden_size": 20_000, "num_attention_heads": 1}),
    "bert_groups": lambda: bert({"model_type": "albert", "num_hidden_groups": 200_000, "inner_group_num": 200_000}),
    "bert_feed": lambda: bert({"model_type": "mobilebert", "num_feedforward_networks": 5_000_000}),
    "bert_tensors": lambda: bert(tensors=F32),
    "vocabulary": bomb_of_words,
    "overlapping": overlapping,
    "long_grams": long_grams,
    "long_word": lambda: model("word2vec", {}, matrix(2, 2), ["a", "b" * 5_000_000]),
    "header": lambda: model("word2vec", {}, struct.pack("<Q", 2**62) + b"{}"),
    "deep_header": lambda: model("word2vec", {}, struct.pack("<Q", 900_000) + b"[" * 900_000),
    "replace": lambda: bert(normalizer={"type": "Sequence", "normalizers": DOUBLING}),
    "split": lambda: bert(pre_tokenizer=SPACY),
    "regex": lambda: bert(normalizer={"type": "Replace", "pattern": {"Regex": "(a|aa)+$"}, "content": "a"}),
    "nested": lambda: bert(normalizer=deep("normalizers")),
    "wide": lambda: bert(pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}] * 300_000}),
    "long_letters": lambda: bert(model=TOKENIZER["model"] | {"max_input_chars_per_word": HUGE}),
    "no_unknown": lambda: bert(model=TOKENIZER["model"] | {"unk_token": "gone"}),
    "one_number": lambda: bert(model=TOKENIZER["model"] | {"vocab": dict.fromkeys(PIECES, 0)}),
    "far_number": lambda: bert(model=TOKENIZER["model"] | {"vocab": {"a": HUGE}}),
    "unigram_scores": lambda: bert(model=UNIGRAM | {"vocab": [[piece, float("nan")] for piece in PIECES]}),
    "unigram_unknown": lambda: bert(model=UNIGRAM | {"unk_id": 10**6}),
    "unigram_lengths": lambda: bert(model=UNIGRAM | {"vocab": [["a" * i, -1.0] for i in range(1, 400)]}),
    "unigram_none": lambda: bert(model=UNIGRAM | {"unk_id": None}),
    "added": lambda: bert(added_tokens=[*TOKENIZER["added_tokens"], ADDED | {"id": 5, "content": " "}]),
    "empty_added": lambda: bert(
        normalizer={"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]},
        added_tokens=[*TOKENIZER["added_tokens"], ADDED | {"id": 9, "content": "\u0301", "normalized": True}],
    ),
    "metaspace": lambda: bert(pre_tokenizer={"type": "Metaspace", "replacement": "aa", "prepend_scheme": "always"}),
    "merges": lambda: bert(model={"type": "BPE", "vocab": TOKENIZER["model"]["vocab"], "merges": [["a", "é"]]}),
    "prefix": lambda: bert(model=CUT),
}
"""Zip files that once took gigabytes, hung, panicked or ended the process, or that could; all are refused."""


TAMED: dict[str, Callable[[], bytes]] = {
    "labels": lambda: bert({"num_labels": HUGE}),
    "names of labels": lambda: bert({"id2label": {str(i): "x" for i in range(30_000)}}),
    "a method": lambda: bert({"to_diff_dict": 1, "pruned_heads": {"0": [0]}, "num_labels": -1}),
    "a table": lambda: bert(normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA/////w=="}),
    "decoders": lambda: bert(decoder={"type": "Sequence", "decoders": DOUBLING}, post_processor={"type": "x"}),
    "padding": lambda: bert(padding={"strategy": {"Fixed": HUGE}, "direction": "Left", "pad_to_multiple_of": HUGE}),
}
"""Such that hold a model: what would do harm is left out, or done otherwise, and the rest is taken."""


def deep(inner: str) -> dict[str, Any]:
    """A sequence in a sequence, again and again."""
    part: dict[str, Any] = {"type": "NFC"}
    for _ in range(400):
        part = {"type": "Sequence", inner: [part]}
    return part


def lstm_shapes(width: int) -> dict[str, tuple[int, ...]]:
    """Weights of torch's LSTM of one layer, as wide as what it reads."""
    return {
        "weight_ih": (4 * width, width), "weight_hh": (4 * width, width), "bias_ih": (4 * width,),
        "bias_hh": (4 * width,),
    }  # fmt: skip


SOUND = np.ones((2, 2), np.float32)
ODD: dict[str, tuple[Callable[[], bytes], str]] = {
    "counts of two dimensions": (
        lambda: model("lsa", {}, {"matrix": SOUND}, {"words": ["a", "b"], "counts": [[1], [2]]}), "whole numbers"
    ),
    "negative counts": (
        lambda: model("lsa", {}, {"matrix": SOUND}, {"words": ["a", "b"], "counts": [1, -2]}), "less than never"
    ),
    "counts that are no numbers": (
        lambda: model("lsa", {}, {"matrix": SOUND}, {"words": ["a", "b"], "counts": [True, 1]}), "whole numbers"
    ),
    "too few counts": (
        lambda: model("char_lstm", {}, F32, {"words": ["a", "b"], "counts": [1]}), "whole numbers"
    ),
    "width 0": (lambda: model("lsa", {}, {"matrix": np.ones((2, 0), np.float32)}), "width is 0"),
    "no words": (lambda: model("lsa", {}, {"matrix": np.ones((0, 2), np.float32)}, []), "no words"),
    "a word twice": (lambda: model("lsa", {}, {"matrix": SOUND}, ("a", "a")), "twice"),
    "a word without end": (lambda: model("lsa", {}, {"matrix": SOUND}, ("a", "b" * 20_000)), "letters"),
    "a number that is none": (lambda: model("lsa", {}, {"matrix": SOUND * np.nan}), "finite"),
    "an infinite number": (lambda: model("lsa", {}, {"matrix": SOUND * np.inf}), "finite"),
    "a number too large": (lambda: model("lsa", {}, {"matrix": SOUND * 1e30}), "too large"),
    "complex numbers": (lambda: model("lsa", {}, matrix(2, 2, "C64", 8)), "C64"),
    "a card with no number": (
        lambda: model("lsa", {}, {"matrix": SOUND}, card=b'{"title": "x", "loss": NaN}'), "loss"
    ),
    "a card with no end": (
        lambda: model("lsa", {}, {"matrix": SOUND}, card=b'{"title": "x", "seconds": 1e999}'), "seconds"
    ),
    "a card with less than no words": (
        lambda: model("lsa", {}, {"matrix": SOUND}, card={"title": "x", "tokens": -5}), "tokens"
    ),
    "weights of whole numbers": (lambda: bert(tensors=whole()), "floating-point"),
    "a text begins with nothing": (lambda: model("char_lstm", {"delimiter": ""}), "delimiter"),
    "positions that no word fits in": (lambda: bert({"model_type": "roberta", "pad_token_id": 8}), "fit|at once"),
}  # fmt: skip
"""Models on which pages fell over later, and what is said of them now."""


def whole() -> dict[str, Any]:
    """The weights of the tiny BERT as whole numbers."""
    from safetensors.numpy import load

    with zipfile.ZipFile(io.BytesIO(bert())) as archive:
        return {name: array.astype(np.int64) for name, array in load(archive.read("model.safetensors")).items()}


# ---------------------------------------------------------------- published files


def expanded(folder: Path) -> None:
    """Two checkpoints of Flair's whose weights show one number a thousand million times."""
    import torch

    from tests.fuzz import targets

    whole = torch.nn.Embedding
    try:
        torch.nn.Embedding = _shown  # type: ignore[assignment,misc]
        targets.flair(folder)
    finally:
        torch.nn.Embedding = whole  # type: ignore[misc]


def _shown(rows: int, width: int) -> Any:
    import torch

    shown = torch.nn.Module()
    shown.register_buffer("weight", torch.zeros(1, 1).expand(rows, 40_000_000))
    return shown


def hdf5(path: Path, way: str) -> None:
    """Published ELMo weights of which one data set is not what it says (see the names in ``HDF5``)."""
    import h5py

    with h5py.File(path, "r+") as file:
        name = "CNN_proj/W_proj"
        array = file[name][()]
        del file[name]
        if way == "nothing stored":
            file.create_dataset(name, array.shape, array.dtype, chunks=True)
        elif way == "another file":
            file[name] = h5py.ExternalLink("/etc/passwd", "x")
        elif way == "a name":
            file["y"] = array
            file[name] = h5py.SoftLink("/y")
        elif way == "numbers outside":
            outside = [("/dev/zero", 0, array.nbytes)]
            file.create_dataset(name, array.shape, array.dtype, external=outside)
        elif way == "a view":
            layout = h5py.VirtualLayout(array.shape, array.dtype)
            layout[:] = h5py.VirtualSource("other.hdf5", "x", array.shape)
            file.create_virtual_dataset(name, layout)
        elif way == "a large chunk":
            sizes = tuple(5 * size for size in array.shape)
            file.create_dataset(name, data=array, chunks=sizes, maxshape=(None,) * array.ndim, compression="gzip")
        elif way == "another packer":
            file.create_dataset(name, data=array, chunks=True, compression="lzf")
        elif way == "complex":
            file.create_dataset(name, data=array.astype(complex))


HDF5 = (
    "nothing stored", "another file", "a name", "numbers outside", "a view", "a large chunk", "another packer",
    "complex",
)  # fmt: skip


def word2vec_text(way: str) -> bytes:
    """Word vectors as text that would take far more memory than they have bytes."""
    if way == "a long number":
        return b"1000 100\n" + b"a " + b"0" * 30_000 + b" 1" * 99 + b"\n" + (b"b" + b" 1" * 100 + b"\n") * 2
    if way == "a long line":
        return b"2 2\na 1 2\n" + b"b" * 3_000_000 + b" 1 2\n"
    if way == "many words":
        return b"1000000000 300\na " + b"1 " * 300 + b"\n"
    return b"5 10000\na 1 2\n"


VECTORS = ("a long number", "a long line", "many words", "wide")


# ---------------------------------------------------------------- the process


def main() -> None:
    """Import what the input names, one after the other."""
    from embedlab.base import EmbedLabError
    from embedlab.store import archive

    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with (Path(os.environ["EMBEDLAB_HOME"]) / "good.zip").open("wb") as file:
        file.write(bert())
    with Path(file.name).open("rb") as good:
        archive.take(good, "good", replace=True)  # the libraries are in memory now
    for line in sys.stdin:
        before, began = _resident(), time.process_time()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        try:
            with Path(line.strip()).open("rb") as content:
                archive.take(content, "x", replace=True)
            said = ""
        except EmbedLabError as error:
            said = f"{type(error).__name__}: {error}"
        growth = _peak() - before
        out.write(json.dumps({"said": said, "growth": growth, "seconds": time.process_time() - began}) + "\n")
        out.flush()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main()
