"""The word LSTM: it overfits, its layers are what they say, its memory goes further than a window."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embedlab import families
from embedlab.base import END
from embedlab.data import resample
from embedlab.data.corpus import Corpus
from embedlab.models.common.examples import Stream
from embedlab.models.common.layers import Softmax
from embedlab.models.common.recurrent import LstmNetwork
from embedlab.models.lstm import Lstm, LstmConfig

PARAGRAPH = (
    "The harbor lay quiet when the first boats came home. Gulls circled above the masts and waited for scraps. "
    "An old man mended a net by the wall. Nobody hurried, because the tide would not turn before noon. "
    "A girl counted the baskets twice and wrote the number into a small blue book."
)


@pytest.fixture(scope="module")
def model() -> Lstm:
    config = LstmConfig(
        dim=48, layers=2, dropout=0.0, min_count=1, epochs=250, batch_size=1, stretch=12, learning_rate=0.01, patience=0
    )
    return Lstm.train(Corpus.from_texts([PARAGRAPH]), config)


def test_it_learns_a_paragraph_by_heart(model: Lstm) -> None:
    sentences = list(Corpus.from_texts([PARAGRAPH]))
    held = resample.chosen(Corpus.from_sentences(sentences).encode(), model.config.seed)
    assert held.sum() == 1
    read = [word for sentence, out in zip(sentences, held, strict=True) if not out for word in [*sentence, END]]
    assert -model.score(read).mean() < 0.1
    assert -model.score(sentences[held.argmax()]).mean() > 2  # it never saw this one


def test_layers_agree_with_torchs_own_stacked_lstm(model: Lstm) -> None:
    network = model.network
    stacked = torch.nn.LSTM(48, 48, num_layers=2, batch_first=True)
    state = {
        name.replace("_l0", f"_l{i}"): weight
        for i, layer in enumerate(network.lstm)
        for name, weight in layer.state_dict().items()
    }
    stacked.load_state_dict(state)
    words = PARAGRAPH.split()[:9]
    ids = torch.tensor([[model.numbers.boundary, *model.numbers([word.lower() for word in words])]])
    with torch.no_grad():
        embedded = network.embedding(ids)
        expected = stacked(embedded)[0][0, 1:].numpy()
    found = model.encode([words])[0]
    assert model.layers == ["embedding", "lstm1", "lstm2"]
    assert found.shape == (3, len(words), 48)
    np.testing.assert_allclose(found[0], embedded[0, 1:].numpy(), atol=1e-6)
    np.testing.assert_allclose(found[2], expected, atol=1e-5)


def test_a_capital_is_read_as_the_small_letter_that_is_known(model: Lstm) -> None:
    assert "the" in model.words
    assert "The" not in model.words
    capital, small, unknown = (model.encode([[word, "king"]])[0] for word in ("The", "the", "Zebra"))
    np.testing.assert_array_equal(capital, small)
    assert np.abs(unknown[0, 0] - small[0, 0]).max() > 0.01


def test_sentences_of_all_lengths_are_encoded_as_if_alone_and_in_order(model: Lstm) -> None:
    words = PARAGRAPH.lower().split()
    lists = [words[:7], [], words[3:4], words[:40], ["unheard", "of"]] * 9
    together = model.encode(lists)
    assert [one.shape for one in together] == [(3, len(words), 48) for words in lists]
    for one, words in zip(together[:5], lists[:5], strict=True):
        np.testing.assert_allclose(one, model.encode([words])[0], atol=1e-5)


def test_the_same_word_gets_another_vector_in_another_sentence(model: Lstm) -> None:
    one, two = model.encode([["the", "first", "net"], ["a", "blue", "net"]])
    np.testing.assert_array_equal(one[0, 2], two[0, 2])
    assert not np.allclose(one[1, 2], two[1, 2], atol=1e-3)


def test_tied_weights_are_stored_once(model: Lstm) -> None:
    assert "softmax.weight" not in model.tensors()
    assert model.network.softmax.weight is model.network.embedding.weight


def test_lanes_side_by_side_read_the_whole_text_once() -> None:
    stream = Stream(np.arange(101, dtype=np.int32), lanes=4, length=5)
    assert (stream.lanes, len(stream)) == (4, 20)
    batches = [stream.__getitems__(range(i, i + 4)) for i in range(0, 20, 4)]
    inputs = torch.stack([x for x, _ in batches])  # (stretch, lane, T)
    targets = torch.stack([y for _, y in batches])
    assert inputs.permute(1, 0, 2).reshape(-1).tolist() == list(range(100))
    assert torch.equal(targets, inputs + 1)


@pytest.mark.parametrize("size", [2, 3, 10, 37])
def test_a_short_text_still_gives_a_batch(size: int) -> None:
    stream = Stream(np.arange(size, dtype=np.int32), lanes=64, length=35)
    x, y = stream.__getitems__(range(stream.lanes))
    assert x.shape == (stream.lanes, stream.tokens)
    assert torch.equal(y, x + 1)


def test_a_sampled_softmax_has_nearly_the_gradient_of_the_whole_one() -> None:
    torch.manual_seed(0)
    counts = np.arange(40, 0, -1).astype(np.int64)
    whole, sampled = Softmax(6, 40), Softmax(6, 40, samples=30, counts=counts)
    with torch.no_grad():
        whole.weight.copy_(torch.randn(40, 6) / 2)
        sampled.weight.copy_(whole.weight)
    hidden, targets = torch.randn(64, 6), torch.multinomial(torch.from_numpy(counts).float(), 64, replacement=True)
    whole(hidden, targets).backward()
    for _ in range(600):
        (sampled(hidden, targets) / 600).backward()
    a, b = whole.weight.grad.flatten(), sampled.weight.grad.flatten()
    assert torch.cosine_similarity(a, b, dim=0) > 0.99
    assert abs(float(b.norm() / a.norm()) - 1) < 0.1


def test_a_sampled_softmax_is_measured_whole() -> None:
    layer = Softmax(4, 9, samples=3).eval()
    hidden, targets = torch.randn(5, 4), torch.tensor([0, 3, 8, 8, 1])
    expected = torch.nn.functional.cross_entropy(hidden @ layer.weight.T + layer.bias, targets)
    assert layer(hidden, targets).item() == pytest.approx(expected.item())


def test_the_state_is_carried_from_stretch_to_stretch() -> None:
    torch.manual_seed(1)
    network = LstmNetwork(11, 5, 5, 2).eval()
    ids = torch.randint(0, 11, (3, 8))
    whole, _ = network(ids)
    first, state = network(ids[:, :5])
    second, _ = network(ids[:, 5:], state)
    for layer in range(3):
        torch.testing.assert_close(torch.cat([first[layer], second[layer]], dim=1), whole[layer])


def test_a_starter_of_this_kind_says_its_capabilities() -> None:
    family = next(family for family in families.families() if family.key == "lstm")
    assert set(family.capabilities) == {"language_model", "contextual"}
