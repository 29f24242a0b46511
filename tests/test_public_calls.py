"""The calls that notebooks, pasted code and outside checks use: they are where they were, and give what they gave."""

from __future__ import annotations

from importlib import import_module

import pytest

CALLS = {
    "embedlab": "list_models load_model StaticModel ContextualModel LanguageModel EmbedLabError __version__",
    "embedlab.base": "StaticModel ContextualModel LanguageModel MaskedModel BadInput BadModel Progress Card Settings",
    "embedlab.models.one_hot": "OneHot OneHotConfig",
    "embedlab.models.lsa": "Lsa LsaConfig",
    "embedlab.models.ngram": "Ngram NgramConfig",
    "embedlab.models.nnlm": "Nnlm NnlmConfig",
    "embedlab.models.cw": "Cw CwConfig",
    "embedlab.models.word2vec": "Word2Vec Word2VecConfig",
    "embedlab.models.glove": "Glove GloveConfig",
    "embedlab.models.fasttext": "FastText FastTextConfig",
    "embedlab.models.lstm": "Lstm LstmConfig",
    "embedlab.models.char_lstm": "CharLstm CharLstmConfig",
    "embedlab.models.elmo": "Elmo ElmoConfig",
    "embedlab.models.flair": "Flair FlairConfig",
    "embedlab.models.bert": "Bert BertConfig",
    "embedlab.data.corpus": "Corpus",
    "embedlab.data.datasets": "load_senses load_ner read_conll",
    "embedlab.analysis.neighbors": "nearest",
    "embedlab.analysis.analogies": "solve",
    "embedlab.analysis.projection": "project",
    "embedlab.analysis.polysemy": "compare sense_separation",
    "embedlab.analysis.scalar_mix": "fit",
    "embedlab.analysis.probes": "layer_probe",
    "embedlab.analysis.contextuality": "measure",
    "embedlab.analysis.evaluation": "google_analogies word_similarity",
}


@pytest.mark.parametrize("module", CALLS)
def test_a_public_call_is_there(module: str) -> None:
    missing = [name for name in CALLS[module].split() if not hasattr(import_module(module), name)]
    assert missing == []


@pytest.mark.parametrize(("module", "name"), [("elmo", "Elmo"), ("flair", "Flair"), ("bert", "Bert")])
def test_published_checkpoints_are_loaded_by_the_class(module: str, name: str) -> None:
    assert callable(getattr(import_module(f"embedlab.models.{module}"), name).from_published)
