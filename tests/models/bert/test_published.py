"""Published encoders: equal to transformers' own hidden states, from folders, zips and a hub; and what is refused."""

from __future__ import annotations

import http.server
import json
import pickle
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoTokenizer,
    BertForMaskedLM,
    BertForPreTraining,
    BertModel,
)
from transformers.convert_slow_tokenizer import SLOW_TO_FAST_CONVERTERS, import_protobuf

from embedlab import registry
from embedlab.base import BadInput, BadModel, BadSetting, EmbedLabError, Unreachable
from embedlab.models.bert import network as bert_network
from embedlab.models.bert import sentencepiece_file
from embedlab.models.bert.model import Bert
from tests.models.bert.bert_folders import (
    FIRST,
    PIECES,
    SMALL,
    bert_folder,
    family_folder,
    roberta_folder,
    sentencepiece_folder,
)
from tests.models.bert.hub import Hub, running

SENTENCES = [["the", "cat", "sat", "running", "don't"], ["A", "Bank"], ["unbelievable", "money", "in", "the", "river"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert_folder(tmp_path_factory.mktemp("hf") / "bert", BertForPreTraining)


@pytest.fixture(scope="module")
def model(folder: Path) -> Bert:
    return Bert.from_published(folder)


def expected(folder: Path, words: list[str], pooling: str) -> np.ndarray:
    """(L, T, D) by transformers alone."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(words, is_split_into_words=True, return_tensors="pt", return_token_type_ids=False)
    return averaged(folder, batch, batch.word_ids(), pooling)


def averaged(folder: Path, batch: Any, ids: list[int | None], pooling: str = "mean") -> np.ndarray:
    network = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        states = torch.stack(network(**batch, output_hidden_states=True).hidden_states)[:, 0].numpy()  # (L, n, D)
    rows = [
        [i for i, word in enumerate(ids) if word == place] for place in range(max(w for w in ids if w is not None) + 1)
    ]
    return np.stack([states[:, row[:1] if pooling == "first" else row].mean(axis=1) for row in rows], axis=1)


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_vectors_equal_those_of_transformers(folder: Path, pooling: str) -> None:
    model = Bert.from_published(folder, pooling)
    assert (model.layers, model.dim, model.pooling) == (["embeddings", "1", "2", "3"], 16, pooling)
    for words, found in zip(SENTENCES, model.encode(SENTENCES), strict=True):
        np.testing.assert_allclose(found, expected(folder, words, pooling), atol=1e-5)


def test_a_byte_level_model_puts_a_space_before_every_word(tmp_path: Path) -> None:
    folder = roberta_folder(tmp_path / "roberta")
    model = Bert.from_published(folder)
    words = ["the", "cat", "naïve"]
    assert model.pieces(words).pieces[:3] == ("<s>", "Ġthe", "Ġcat")
    assert model.limit == 22
    text = AutoTokenizer.from_pretrained(folder)(" the cat naïve", return_tensors="pt", truncation=False, padding=False)
    ids = [None, 0, 1, *[2] * (text["input_ids"].shape[1] - 4), None]
    np.testing.assert_allclose(model.encode([words])[0], averaged(folder, text, ids), atol=1e-5)
    assert model.encode([["the"] * 50])[0].shape == (4, 50, 16)
    assert model.fill(words, 1).sum() == pytest.approx(1.0, abs=1e-5)
    model.save(tmp_path / "own")
    np.testing.assert_array_equal(Bert.load(tmp_path / "own").encode([words])[0], model.encode([words])[0])


@pytest.mark.parametrize(
    ("network", "masked", "pairs"),
    [(BertForPreTraining, True, True), (BertForMaskedLM, True, False), (BertModel, False, False)],
)
def test_a_model_says_which_heads_it_has(tmp_path: Path, network: type[Any], masked: bool, pairs: bool) -> None:
    model = Bert.from_published(bert_folder(tmp_path / "m", network))
    assert (model.has_masked_head, model.has_next_sentence_head) == (masked, pairs)
    words = ["the", "cat", "sat"]
    if masked:
        assert model.fill(words, 1).shape == (len(PIECES),)
    else:
        for ask in (lambda: model.fill(words, 1), lambda: model.score(words), lambda: model.next(words)):
            with pytest.raises(BadInput, match="published without a head for hidden words"):
                ask()
    if not pairs:
        with pytest.raises(BadInput, match="was not taught whether sentences follow"):
            model.next_sentence(words, words)


@pytest.mark.parametrize("family", bert_network.FAMILIES)
def test_every_family_is_read_as_transformers_reads_it(tmp_path: Path, family: str) -> None:
    folder = family_folder(tmp_path / "m", family)
    model = Bert.from_published(folder)
    found = model.encode(SENTENCES)  # of several lengths, at once; transformers reads each alone
    for words, one in zip(SENTENCES, found, strict=True):
        np.testing.assert_allclose(one, expected(folder, words, "mean"), atol=2e-5, rtol=1e-5)
    for layers in (["embeddings"], ["1"], ["2", "embeddings"], ["3", "1"]):  # low ones alone, too
        for one, few in zip(found, model.encode(SENTENCES, layers), strict=True):
            np.testing.assert_array_equal(few, one[model.layer_numbers(layers)])
    sentence = ["the", "cat", "sat", "on"]
    gap = AutoTokenizer.from_pretrained(folder)("the cat [MASK] on", return_tensors="pt", return_token_type_ids=False)
    with torch.no_grad():
        guessed = torch.softmax(AutoModelForMaskedLM.from_pretrained(folder).eval()(**gap).logits[0, 3], -1).numpy()
    np.testing.assert_allclose(model.fill(sentence, 2), guessed, atol=1e-5)
    np.testing.assert_allclose(model.fill_by_layer(sentence, 2)[-1], guessed, atol=1e-5)
    model.save(tmp_path / "own")
    np.testing.assert_array_equal(Bert.load(tmp_path / "own").encode(SENTENCES)[0], found[0])


@pytest.mark.parametrize("family", bert_network.FAMILIES)
def test_a_head_is_found_in_the_weights_whatever_config_says(tmp_path: Path, family: str) -> None:
    folder = family_folder(tmp_path / "m", family)
    whole = Bert.from_published(folder)
    for named in (None, ["SomeModel"]):
        changed(folder, architectures=named)
        model = Bert.from_published(folder)
        assert model.has_masked_head
        np.testing.assert_array_equal(model.fill(["the", "cat", "sat"], 1), whole.fill(["the", "cat", "sat"], 1))
    inside = f"{whole.network.base_model_prefix}."
    weights = load_file(folder / "model.safetensors")
    outside = [name for name, weight in weights.items() if not name.startswith(inside) and weight.ndim > 1]
    save_file({name: weight for name, weight in weights.items() if name != outside[0]}, folder / "model.safetensors")
    changed(folder, architectures=[type(whole.network).__name__])
    part = Bert.from_published(folder)
    assert not part.has_masked_head
    np.testing.assert_array_equal(part.encode(SENTENCES)[0], whole.encode(SENTENCES)[0])


def test_a_bert_of_which_config_says_no_class_keeps_both_heads(folder: Path, model: Bert, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    changed(copy, architectures=None)
    found = Bert.from_published(copy)
    assert found.has_masked_head and found.has_next_sentence_head
    pair = ["the", "cat"], ["a", "dog"]
    assert found.next_sentence(*pair) == model.next_sentence(*pair)


@pytest.mark.parametrize("family", sorted(FIRST))
def test_a_tokenizer_that_is_only_a_sentencepiece_file_is_read_as_transformers_reads_it(
    tmp_path: Path, family: str
) -> None:
    folder = sentencepiece_folder(tmp_path / "m", family)
    name = sentencepiece_file.CLASSES[family]
    proto = import_protobuf().ModelProto.FromString((folder / FIRST[family][0]).read_bytes())
    pieces = [(one.piece, one.score) for one in proto.pieces]
    made: Any = getattr(transformers, name)
    tokenizer = made(vocab=SLOW_TO_FAST_CONVERTERS[name].convert_from_spm(vocab=pieces)["vocab"])
    words = ["The", "cat", "café", "unbelievable", "🜚zz", "theC"]
    cut = tokenizer(words, is_split_into_words=True, add_special_tokens=False)
    ids = [tokenizer.cls_token_id, *cut["input_ids"], tokenizer.sep_token_id]
    model = Bert.from_published(folder)
    assert list(model.pieces(words).pieces) == tokenizer.convert_ids_to_tokens(ids)
    wanted = averaged(folder, {"input_ids": torch.tensor([ids])}, [None, *cut.word_ids(), None])
    np.testing.assert_allclose(model.encode([words])[0], wanted, atol=2e-5)
    mapped = model.pieces(["①ﬁ"]).pieces == model.pieces(["1fi"]).pieces  # by the table in the file
    assert mapped == (family != "deberta-v2")
    model.save(tmp_path / "own")
    np.testing.assert_array_equal(Bert.load(tmp_path / "own").encode([words])[0], model.encode([words])[0])


def test_a_sentencepiece_file_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="no Unigram model"):
        Bert.from_published(sentencepiece_folder(tmp_path / "bpe", "albert", kind=2))
    folder = sentencepiece_folder(tmp_path / "m", "albert")
    whole = (folder / "spiece.model").read_bytes()
    (folder / "spiece.model").write_bytes(whole[:-40])
    with pytest.raises(BadModel, match="is no sentencepiece model"):
        Bert.from_published(folder)
    (folder / "spiece.model").write_bytes(whole)
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "T5Tokenizer"}')
    with pytest.raises(BadModel, match="not read for 'T5Tokenizer'"):
        Bert.from_published(folder)


def test_blocks_above_the_wanted_layers_are_not_computed(folder: Path) -> None:
    model, read = Bert.from_published(folder), []
    for number, block in enumerate(model.network.base_model.encoder.layer, 1):
        block.register_forward_hook(lambda *_, number=number: read.append(number))
    for layers, blocks in ((["embeddings"], []), (["2", "1"], [1, 2]), (None, [1, 2, 3])):
        read.clear()
        model.encode(SENTENCES[:1], layers)
        assert read == blocks


def test_weights_with_the_old_names_and_a_vocabulary_alone_are_read(folder: Path, model: Bert, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(folder / "config.json", old)
    (old / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    network = BertForPreTraining.from_pretrained(folder)
    weights = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): weight
        for name, weight in network.state_dict().items()
    }
    torch.save(weights, old / "pytorch_model.bin")
    again = Bert.from_published(old)
    assert again.has_next_sentence_head
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], model.encode(SENTENCES)[0])


def test_a_gap_is_filled_as_transformers_fills_it(folder: Path, model: Bert) -> None:
    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder).eval()
    batch = tokenizer("the cat [MASK] on the mat", return_tensors="pt")
    with torch.no_grad():
        scores = network(**batch).logits[0, 3]
    found = model.fill(["the", "cat", "running", "on", "the", "mat"], 2)
    np.testing.assert_allclose(found, torch.softmax(scores, -1).numpy(), atol=1e-6)
    at_the_end = tokenizer("the cat [MASK]", return_tensors="pt")
    with torch.no_grad():
        scores = network(**at_the_end).logits[0, 3]
    np.testing.assert_allclose(model.next(["the", "cat"]), torch.softmax(scores, -1).numpy(), atol=1e-6)


def test_attention_and_next_sentence_equal_transformers(folder: Path, model: Bert) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = BertForPreTraining.from_pretrained(folder, attn_implementation="eager").eval()
    words = ["the", "cat", "running"]
    with torch.no_grad():
        batch = tokenizer(words, is_split_into_words=True, return_tensors="pt")
        weights = torch.cat(network(**batch, output_attentions=True).attentions).numpy()
        pair = tokenizer("the cat", "a dog sat", return_tensors="pt")
        follows = torch.softmax(network(**pair).seq_relationship_logits[0], -1)[0].item()
    found = model.attention(words)
    assert model.pieces(words).pieces == ("[CLS]", "the", "cat", "run", "##ning", "[SEP]")
    assert model.pieces(words).words == (None, 0, 1, 2, 2, None)
    assert found.shape == (3, 2, 6, 6)
    np.testing.assert_allclose(found, weights, atol=1e-6)
    assert model.next_sentence(["the", "cat"], ["a", "dog", "sat"]) == pytest.approx(follows, abs=1e-6)
    with pytest.raises(BadInput, match="reads 24 at once"):
        model.attention(["cat"] * 23)


def zipped(folder: Path, path: Path, top: str = "bert/", **more: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{top}{file.name}")
        for name, content in more.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("top", ["", "bert/"])
def test_a_zip_of_a_folder_is_the_folder(folder: Path, model: Bert, tmp_path: Path, top: str) -> None:
    path = zipped(folder, tmp_path / "m.zip", top, **{f"{top}modeling.py": b"raise SystemExit"})
    np.testing.assert_array_equal(Bert.from_published(path).encode(SENTENCES)[1], model.encode(SENTENCES)[1])


@pytest.mark.parametrize(
    ("name", "sentence"), [("../config.json", "leads out"), ("/etc/config.json", "leads out"), ("x", "holds no config")]
)
def test_a_zip_with_other_things_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=sentence):
        Bert.from_published(zipped(tmp_path / "empty", tmp_path / "m.zip", **{name: b"{}"}))


def changed(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text()) | values
    (folder / "config.json").write_text(json.dumps(config))


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).unlink(missing_ok=True)


def cut(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def weights_dropped(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({n: w for n, w in weights.items() if "layer.1.output.dense" not in n}, folder / "model.safetensors")


class Harm:
    def __reduce__(self) -> Any:
        return (print, ("run!",))


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"w": Harm()}))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (no_tokenizer, "holds no tokenizer"),
        (cut, "model.safetensors is damaged or not whole"),
        (lambda f: changed(f, hidden_size=32), "do not fit the network"),
        (lambda f: changed(f, vocab_size=20), "do not fit the network"),
        (weights_dropped, "are missing, among them"),
        (lambda f: changed(f, auto_map={"AutoModel": "modeling.Mine"}), "auto_map"),
        (lambda f: changed(f, model_type="gpt2"), "no encoder of the BERT family"),
        (lambda f: changed(f, is_decoder=True), "decoder"),
        (lambda f: changed(f, num_hidden_layers=10**9), "num_hidden_layers"),
        (lambda f: changed(f, num_hidden_layers="many"), "num_hidden_layers"),
        (lambda f: changed(f, quantization_config={"bits": 4}), "quantized"),
        (lambda f: (f / "config.json").unlink(), "config.json is missing"),
        (lambda f: (f / "config.json").write_text("[" * 100_000), "config.json"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "tokenizer"),
        (lambda f: (f / "model.safetensors").unlink(), "holds no weights"),
        (pickled, "something else than weights"),
    ],
    ids=lambda value: "" if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: Any, sentence: str
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    damage(copy)
    with pytest.raises(EmbedLabError, match=sentence):
        Bert.from_published(copy)
    assert "run!" not in capfd.readouterr().out


def test_what_is_nowhere_is_said_so(tmp_path: Path) -> None:
    for name in ("./nothing/here", str(tmp_path / "x.zip"), "a/b/c", "../x"):
        with pytest.raises(BadInput, match="no name on the hub"):
            Bert.from_published(name)
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(BadInput, match="neither a folder nor a zip"):
        Bert.from_published(tmp_path / "x.zip")


@pytest.fixture
def hub(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[http.server.ThreadingHTTPServer]:
    """A running hub and an empty cache."""
    with running(folder, tmp_path, monkeypatch) as server:
        yield server


def test_a_model_of_a_hub_is_fetched_without_its_code_and_used_offline_afterwards(
    hub: http.server.ThreadingHTTPServer, model: Bert
) -> None:
    events: list[Any] = []
    fetched = Bert.from_published("lab/bert", on_progress=events.append)
    np.testing.assert_array_equal(fetched.encode(SENTENCES)[0], model.encode(SENTENCES)[0])
    assert (fetched.card.title, fetched.card.licence, fetched.card.source) == ("lab/bert", "apache-2.0", "published")
    assert not any("modeling.py" in path for path in Hub.asked)
    assert events[-1].phase == "downloading"
    hub.shutdown()
    hub.server_close()
    again = Bert.from_published("lab/bert")
    np.testing.assert_array_equal(again.encode(SENTENCES)[0], model.encode(SENTENCES)[0])


def test_a_hub_without_the_model_and_no_hub_at_all(hub: http.server.ThreadingHTTPServer) -> None:
    with pytest.raises(Unreachable, match="does not give a model 'lab/nothing'"):
        Bert.from_published("lab/nothing")
    hub.shutdown()
    hub.server_close()
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1.*'lab/other'.*could not be reached"):
        Bert.from_published("lab/other")


def test_a_model_of_a_hub_that_asks_for_code_is_refused_before_its_weights_come(
    hub: http.server.ThreadingHTTPServer,
) -> None:
    changed(Hub.folder, auto_map={"AutoModel": "modeling.Mine"})
    with pytest.raises(BadModel, match="auto_map"):
        Bert.from_published("lab/bert")
    assert not any("safetensors" in path for path in Hub.asked)


@pytest.mark.parametrize("hub", ["http://[", "nonsense", "ftp://x.example", "https://", "http://é\u2488.example"])
def test_a_hub_s_address_that_is_none_is_said_in_a_sentence(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    with pytest.raises((BadSetting, Unreachable), match=r"HF_ENDPOINT|could not be reached"):
        Bert.from_published("lab/bert")


@pytest.mark.parametrize(
    "where", ["https://xn--a/", "https://xn--a/x", "https://[", "https://x.example:99999/", "http://a..b/"]
)
def test_a_hub_that_leads_to_no_address_is_said_in_a_sentence(
    hub: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def moved(self: Hub) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    monkeypatch.setattr(Hub, "do_GET", moved)
    with pytest.raises(Unreachable, match="lab/bert"):
        Bert.from_published("lab/bert")


def test_minilm_is_listed_where_its_package_is_and_its_weights_are_checked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(registry, "find_spec", lambda name: None)
        assert registry.KEY not in [spec.key for spec in registry.list_models()]
    package = tmp_path / "site" / registry.PACKAGE
    shutil.copytree(folder, package / "model")
    (package / "__init__.py").write_text("raise SystemExit('the package must not be run')")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert registry.KEY in [spec.key for spec in registry.list_models()]
    spec = registry.find(registry.KEY)
    assert (spec.title, spec.source, spec.family.key) == ("MiniLM, published", "published", "bert")
    with pytest.raises(BadModel, match="checksum is wrong"):
        registry.load_model(registry.KEY)
    digest = __import__("hashlib").sha256((package / "model" / "model.safetensors").read_bytes()).hexdigest()
    monkeypatch.setattr(registry, "SHA256", digest)
    loaded = registry.load_model(registry.KEY)
    assert loaded.title == "MiniLM, published"


def test_a_folder_in_the_other_layout_is_loaded_by_its_path_and_packed_as_our_own(folder: Path, tmp_path: Path) -> None:
    import io

    from embedlab.store import archive

    assert isinstance(registry.load_model(folder), Bert)
    archive.unpack(io.BytesIO(archive.pack(folder)), tmp_path / "own")
    loaded = registry.load_model(tmp_path / "own")
    assert isinstance(loaded, Bert)
    np.testing.assert_array_equal(loaded.encode(SENTENCES)[0], Bert.from_published(folder).encode(SENTENCES)[0])


def test_the_table_of_sizes_builds() -> None:
    from embedlab.models.bert.config import SHAPES
    from embedlab.models.bert.network import new

    assert len(SHAPES) >= 12 and len({one.name for one in SHAPES}) == len(SHAPES)
    for one in SHAPES:
        with torch.device("meta"):
            network: Any = new(one, one.pieces, 64, 0.1, "pretraining")
        assert (network.config.num_hidden_layers, network.config.hidden_size) == (one.blocks, one.width)
    assert SMALL["hidden_size"] == 16
