"""A hidden word guessed from every layer: the head on each layer's state, as transformers computes both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import (
    AlbertForMaskedLM,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForMaskedLM,
    BertForPreTraining,
    BertModel,
    DebertaV2ForMaskedLM,
    DistilBertForMaskedLM,
    ElectraForMaskedLM,
    MegatronBertForMaskedLM,
    ModernBertForMaskedLM,
)

from embedlab.base import BadInput, MaskedModel
from embedlab.models.bert.model import Bert
from tests.models.bert.bert_folders import bert_folder, roberta_folder

SENTENCE = ["the", "cat", "running", "on", "the", "mat"]
DISTIL = {"dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 32}
FAMILIES: list[tuple[Any, dict[str, Any]]] = [
    (BertForPreTraining, {}),
    (BertForMaskedLM, {"output_hidden_states": True}),
    (DistilBertForMaskedLM, DISTIL),
    (ElectraForMaskedLM, {"embedding_size": 8}),
    (AlbertForMaskedLM, {"embedding_size": 8}),
    (DebertaV2ForMaskedLM, {}),
    (MegatronBertForMaskedLM, {}),
    (ModernBertForMaskedLM, {"pad_token_id": 0}),
]


def test_each_layer_is_read_by_the_head_as_transformers_reads_it(tmp_path: Path) -> None:
    folder = bert_folder(tmp_path / "bert", BertForPreTraining)
    model = Bert.from_published(folder)
    found = model.fill_by_layer(SENTENCE, 2)
    network: Any = AutoModelForMaskedLM.from_pretrained(folder).eval()
    batch = AutoTokenizer.from_pretrained(folder)("the cat [MASK] on the mat", return_tensors="pt")
    with torch.no_grad():
        states = torch.stack(network.bert(**batch, output_hidden_states=True).hidden_states)[:, 0, 3]  # (L, D)
        expected = torch.softmax(network.cls(states), -1).numpy()
    assert found.shape == (len(model.layers), len(model.vocabulary))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert np.abs(found[0] - found[-1]).max() > 0.01


@pytest.mark.parametrize(("network", "changes"), FAMILIES)
def test_the_top_layer_is_what_the_model_says(tmp_path: Path, network: Any, changes: dict[str, Any]) -> None:
    model = Bert.from_published(bert_folder(tmp_path / "m", network, **changes))
    assert isinstance(model, MaskedModel)
    found = model.fill_by_layer(SENTENCE, 2)
    np.testing.assert_array_equal(found[-1], model.fill(SENTENCE, 2))
    assert found.shape == (4, len(model.vocabulary))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_a_network_that_normalizes_after_its_last_block_does_so_for_each_layer(tmp_path: Path) -> None:
    folder = bert_folder(tmp_path / "m", MegatronBertForMaskedLM)
    network: Any = MegatronBertForMaskedLM.from_pretrained(folder).eval()
    batch = AutoTokenizer.from_pretrained(folder)("the cat [MASK] on the mat", return_tensors="pt")
    with torch.no_grad():
        states = network.bert(**batch, output_hidden_states=True).hidden_states
        expected = torch.softmax(network.cls(network.bert.encoder.ln(states[1][0, 3])), -1).numpy()
    np.testing.assert_allclose(Bert.from_published(folder).fill_by_layer(SENTENCE, 2)[1], expected, atol=1e-6)


def test_a_byte_level_model_and_a_sentence_longer_than_the_network_reads(tmp_path: Path) -> None:
    model = Bert.from_published(roberta_folder(tmp_path / "roberta"))
    words = ["the", "cat"] * 30
    assert model.mask == "<mask>"
    np.testing.assert_array_equal(model.fill_by_layer(words, 40)[-1], model.fill(words, 40))


def test_without_a_head_and_without_such_a_word_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="without a head for hidden words"):
        Bert.from_published(bert_folder(tmp_path / "a", BertModel)).fill_by_layer(SENTENCE, 1)
    with pytest.raises(BadInput, match="no position 6"):
        Bert.from_published(bert_folder(tmp_path / "b", BertForMaskedLM)).fill_by_layer(SENTENCE, 6)
