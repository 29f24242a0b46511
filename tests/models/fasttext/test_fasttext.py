"""fastText: composing as gensim and Facebook do, parts that add up, and unknown words."""

from __future__ import annotations

import random
from pathlib import Path

import gensim.models
import numpy as np
import pytest
from gensim.models.fasttext import ft_ngram_hashes
from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes

from embedlab.base import BadModel, BadSetting, StaticModel, UnknownWord
from embedlab.data.corpus import Corpus
from embedlab.models.fasttext import ngrams
from embedlab.models.fasttext.model import FastText, FastTextConfig
from embedlab.models.fasttext.ngrams import NgramTable, buckets_of, pieces

DRAW = random.Random(4)
STEMS = [["walk", "jump", "climb", "swim"], ["court", "judge", "law", "trial"]]
ENDINGS = ["", "s", "ed", "ing", "er"]
SENTENCES = [
    [DRAW.choice(topic) + DRAW.choice(ENDINGS) for _ in range(DRAW.randint(3, 9))]
    for topic in DRAW.choices(STEMS, k=3000)
]
CONFIG = FastTextConfig(dim=10, min_count=1, epochs=3, workers=1, sample=0.0, min_n=3, max_n=5, buckets=700)


@pytest.fixture(scope="module")
def model() -> FastText:
    return FastText.train(Corpus.from_sentences(SENTENCES), CONFIG)


@pytest.fixture(scope="module")
def gensims(model: FastText) -> gensim.models.fasttext.FastTextKeyedVectors:
    """gensim's own object, given our vectors."""
    made = gensim.models.fasttext.FastTextKeyedVectors(10, 3, 5, 700)
    made.index_to_key, made.key_to_index = model.words, dict(model.positions)
    made.vectors_vocab, made.vectors_ngrams = model.own, model.ngram_matrix
    made.recalc_char_ngram_buckets()
    made.adjust_vectors()
    return made


def test_known_and_unknown_words_are_composed_as_by_gensim(
    model: FastText, gensims: gensim.models.fasttext.FastTextKeyedVectors
) -> None:
    np.testing.assert_allclose(model.matrix, gensims.vectors, rtol=1e-5, atol=1e-6)
    for word in ("walkings", "unjudged", "größe", "北京市", "x"):
        assert word not in model
        np.testing.assert_allclose(model.vector(word), gensims.get_vector(word), rtol=1e-5, atol=1e-6)


def test_the_ngrams_are_those_of_the_paper(model: FastText) -> None:
    """Bojanowski et al., section 3.2: 'where' with n = 3 is <wh, whe, her, ere, re>."""
    table = FastText(
        ["a", "b"], np.ones((2, 3)), config=FastTextConfig(min_n=3, max_n=3, buckets=9), ngrams=np.ones((9, 3))
    )
    assert table.ngrams("where") == ["<wh", "whe", "her", "ere", "re>"]
    assert model.ngrams("ab") == ["<ab", "<ab>", "ab>"]
    assert model.ngrams("für")[:3] == ["<fü", "<für", "<für>"]


@pytest.mark.parametrize("word", ["walked", "law", "walkingly", "é" * 9])
def test_the_parts_of_a_word_add_up_to_its_vector(model: FastText, word: str) -> None:
    labels, rows = model.parts(word)
    assert labels == ([word] if word in model else []) + model.ngrams(word)
    assert rows.shape == (len(labels), 10)
    np.testing.assert_allclose(rows.sum(axis=0), model.vector(word), rtol=1e-5, atol=1e-6)


def test_an_unknown_form_lies_with_its_stem(model: FastText) -> None:
    def similarity(a: str, b: str) -> float:
        x, y = model.vector(a), model.vector(b)
        return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))

    assert "swimmers" not in model
    assert similarity("swimmers", "swims") > similarity("swimmers", "courts") + 0.3


def test_words_without_ngrams_are_unknown(model: FastText) -> None:
    for word in ("", "\ud800x"):
        with pytest.raises(UnknownWord):
            model.vector(word)
        with pytest.raises(UnknownWord):
            model.parts(word)
    without = FastText(["a", "b"], np.ones((2, 3)))
    assert without.ngrams("abc") == []
    assert without.vector("a").tolist() == [1, 1, 1]
    with pytest.raises(UnknownWord, match="'abc'"):
        without.vector("abc")


def test_training_without_ngrams_works_and_saves(tmp_path: Path) -> None:
    plain = FastText.train(
        Corpus.from_sentences(SENTENCES), FastTextConfig(dim=8, min_count=1, epochs=2, workers=1, min_n=0, max_n=0)
    )
    assert plain.ngram_matrix.shape == (0, 8)
    np.testing.assert_array_equal(plain.matrix, plain.own)
    plain.save(tmp_path / "m")
    np.testing.assert_array_equal(FastText.load(tmp_path / "m").matrix, plain.matrix)


@pytest.mark.parametrize("settings", [{"algorithm": "cbow"}, {"hs": True}])
def test_the_other_algorithms_learn_too(settings: dict[str, object]) -> None:
    losses: list[float | None] = []
    looks: list[StaticModel] = []
    config = FastTextConfig.from_dict(CONFIG.to_dict() | settings)
    trained = FastText.train(
        Corpus.from_sentences(SENTENCES),
        config,
        lambda p: (losses.append(p.loss), looks.append(p.peek())) if p.peek else None,  # type: ignore[func-returns-value]
    )
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 3
    assert trained.card.title == ("fastText CBOW" if "algorithm" in settings else "fastText skip-gram")
    assert looks[0].vector("swimmers").shape == (10,)


def test_a_saved_model_still_composes(model: FastText, tmp_path: Path) -> None:
    model.save(tmp_path / "m", half=True)
    back = FastText.load(tmp_path / "m")
    np.testing.assert_allclose(back.vector("walkingly"), model.vector("walkingly"), rtol=2e-2, atol=2e-3)
    assert (tmp_path / "m" / "model.safetensors").stat().st_size < 2 * 10 * (len(model) + 700) + 1000


def test_the_table_counts_a_bucket_as_often_as_its_ngrams_occur() -> None:
    words = ["banana", "an", "b"]
    table = NgramTable(words, 2, 3, 5)
    for row, word in zip(table.members.toarray(), words, strict=True):
        assert row.tolist() == np.bincount(ft_ngram_hashes(word, 2, 3, 5), minlength=5).tolist()
    assert table.sizes.tolist() == [1 + len(buckets_of(word, 2, 3, 5)) for word in words]


@pytest.mark.parametrize(("min_n", "max_n"), [(3, 6), (1, 3), (0, 2), (1, 1), (5, 50)])
def test_ngrams_and_buckets_are_gensims_in_every_script(
    min_n: int, max_n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ngrams, "CHUNK", 3)
    words = ["", "a", "é", "naïve", "日本語", "x😀y", "ab" * 30, "walking"]
    table = NgramTable(words, min_n, max_n, 77)
    for row, word in zip(table.members.toarray(), words, strict=True):
        expected = list(compute_ngrams_bytes(word, min_n, max_n))
        assert pieces(word, min_n, max_n) == expected
        hashes = [ft_hash_bytes(piece) % 77 for piece in expected]
        assert buckets_of(word, min_n, max_n, 77).tolist() == hashes
        assert row.tolist() == np.bincount(np.array(hashes, int), minlength=77).tolist()


def test_shapes_and_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadSetting, match="max_n"):
        FastTextConfig(min_n=4, max_n=3)
    with pytest.raises(BadModel, match="belong"):
        FastText(["a", "b"], np.ones((2, 3)), config=CONFIG, ngrams=np.ones((5, 3)))
    with pytest.raises(BadModel, match="finite"):
        FastText(["a", "b"], np.ones((2, 3)), ngrams=np.full((5, 3), np.nan))
