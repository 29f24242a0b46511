"""Works in pieces by processes of this machine: the same as in one process, also when one of them is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.__main__ import main
from embedlab.base import BadInput, EmbedLabError, model_folder
from embedlab.base import paths as base_paths
from embedlab.data.corpus import Corpus
from embedlab.models.glove import cooccurrence
from embedlab.models.glove.cooccurrence import Weighting
from embedlab.models.glove.model import Glove, GloveConfig
from embedlab.models.lsa import counts as lsa_counts
from embedlab.models.lsa.model import Lsa, LsaConfig
from embedlab.parallel import shards
from embedlab.parallel.shards import Pool
from embedlab.workflows import encode
from embedlab.workflows.encode import encode_file
from tests import piece_toys as toys
from tests.piece_toys import Killing


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Two processes."""
    with shards.pool(2) as found:
        assert found is not None
        yield found


@pytest.fixture(autouse=True)
def many_pieces(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also small texts are cut."""
    monkeypatch.setattr(cooccurrence, "FEWEST", 1000)
    monkeypatch.setattr(encode, "FEWEST", 40)


def corpus(tokens: int = 9000, words: int = 80) -> Corpus:
    """Sentences of 1 to 30 words, common ones far more often than rare ones."""
    draw = np.random.default_rng(0)
    lengths = draw.integers(1, 31, tokens // 15)
    return Corpus.from_sentences([[f"w{i}" for i in draw.zipf(1.3, length) % words] for length in lengths])


def rows(counts: cooccurrence.Cooccurrences) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pointers, pairs = counts.rows(0, counts.size)
    return pointers, pairs["column"], pairs["sum"]


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("weighting", [Weighting(7), Weighting(5, distance=False), Weighting(6, symmetric=False)])
def test_pairs_counted_in_shards_are_those_counted_in_one_go(
    pool: Pool, weighting: Weighting, killed: bool, tmp_path: Path
) -> None:
    encoded, workers = corpus().encode(2), Killing(pool, tmp_path / "marker") if killed else pool
    (one, many) = (tmp_path / "one", tmp_path / "many")
    one.mkdir(), many.mkdir()
    counts = cooccurrence.count_in_shards(encoded, weighting, many, workers)  # type: ignore[arg-type]
    assert len(counts.runs) == 4 and (tmp_path / "marker").exists() == killed
    pointers, columns, sums = rows(cooccurrence.count(encoded, weighting, one))
    found = rows(counts)
    assert np.array_equal(found[0], pointers) and np.array_equal(found[1], columns)
    if weighting.distance:
        np.testing.assert_allclose(found[2], sums, rtol=1e-13)
        np.testing.assert_array_equal(found[2].astype(np.float32), sums.astype(np.float32))
    else:
        np.testing.assert_array_equal(found[2], sums)


def test_glove_learns_the_same_vectors_from_counts_in_shards(pool: Pool) -> None:
    config = GloveConfig(dim=8, min_count=2, window=6, epochs=3, workers=1)
    one, many = Glove.train(corpus(), config), Glove.train(corpus(), config, pool=pool)
    assert one.words == many.words
    np.testing.assert_array_equal(one.matrix, many.matrix)
    assert one.card.loss == many.card.loss
    assert list((base_paths.home() / "pieces").iterdir()) == []


def test_lsa_finds_the_same_directions_from_counts_in_shards(pool: Pool) -> None:
    config = LsaConfig(dim=8, min_count=2, workers=1)
    one, many = Lsa.train(corpus(), config), Lsa.train(corpus(), config, pool=pool)
    np.testing.assert_array_equal(one.matrix, many.matrix)
    encoded = corpus().encode(2)
    table = lsa_counts.count(encoded, Weighting(5, distance=False), 30, pool=pool)
    assert (table != lsa_counts.count(encoded, Weighting(5, distance=False), 30)).nnz == 0


TEXT = "the cat sat on the bank of a river\n\nthe cat\na river of the bank\nunheard words on the cat\n" * 40


@pytest.fixture
def text(tmp_path: Path) -> Path:
    (tmp_path / "text.txt").write_text(TEXT)
    return tmp_path / "text.txt"


def tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name) for name in sorted(file.keys())}, file.metadata()


@pytest.mark.parametrize("killed", [False, True])
def test_a_corpus_encoded_in_pieces_has_the_bits_of_one_encoded_in_one_go(
    pool: Pool, lstm_folder: Path, text: Path, tmp_path: Path, killed: bool
) -> None:
    one, many, told = tmp_path / "one.safetensors", tmp_path / "many.safetensors", []
    workers: Any = Killing(pool, tmp_path / "marker") if killed else pool
    said = encode_file(str(lstm_folder), text, one, tokenized=True)
    assert encode_file(str(lstm_folder), text, many, None, told.append, tokenized=True, pool=workers) == said
    (here, meta), (there, its_meta) = tensors(one), tensors(many)
    assert (list(here), meta) == (list(there), its_meta) and len(here) == 200
    assert all(here[name].tobytes() == there[name].tobytes() for name in here)
    assert len(told) > 2 and told[-1].step == told[-1].total == said[1]
    assert (tmp_path / "marker").exists() == killed
    assert list((base_paths.home() / "pieces").iterdir()) == []


def test_a_static_model_and_a_choice_of_layers_go_through_pieces_too(
    pool: Pool, lab_with_lstm: Path, text: Path, tmp_path: Path
) -> None:
    for key, layers in (("lsa", None), ("lstm", ["lstm2"])):
        for out, workers in ((tmp_path / "one.jsonl", None), (tmp_path / "many.jsonl", pool)):
            encode_file(key, text, out, layers, tokenized=True, pool=workers, overwrite=True)
        assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "many.jsonl").read_bytes()


def test_pieces_are_done_by_other_processes(pool: Pool, tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(6)]
    assert sorted(pool.done(toys.sign, paths)) == paths
    assert {int(path.read_text()) for path in paths} & {os.getpid()} == set()


def test_what_a_piece_says_and_what_it_trips_over_is_told(pool: Pool) -> None:
    with pytest.raises(BadInput, match="is too much"):
        list(pool.done(toys.refuse, [7, 8]))
    with pytest.raises(EmbedLabError, match="ZeroDivisionError: at 7"):
        list(pool.done(toys.crash, [7]))
    assert list(pool.done(str, [1])) == [1]  # it goes on working


def test_a_work_whose_processes_die_again_and_again_is_given_up(pool: Pool) -> None:
    with pytest.raises(EmbedLabError, match="died 3 times"):
        list(pool.done(toys.die, [1, 2]))
    assert list(pool.done(str, [1])) == [1]


def test_the_terminal_takes_workers(lab: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.txt").write_text("\n".join(" ".join(words) for words in corpus()))
    settings = ["--set", "dim=8", "--set", "epochs=1", "--set", "workers=1", "--set", "min_count=2"]
    line = ["train", "glove", "--corpus", str(tmp_path / "text.txt"), *settings]
    assert main([*line, "--out", str(tmp_path / "many"), "--workers", "2"]) == 0
    assert main([*line, "--out", str(tmp_path / "one")]) == 0
    one, many = (model_folder.read(tmp_path / name).tensors["matrix"] for name in ("one", "many"))
    np.testing.assert_array_equal(one, many)
    out = str(tmp_path / "v.jsonl")
    assert main(["encode", "lsa", "--in", str(tmp_path / "text.txt"), "--out", out, "--workers", "2"]) == 0
    capsys.readouterr()
    assert main(["train", "word2vec", *line[2:], "--out", str(tmp_path / "x"), "--workers", "2"]) == 1
    assert "Leave --workers out" in capsys.readouterr().err
    assert main([*line, "--out", str(tmp_path / "x"), "--workers", "0"]) == 1
    assert "1 worker or more" in capsys.readouterr().err
