"""The shipped models: they load, fit their size limits, say where they come from, and measure what assets/help says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embedlab import registry
from embedlab.analysis.evaluation import google_analogies, queen_rank, word_similarity
from embedlab.analysis.neighbors import nearest
from embedlab.analysis.perplexity import compare
from embedlab.analysis.polysemy import sense_separation
from embedlab.analysis.probing import layer_mix
from embedlab.analysis.probing.sources import layer_name
from embedlab.base import ContextualModel, LanguageModel, StaticModel, paths
from embedlab.data.datasets import load_senses
from embedlab.data.tokenizer import Tokenizer
from embedlab.jobs.kinds import layer_weights, probes
from embedlab.store import maps
from embedlab.store import results as store_results
from embedlab.ui.views.next_word.perplexity import HELD_OUT

MEGABYTE = 1_000_000
LIMITS = {"word2vec": 10, "cbow": 10, "glove": 10, "fasttext": 16, "lsa": 10, "one_hot": 1}
LEARNED = ("word2vec", "cbow", "glove", "fasttext", "lsa")


def starter(key: str) -> StaticModel:
    model = registry.model_class(key).load(paths.assets() / "starters" / key)
    assert isinstance(model, StaticModel)
    return model


@pytest.mark.parametrize("key", LIMITS)
def test_a_starter_is_small_and_says_where_it_comes_from(key: str) -> None:
    folder = registry.model_folder("starter", key)
    assert max(file.stat().st_size for file in folder.iterdir()) < LIMITS[key] * MEGABYTE
    card = starter(key).card
    assert card.source == "starter"
    assert card.tokens > 70_000_000
    for name in ("Wikipedia", "OpenStax", "WordNet"):
        assert name in card.text
    assert "CC BY-SA 3.0" in card.licence
    assert "OpenStax, Rice University" in card.attribution


@pytest.mark.parametrize("key", LEARNED)
def test_a_starter_knows_forty_thousand_words_and_sensible_neighbors(key: str) -> None:
    model = starter(key)
    assert model.matrix.shape == (40_000, 100)
    assert set(nearest(model, "france", 20).words) & {"italy", "germany", "belgium", "spain", "french", "paris"}
    assert set(nearest(model, "january", 10).words) & {"february", "march", "november", "december"}


@pytest.mark.parametrize(
    ("key", "total", "syntactic", "wordsim"),
    [
        ("word2vec", 0.50, 0.55, 0.66),
        ("cbow", 0.35, 0.5, 0.6),
        ("glove", 0.35, 0.4, 0.55),
        ("fasttext", 0.5, 0.60, 0.55),
    ],
)
def test_a_starter_measures_at_least(key: str, total: float, syntactic: float, wordsim: float) -> None:
    model = starter(key)
    google = google_analogies(model, restrict=30_000)
    assert google.total >= total
    assert google.syntactic >= syntactic
    assert word_similarity(model, "wordsim353").spearman >= wordsim
    assert queen_rank(model).rank <= 5


@pytest.mark.parametrize("key", LEARNED)
def test_a_starter_opens_with_a_stored_map(key: str) -> None:
    folder = registry.model_folder("starter", key)
    found = maps.shipped(folder, starter(key).words[:3000], maps.SHIPPED)
    assert found is not None
    assert found.points.shape == (3000, 2)
    assert found.trustworthiness > 0.85


@pytest.mark.parametrize(("key", "dim"), [("nnlm", 80), ("cw", 50)])
def test_a_starter_of_the_first_networks_is_small_and_knows_countries_and_months(key: str, dim: int) -> None:
    folder, model = registry.model_folder("starter", key), starter(key)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 12 * MEGABYTE
    assert model.matrix.shape == (20_000, dim)
    assert model.card.source == "starter"
    assert "CC BY-SA 3.0" in model.card.licence
    assert "OpenStax, Rice University" in model.card.attribution
    assert len(set(nearest(model, "france", 10).words) & {"germany", "england", "italy", "spain", "russia"}) >= 2
    assert len(set(nearest(model, "january", 10).words) & {"february", "march", "november", "december"}) >= 3
    found = maps.shipped(folder, model.words[:3000], maps.SHIPPED)
    assert found is not None
    assert found.trustworthiness > 0.85


TEXT = (
    "the old town lies at the mouth of the river",
    "he walked into the room and closed the door behind him",
    "the war began in the spring of that year",
    "most of the cells in the body have the same genes",
    "she told her brother that she would not come",
)
"""Written for this test, so that no model has read it."""


@pytest.mark.parametrize("key", ["ngram", "nnlm", "lstm"])
def test_a_starter_that_predicts_prefers_english_to_the_same_words_shuffled(key: str) -> None:
    folder = registry.model_folder("starter", key)
    assert sum(file.stat().st_size for file in folder.iterdir()) < 12 * MEGABYTE
    model = registry.load_model(folder)
    assert isinstance(model, LanguageModel)
    assert len(model.words) == 20_000
    assert model.card.source == "starter"
    assert "OpenStax, Rice University" in model.card.attribution
    assert model.next(["the"]).sum() == pytest.approx(1.0, abs=1e-4)
    scores = [model.score(sentence.split()) for sentence in TEXT]
    assert math.exp(-np.concatenate(scores).mean()) < 200  # a uniform guess has 20,002
    rng = np.random.default_rng(1)
    shuffled = [model.score(rng.permutation(sentence.split()).tolist()).sum() for sentence in TEXT]
    assert all(whole.sum() > mixed + 5 for whole, mixed in zip(scores, shuffled, strict=True))


def test_the_language_starters_are_compared_over_words_alone() -> None:
    """On the text with which the page opens ELMo, which reads full stops as well, is before the 3-gram."""
    sentences = [sentence.strip() for sentence in Tokenizer().split(HELD_OUT)]
    keys = ("lstm", "elmo", "ngram", "nnlm")
    found = compare({key: registry.load_model(key) for key in keys}, sentences)  # type: ignore[misc]
    assert found.shared == 155
    assert [row.shared_perplexity for row in found.rows] == pytest.approx([121.9, 131.6, 144.5, 152.2], abs=0.1)


def test_one_hot_knows_no_similarity() -> None:
    model = starter("one_hot")
    assert (model.unit_matrix[:50] @ model.unit_matrix[:50].T).sum() == 50


@pytest.mark.parametrize(("key", "layers"), [("elmo", 3), ("flair", 1), ("bert", 5)])
def test_a_contextual_starter_is_small_says_where_it_comes_from_and_reads_any_word(key: str, layers: int) -> None:
    folder = registry.model_folder("starter", key)
    assert max(file.stat().st_size for file in folder.iterdir()) < 16 * MEGABYTE
    model = registry.load_model(key)
    assert isinstance(model, ContextualModel)
    assert (len(model.layers), model.card.source) == (layers, "starter")
    for said in (model.card.text, model.card.attribution):
        assert "OpenStax" in said
    assert "CC BY-SA 3.0" in model.card.licence
    assert model.card.tokens > 1_000_000 and model.card.seconds > 60 and (model.card.loss or 0) > 0
    bank, river = model.encode([["the", "bank"], ["the", "xqzzy", "river"]])
    assert bank.shape == (layers, 2, model.dim) and river.shape == (layers, 3, model.dim)
    assert np.isfinite(river).all()


def test_the_contextual_starters_are_small_together() -> None:
    folders = [registry.model_folder("starter", key) for key in ("elmo", "flair", "bert")]
    assert sum(file.stat().st_size for folder in folders for file in folder.iterdir()) < 45 * MEGABYTE


@pytest.mark.parametrize("key", ["bert", "elmo", "flair", "lstm"])
def test_a_contextual_starter_tells_the_senses_of_bank_apart(key: str) -> None:
    senses = [one for one in load_senses() if one.word == "bank"]
    found = sense_separation(registry.load_model(key), senses)  # type: ignore[arg-type]
    best = int(np.argmax(found.auc))
    assert found.words[0].low[best] > 0.5


def test_flair_tells_senses_apart_over_all_words() -> None:
    found = sense_separation(registry.load_model("flair"), load_senses(), resamples=200)  # type: ignore[arg-type]
    assert found.low[0] > 0.5


@pytest.mark.parametrize("key", ["lstm", "elmo", "bert"])
def test_elmo_layers_and_layer_probes_show_one_mix(key: str) -> None:
    """Equation 1 has one answer: the shipped weights, gamma and F1 for names are the same on both pages."""
    (spec,) = (one for one in registry.list_models() if one.key == key)
    probed = store_results.PROBES.get(probes.ProbeJob.of((key,)).key)
    fits = layer_weights.read([spec], layer_weights.CACHE.shipped)[0].tasks[0][1]
    learned = next(fit for fit in fits if fit.kind == "learned" and fit.l2 == layer_mix.LAMBDA)
    assert probed is not None
    row = probed.probe.row("mix of all")
    np.testing.assert_allclose(learned.weights, [row.weights] * len(learned.seeds), atol=0.01)
    np.testing.assert_allclose(learned.gamma, row.gamma, atol=0.01)
    np.testing.assert_allclose(learned.f1, row.f1, atol=0.005)
    for alone in (fit for fit in fits if fit.kind == "layer"):
        assert alone.mean == pytest.approx(probed.probe.row(layer_name(alone.name)).f1, abs=0.005)
