"""Every defect that fuzzing found, as a small file of its own with the sentence that is said of it now."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow
import pyarrow.parquet
import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject
from safetensors.numpy import load_file, save_file

from embedlab import registry
from embedlab.analysis.clouds import Cloud
from embedlab.base import (
    BadInput,
    BadModel,
    BadSetting,
    Card,
    EmbedLabError,
    LossPart,
    UnknownWord,
    addresses,
    model_folder,
    typed_json,
)
from embedlab.data.benchmarks import read_word_pairs
from embedlab.data.corpus import Corpus
from embedlab.data.tokenizer import TextOptions
from embedlab.jobs.kinds import train as kinds_train
from embedlab.jobs.run import EVENTS, STATE, Run, RunEvent, RunState, add_line
from embedlab.models import vectors as models_vectors
from embedlab.models.bert import network
from embedlab.models.bert.model import Bert
from embedlab.models.common import hub
from embedlab.models.elmo.model import Elmo
from embedlab.models.vectors import WordVectors
from embedlab.store import archive, library
from embedlab.store import vectors as store_vectors
from embedlab.workflows import connection, downloads, measurements, published, train
from tests.conftest import tiny_vectors
from tests.fuzz import hostile, targets

RECIPE = 'name = "a"\nkind = "lsa"\ntitle = "A"\n[[source]]\nfile = "a.txt"\ntext = "a"\nlicence = "MIT"\n'


def nameless(**entries: bytes) -> bytes:
    """A zip whose first entry has an empty name, which Python's zipfile does not survive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo(""), b"x")
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def model(folder: Path, **changes: Any) -> Path:
    """A model folder some of whose files hold other JSON."""
    words, matrix, counts = tiny_vectors()
    stored = model_folder.StoredModel("lsa", {}, {"matrix": matrix.astype(np.float32)}, words, counts, Card(title="T"))
    model_folder.write(folder / "m", stored)
    for name, value in changes.items():
        path = folder / "m" / f"{name}.json"
        values = json.loads(path.read_text()) | value if isinstance(value, dict) else value
        path.write_text(values if isinstance(values, str) else json.dumps(values))
    return folder / "m"


# ---------------------------------------------------------------- texts


def test_an_entry_without_a_name_is_no_file_of_a_zip(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(nameless(**{"a.txt": b"The king sat."}))
    assert list(Corpus.from_file(tmp_path / "a.zip")) == [["the", "king", "sat"]]
    with pytest.raises(BadInput, match=r"is not a model: config\.json, .* is missing"):
        archive.unpack(io.BytesIO(nameless()), tmp_path / "m")
    (tmp_path / "v.zip").write_bytes(nameless(**{"v.txt": b"the 1 2\nking 3 4\n"}))
    assert published.load(tmp_path / "v.zip").words == ["the", "king"]


def test_a_long_name_in_a_zip_of_vectors_is_cut(tmp_path: Path) -> None:
    (tmp_path / "v.zip").write_bytes(targets.zipped(**{"a" * 3000 + ".txt": b"the 1 2\nking 3 4\n"}))
    assert published.load(tmp_path / "v.zip").words == ["the", "king"]


def test_half_characters_in_json_are_read_as_unknown_ones(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "A \\ud800 king."}\n')
    assert list(Corpus.from_file(tmp_path / "a.jsonl")) == [["a", "king"]]


def test_a_parquet_column_that_is_no_utf_8(tmp_path: Path) -> None:
    column = pyarrow.array([b"king \xff\xfe"]).view(pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table({"text": column}), tmp_path / "a.parquet")
    with pytest.raises(BadInput, match=r"a\.parquet is damaged or not a parquet file \('utf-8' codec can't decode"):
        list(Corpus.from_file(tmp_path / "a.parquet"))


@pytest.mark.parametrize("name", ["a.txt.gz", "a.zip"])
def test_a_packed_text_that_is_no_utf_8_further_on(name: str, tmp_path: Path) -> None:
    for times in (1, 100):
        text = b"The king sat. " * 30_000 + b"Mus\xe9e.\n" * times
        (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else targets.zipped(**{"a.txt": text}))
        corpus = Corpus.from_file(tmp_path / name)
        if times == 1:
            assert list(corpus.texts())[-1].endswith("Musée.")
            assert [one.replaced for one in corpus.decoded] == [1]
        else:
            with pytest.raises(BadInput, match=r"begins as utf-8 text, but more than \d+ of its first [0-9,]+ bytes"):
                list(corpus)


def test_a_pdf_at_which_its_library_gives_up(tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(targets.pdf()))
    stream = DecodedStreamObject()
    stream.set_data(b"Tj /F1 BI")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(BadInput, match=r"a\.pdf is damaged or not a PDF \("):
        list(Corpus.from_file(tmp_path / "a.pdf"))


def test_addresses_that_no_codec_takes() -> None:
    with pytest.raises(BadInput, match=r"'https://\\ud800/x' is not an address: "):
        addresses.check("https://\ud800/x")
    with pytest.raises(EmbedLabError, match=r"is not an address|could not be reached"):
        addresses.check(f"https://{'a' * 80}.example/x")


@pytest.mark.parametrize("host", ["xn--a", "xn--0", "xn--a-ecp.example", f"xn--{'9' * 60}.example"])
def test_addresses_whose_letters_cannot_be_decoded(host: str) -> None:
    with pytest.raises(EmbedLabError, match=r"is not an address|is not taken|could not be reached"):
        addresses.check(f"https://{host}/x")


def test_a_redirection_to_an_address_that_cannot_be_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://xn--a/x"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(connection, "client", lambda *_, **__: client)
    with pytest.raises(EmbedLabError, match=r"is not an address|could not be reached"):
        downloads.fetch("https://localhost/x", tmp_path / "x", allow_local=True)


@pytest.mark.parametrize(
    "body", ["<w:p><w:r>", "<w:p>&#0;</w:p>", "<w:p>" * 300, "<w:p a='1' a='2'/>", "<w:p>&e;</w:p>"]
)
def test_a_docx_whose_xml_is_broken(body: str, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(hostile.docx(body))
    with pytest.raises(BadInput, match=r"a\.docx is damaged or not a docx file \("):
        list(Corpus.from_file(tmp_path / "a.docx"))


def test_a_docx_whose_list_of_parts_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(targets.zipped(**{"_rels/.rels": b"<a><b></a>"}))
    with pytest.raises(BadInput, match=r"a\.docx is damaged or not a docx file \("):
        list(Corpus.from_file(tmp_path / "a.docx"))
    (tmp_path / "a.docx").write_bytes(targets.zipped(**{"x.txt": b"x"}))
    with pytest.raises(BadInput, match=r"a\.docx is damaged or not a docx file \("):
        list(Corpus.from_file(tmp_path / "a.docx"))


def test_a_field_deeper_than_python_calls_itself(tmp_path: Path) -> None:
    from embedlab.data.readers.fields import value_at

    value: Any = "king"
    for _ in range(3000):
        value = {"a": value}
    assert value_at(value, ".".join("a" * 3000)) == "king"


def test_a_docx_whose_packing_is_broken_inside(tmp_path: Path) -> None:
    data = bytearray(targets.word_document())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as made:
        at = made.getinfo("word/document.xml").header_offset + 30 + len("word/document.xml")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.docx").write_bytes(bytes(data))
    with pytest.raises(BadInput, match=r"a\.docx is damaged or not a docx file \(Error -3"):
        list(Corpus.from_file(tmp_path / "a.docx"))


def test_a_place_of_five_thousand_digits(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(targets.PAIRS.replace(b"\t2\t1\t", b"\t" + b"9" * 5000 + b"\t1\t"))
    with pytest.raises(BadInput, match=r"Row 2 of a\.tsv: index1 is '9{20}', and its sentence has 4 words"):
        read_word_pairs(tmp_path / "a.tsv")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RECIPE.encode() + b'note = "\xff"', "is not complete: 'utf-8' codec can't decode"),
        (RECIPE.replace('"MIT"', "7").encode(), "licence of a source is 7"),
        (RECIPE.encode() + b"max_bytes = -1", "max_bytes of a source is -1"),
        (b"settings = 3\n" + RECIPE.encode(), "is not complete"),
        (RECIPE.encode() + b"x = " + b"[" * 3000, "is not complete: "),
        (b"half = " + b"9" * 5000 + b"\n" + RECIPE.encode(), "is not complete: Exceeds the limit"),
    ],
)
def test_recipes(text: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(text)
    with pytest.raises(BadInput, match=sentence):
        train.read(tmp_path / "a.toml")


def test_a_language_that_is_no_code() -> None:
    with pytest.raises(BadSetting, match=r"locale must be the code of a language such as en.*, not '\\ud800'"):
        TextOptions(locale="\ud800")


def test_a_file_that_may_not_be_read_and_one_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match=r"There is no file .*pipe"):
        published.load(tmp_path / "pipe")
    (tmp_path / "v.txt").write_text("the 1 2\n")

    def forbidden(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(published, "_plain", forbidden)
    with pytest.raises(BadInput, match=r"v\.txt cannot be read: Permission denied"):
        published.load(tmp_path / "v.txt")


def test_a_name_longer_than_any_file_s(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a{60} cannot be opened: File name too long"):
        Corpus.from_file(tmp_path / ("a" * 300 + ".txt"))
    with pytest.raises(BadModel, match=r"There is no model 'a{300}'"):
        registry.load_model("a" * 300)


@pytest.mark.parametrize("source", ["~nobody/vectors.txt", "a" * 400, "a\0b"])
def test_what_cannot_be_a_path(source: str) -> None:
    with pytest.raises(BadInput, match=r"cannot be a file on this machine|There is no file"):
        published.load(source)
    with pytest.raises(BadInput, match=r"cannot be a file on this machine|There is no folder"):
        Bert.from_published(source)


def test_a_name_on_the_hub_has_ascii_letters_only() -> None:
    assert hub.is_name("google/bert_base.v2") and not hub.is_name("bert²") and not hub.is_name("bért")


def test_empty_words_and_half_characters_are_not_written(tmp_path: Path) -> None:
    for word, shown in (("\ud800x", r"'\\ud800x'"), ("", "''")):
        with pytest.raises(BadInput, match=f"The word {shown} is empty or holds a space or line break"):
            models_vectors.write(WordVectors(["a", word], np.ones((2, 2))), tmp_path / "v.txt", "glove")


# ---------------------------------------------------------------- models


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"vocab": {"counts": [10**30] * 72}}, "seen less than never, or more often than can be counted"),
        ({"vocab": {"words": ["\ud800"]}}, "is damaged or was made by another version: 'utf-8' codec can't encode"),
        ({"vocab": {"words": [None]}}, "is damaged or was made by another version: a word is no text"),
        ({"card": {"title": "\ud800"}}, r"is damaged or was made by another version: title is '\\ud800'"),
        ({"vocab": {"counts": [float("inf")]}}, "words need a list of as many whole numbers"),
        ({"config": "[" * 100_000}, "cannot be read: maximum recursion depth"),
        ({"card": "[" * 100_000}, "cannot be read: maximum recursion depth"),
        ({"card": {"title": 7}}, "is damaged or was made by another version: title is '7'"),
        ({"card": {"tokens": 10**400}}, "is damaged or was made by another version: tokens is '10000"),
        ({"card": {"versions": ["numpy"]}}, "is damaged or was made by another version: versions is 'numpy'"),
    ],
    ids=str,
)
def test_model_folders(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=sentence):
        model_folder.read(model(tmp_path, **changes))


def test_a_title_that_is_no_text_names_no_model(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="title is '7'"):
        library.keep(model(tmp_path, card={"title": 7}), "Mine")


def test_a_setting_that_transformers_does_not_take() -> None:
    with pytest.raises(BadModel, match=r"config\.json does not describe a network that can be built: .*hidden_dropout"):
        network.configured({"model_type": "bert", "hidden_dropout_prob": "much"})


@pytest.mark.parametrize(("family", "name"), [("bert", "num_attention_heads"), ("distilbert", "n_heads")])
def test_less_than_one_head_of_attention(family: str, name: str) -> None:
    with pytest.raises(BadModel, match=f"{name} is -1; between 1 and"):
        network.checked({"model_type": family, name: -1})


@pytest.mark.parametrize("options", ["[" * 100_000, '{"lstm": ' * 100_000])
def test_options_of_elmo_that_are_nested_deeply(options: str, tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text(options)
    with pytest.raises(BadModel, match=r"options\.json cannot be read"):
        Elmo.from_published(tmp_path / "options.json", tmp_path / "weights.hdf5")


def test_options_of_elmo_with_filters_without_end(tmp_path: Path) -> None:
    targets.elmo(tmp_path)
    values = json.loads((tmp_path / "options.json").read_text())
    values["char_cnn"]["filters"][0][0] = float("inf")
    (tmp_path / "options.json").write_text(json.dumps(values))
    with pytest.raises(BadModel, match="does not describe an ELMo"):
        Elmo.from_published(tmp_path / "options.json", tmp_path / "weights.hdf5")


def test_a_padding_piece_beyond_the_vocabulary(tmp_path: Path) -> None:
    targets.hugging_face(tmp_path)
    path = tmp_path / "bert" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pad_token_id": 1000}))
    with pytest.raises(BadModel, match="The weights do not fit the network: Padding_idx must be within num_embeddings"):
        Bert.from_published(tmp_path / "bert")


@pytest.mark.parametrize("named", [7, True, [None], "BertForMaskedLM"])
def test_architectures_that_are_no_list_of_names_are_passed_over(tmp_path: Path, named: object) -> None:
    targets.hugging_face(tmp_path)
    path = tmp_path / "bert" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"architectures": named}))
    assert Bert.from_published(tmp_path / "bert").has_masked_head  # its weights have one


def test_a_tokenizer_with_a_byte_that_is_no_utf_8(tmp_path: Path) -> None:
    targets.hugging_face(tmp_path)
    path = tmp_path / "bert" / "tokenizer.json"
    (tmp_path / "bert" / "tokenizer_config.json").unlink(missing_ok=True)
    path.write_bytes(path.read_bytes().replace(b'"type"', b'"t\x98pe"', 1))
    with pytest.raises(BadModel, match="damaged"):
        Bert.from_published(tmp_path / "bert")


def test_a_list_of_vectors_in_a_thousand_million_parts(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    odd = ((10**30, "has 1e.30 parts"), (float("inf"), "cannot convert float inf"), (0, "has 0 parts"))
    for parts, sentence in odd:
        path.write_text(json.dumps({"models": {"glove": {"parts": parts, "checksum": "a"}}}))
        with pytest.raises(BadModel, match=f"The list of vectors from there is damaged: .*{sentence}"):
            downloads.listed(path, "there")


# ---------------------------------------------------------------- what the lab left itself


@pytest.mark.parametrize(
    ("vectors", "lengths"), [((2, 3), [3]), ((2, 3, 4), [2]), ((2, 3, 4), [4, -1]), ((2, 3, 4), [1.5, 1.5])]
)
def test_kept_vectors_whose_parts_do_not_fit_are_made_anew(
    vectors: tuple[int, ...], lengths: list[float], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_file({"vectors": np.zeros(vectors, np.float32), "lengths": np.array(lengths)}, tmp_path / "k.safetensors")
    assert store_vectors.Store(tmp_path).read("k") is None
    assert "do not fit together" in caplog.text
    assert not (tmp_path / "k.safetensors").exists()


def test_a_cloud_whose_parts_do_not_fit(tmp_path: Path) -> None:
    targets.make_cloud(tmp_path)
    path = tmp_path / "cloud" / "cloud.json"
    whole = json.loads(path.read_text())
    rows = whole["occurrences"]
    odd = {
        "its parts do not fit together": {"layers": ["a", "b"]},
        "a word lies outside of its sentence": {"occurrences": [row | {"position": 3} for row in rows]},
        "words is 'the king'": {"occurrences": [row | {"words": "the king"} for row in rows]},
        "cannot convert float inf": {"found": float("inf")},
    }
    for sentence, change in odd.items():
        path.write_text(json.dumps(whole | change))
        with pytest.raises(BadModel, match=f"{sentence}.* Compute it again"):
            Cloud.load(tmp_path / "cloud")


def test_a_cloud_of_other_numbers(tmp_path: Path) -> None:
    targets.make_cloud(tmp_path)
    arrays = load_file(tmp_path / "cloud" / "cloud.safetensors")
    save_file(arrays | {"central": arrays["central"] > 0}, tmp_path / "cloud" / "cloud.safetensors")
    assert Cloud.load(tmp_path / "cloud").typical(0, 0)


def test_a_look_at_a_training_that_is_damaged_is_left_out(tmp_path: Path) -> None:
    targets.make_run(tmp_path)
    for change in (
        '{"epoch": Infinity, "watched": [], "neighbors": [], "words": [], "points": []}',
        "{}",
        '{"epoch": "x"}',
    ):
        with (tmp_path / kinds_train.MOMENTS).open("a") as file:
            file.write(change + "\n")
    assert [moment.epoch for moment in kinds_train.moments(Run(tmp_path))] == [1]


def test_measured_figures_that_are_none(tmp_path: Path) -> None:
    targets.shipped_results(tmp_path)
    whole = json.loads((tmp_path / "lsa.json").read_text())
    for change in ({"key": []}, {"title": None}, {"size": "1"}, {"best": [["a"]]}):
        (tmp_path / "lsa.json").write_text(json.dumps(whole | change))
        assert measurements.readable(tmp_path) == {}
    (tmp_path / "lsa.json").write_text("[" * 100_000)
    assert measurements.readable(tmp_path) == {}


def test_reports_that_were_cut_off_by_a_kill_are_left_out(tmp_path: Path) -> None:
    run = Run(tmp_path)
    good = {"time": 1, "step": 1, "total": 2, "parts": [["a", 1.0]]}
    add_line(tmp_path / EVENTS, good)
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(b'{"time": 2.0, "st{"time": 3.0}\n\xff\xfe\n[1]\n7\n{"time": "x", "step": 1, "total": 2}\n')
    add_line(tmp_path / EVENTS, good | {"phase": "a\u2028b"})
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(b'{"time": 5.0, "step"')
    first, second = run.events()
    assert first == RunEvent(1, 2, parts=(LossPart("a", 1.0),), time=1.0)
    assert second.phase == "a\u2028b"
    assert RunEvent(-1, 2, time=1.0).fraction == 0


@pytest.mark.parametrize("state", ['{"status": "dancing"}', '{"status": "done", "created": "x"}', "[" * 100_000, "7"])
def test_the_state_of_a_run(state: str, tmp_path: Path) -> None:
    (tmp_path / STATE).write_text(state)
    with pytest.raises(BadInput, match="of this run cannot be read"):
        Run(tmp_path).state()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": 7}, "The settings of this run cannot be read: TextChoice is no object"),
        ({"config": []}, "The settings of this run cannot be read: config is "),
        ({"watch": "abc"}, "The settings of this run cannot be read: watch is 'abc'"),
        ({"text": {"file": None}}, "The settings of this run cannot be read: file is 'None'"),
        ({"other": 1}, "The settings of this run cannot be read: .*other"),
    ],
)
def test_what_a_training_was_asked(change: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    targets.make_run(tmp_path)
    path = tmp_path / "settings.json"
    values = json.loads(path.read_text())
    values["settings"] |= change
    path.write_text(json.dumps(values))
    with pytest.raises(BadInput, match=sentence):
        kinds_train.of(Run(tmp_path))


# ---------------------------------------------------------------- what they have in common


def test_very_long_messages_lose_their_middle() -> None:
    said = str(BadInput(f"The name {'x' * 5000} cannot be used."))
    assert said.startswith("The name xxx") and said.endswith("xxx cannot be used.")
    assert len(said) < 1000 and " … " in said
    assert str(BadInput("Give a text.")) == "Give a text."
    assert len(str(UnknownWord("y" * 5000))) < 1000
    assert str(EmbedLabError()) == ""


def test_objects_of_parsed_json() -> None:
    made = typed_json.made(RunState, {"status": "done", "created": 3, "pid": 4})
    assert made == RunState("done", 3.0, pid=4) and isinstance(made.created, float)
    assert typed_json.made(Card, {"loss": None, "versions": [["a", "1"]]}) == Card(versions=(("a", "1"),))
    assert typed_json.made(LossPart, ["a", 1, None]) == LossPart("a", 1.0, None)
    for values in ({"tokens": True}, {"tokens": 1.5}, {"tokens": 2**63}, {"seconds": "1"}, {"x": 1}, [], None, "title"):
        with pytest.raises(TypeError):
            typed_json.made(Card, values)
    with pytest.raises(TypeError, match="LossPart is no object"):
        typed_json.made(LossPart, ["a", 1.0, 2.0, 3.0])
