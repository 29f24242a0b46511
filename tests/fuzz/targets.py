"""Everything that reads a file: how to make small real ones, and how to load them and use what was loaded a little."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import shutil
import sys
import types
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from embedlab import registry
from embedlab.base import (
    BadInput,
    Card,
    ContextualModel,
    EmbedLabError,
    LanguageModel,
    MaskedModel,
    StaticModel,
    model_folder,
)
from embedlab.data.corpus import Corpus
from tests.conftest import trained

ASSETS = Path(__file__).resolve().parents[2] / "assets"
TEXT = [["the", word, "sleeps", "on", "a", color, "bed"] for word in ("cat", "dog", "cow") for color in ("red", "blue")]
PROSE = "The king sat on his throne, and the queen wore a golden crown.\nDid she not? Été in 北京: 3.5 %.\n"
WESTERN = "Così va; på landet, où l'été finit. Die Königin trägt eine schöne Krone.\n"
ROWS = [{"id": 1, "text": "The king sat.", "tag": "x", "more": {"body": ["A queen.", "Two."]}}, {"id": 2, "text": "No"}]
NETWORK: dict[str, Any] = {"min_count": 1, "epochs": 1, "batch_size": 8}
STATIC: dict[str, Any] = {"dim": 4, "min_count": 1, "seed": 3, "workers": 1}
KINDS: dict[str, dict[str, Any]] = {
    "one_hot": {"min_count": 1},
    "lsa": STATIC | {"dim": 3},
    "word2vec": STATIC | {"epochs": 1},
    "glove": STATIC | {"epochs": 1},
    "fasttext": STATIC | {"epochs": 1, "buckets": 20},
    "ngram": {"min_count": 1, "order": 3},
    "nnlm": NETWORK | {"dim": 4, "hidden": 5, "n": 3},
    "cw": NETWORK | {"dim": 4, "hidden": 5, "window": 3},
    "lstm": NETWORK | {"dim": 4, "layers": 2},
    "char_lstm": NETWORK | {"dim": 4, "hidden": 6},
    "elmo": NETWORK | {"dim": 4, "hidden": 6, "filters": "1x4 2x4"},
    "flair": NETWORK | {"dim": 4, "hidden": 6},
    "bert": {},
}
"""Settings of a tiny model of every kind."""


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        make: writes its files into a folder.
        load: reads them there, and uses what it got a little.
        cases: damaged files that are tried when all tests run.
        rarely: names of files that are damaged less often than the others.
    """

    make: Callable[[Path], object]
    load: Callable[[Path], object]
    cases: int = 40
    rarely: tuple[str, ...] = field(default=())

    def weight(self, name: str) -> float:
        """How often a file is the one that is damaged."""
        return 0.1 if Path(name).name in self.rarely else 1.0


def only(folder: Path) -> Path:
    """The one file in a folder."""
    return next(path for path in sorted(folder.iterdir()) if path.is_file())


# ---------------------------------------------------------------- texts and tables


def corpus(folder: Path, encoding: str | None = None, tokenized: bool = False) -> None:
    from embedlab.data.readers import columns
    from embedlab.data.readers.encoding import Choice

    path = only(folder)
    text = Corpus.from_file(path, encoding=encoding, tokenized=tokenized)
    for sentence in islice(text, 3000):
        assert tokenized or sentence
    for decoded in text.decoded:
        assert bool(decoded.replaced) == bool(decoded.lines) and len(decoded.lines) <= decoded.replaced
        assert decoded.said or not (decoded.replaced or decoded.guessed)
    found = columns(path, choice=Choice(None, encoding))
    with contextlib.suppress(BadInput):  # another file of an archive has other columns
        for column in found.names[:3] if found else ():
            for _ in islice(Corpus.from_file(path, column=column, encoding=encoding), 3000):
                pass


def texts(name: str, content: bytes, cases: int = 40, **how: Any) -> Target:
    return Target(lambda folder: (folder / name).write_bytes(content), partial(corpus, **how), cases)


def parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    table = pyarrow.Table.from_pylist([{"id": row["id"], "text": row["text"]} for row in ROWS] * 20)
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def word_document() -> bytes:
    import docx

    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(PROSE)
    document.add_table(1, 2).cell(0, 0).text = "In a table."
    document.save(out)
    return out.getvalue()


def pdf() -> bytes:
    import pypdf
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer, out = pypdf.PdfWriter(), io.BytesIO()
    for text in ("The king sat.", "A queen wore a golden crown."):
        page, stream = writer.add_blank_page(300, 300), DecodedStreamObject()
        words = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        font = DictionaryObject({NameObject(key): NameObject(value) for key, value in words.items()})
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream.set_data(f"BT /F1 12 Tf 50 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    writer.write(out)
    return out.getvalue()


def json_lines(rows: list[Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def tag_lists() -> bytes:
    row = {"id": "1", "tokens": ["EU", "#x", "Lima"], "ner_tags": ["B-ORG", "O", "B-LOC"], "pos": [1, 2, 1], "a": ["b"]}
    return json_lines([row] * 10)


def tag_parquet(folder: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    labels = {"feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}
    rows = [{"tokens": ["Peter", "Blackburn", "ran"], "ner_tags": [1, 2, 0], "x": None}] * 12
    said = json.dumps({"info": {"features": {"ner_tags": labels}}})
    table = pyarrow.Table.from_pylist(rows).replace_schema_metadata({"huggingface": said})
    pyarrow.parquet.write_table(table, folder / "a.parquet")


CSV = b'id,text,tag\n1,"The king sat, here.",x\n2,"Say ""yes"".",y\n' * 5


# ---------------------------------------------------------------- sentences with tags, senses, pairs, recipes


def reading(call: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: call(only(folder))


def conll(path: Path) -> None:
    from embedlab.data import tagged

    found = tagged.read_conll(path)
    for sentence in found:
        ends = [place for span in sentence.spans for place in (span.start, span.end)]
        assert ends == sorted(ends) and all(0 <= place <= len(sentence.words) for place in ends)
    try:
        tagged.TaggedSet.of(found)
    except BadInput:
        tagged.dealt(found)


def tags(path: Path) -> None:
    from embedlab.data import tagged

    tagged.dealt(tagged.read_tags(path))


def tag_columns(path: Path) -> None:
    """Every column as the words and as the tags, by number and by name, until one is refused."""
    from embedlab.data import tagged
    from embedlab.data.tag_columns import Wanted

    for entities in (True, False):
        found = tagged.columns(path, entities=entities)
        for one in found.columns[:4]:
            for wanted in (Wanted(word=str(one.number)), Wanted(tag=one.name or str(one.number))):
                with contextlib.suppress(BadInput):
                    reading = tagged.read_tagged(path, wanted, entities=entities)
                    assert all(len(each.words) == len(each.tags) for each in reading.sentences)
                    assert all(all(each.words) for each in reading.sentences)
                    assert reading.how.taken and reading.how.left.bad >= len(reading.how.left.first)


def senses(path: Path) -> None:
    from embedlab.data.datasets import load_senses

    for one in load_senses(path):
        assert one.form


def word_pairs(path: Path) -> None:
    from embedlab.data.benchmarks import read_word_pairs

    for pair in read_word_pairs(path):
        assert pair.first[pair.positions[0]] and pair.second[pair.positions[1]]


def analogies(path: Path) -> None:
    from embedlab.data.benchmarks import read_analogies

    assert all(group.kind for group in read_analogies(path))


def pairs(path: Path) -> None:
    from embedlab.data.benchmarks import read_pairs

    read_pairs(path)


def recipe(path: Path) -> None:
    from embedlab.workflows import train

    found = train.read(path)
    with contextlib.suppress(BadInput):  # the text is not there
        train.corpus(found, path.parent / "nowhere")


CONLL = (
    b"-DOCSTART- -X- O\n\n# split = train\n# register = news\nEU NNP B-ORG\nrejects VBZ O\n\nPeter\tNNP\tB-PER\n"
    b"Blackburn\tNNP\tI-PER\n\n# split = dev\nIn IN O\nParis NNP U-LOC\n\n# split = test\nThe DT O\nHague NNP B-LOC\n\n"
)
COLUMNS = (
    "# global.columns = ID FORM NER IN WHO\n#\thttp://a.org [x]\n1\tLena\tB-PER\tO\tstephen\n2-3\tzur\tO\tO\t_\n"
    "2\t#ff\tM-PER\tB-LOC\tstephen\n3\t\u3000\tE-PER\tO\tstephen\n\n1 a (DATE* * x\n2 b *) O x\n\n1\t\tO\tO\tx\n"
).encode()
CONLLU = (
    b"# sent_id = 1\n# text = They buy books.\n1\tThey\tthey\tPRON\tPRP\tCase=Nom\t2\tnsubj\t_\t_\n"
    b"2-3\tbuybooks\t_\t_\t_\t_\t_\t_\t_\t_\n2\tbuy\tbuy\tVERB\tVBP\t_\t0\troot\t_\t_\n"
    b"2.1\tx\tx\tVERB\t_\t_\t_\t_\t_\t_\n3\tbooks\tbook\tNOUN\tNNS\t_\t2\tobj\t_\tSpaceAfter=No\n\n" * 12
)
PAIRS = (
    b"word\tindex1\tindex2\tlabel\tsentence1\tsentence2\nbank\t2\t1\tF\tOn the bank .\tA bank lends .\n"
    b"cat\t1\t1\tT\tThe cat sat\tMy cat ran\n"
)
_SENSE = {"word": "bank", "sense": "river", "gloss": "land", "pos": "noun"}
SENSES = json_lines(
    [
        _SENSE | {"sentence": "On the bank.", "start": 7, "end": 11},
        _SENSE | {"sense": "money", "sentence": "Banks lend.", "start": 0, "end": 5},
    ]
)


# ---------------------------------------------------------------- word vectors


def vectors(folder: Path) -> None:
    from embedlab.workflows import published

    used(published.load(only(folder)))


def vectors_as_said(folder: Path) -> None:
    """The same in every layout that can be chosen, whatever the file holds."""
    from embedlab.workflows import published

    for layout in published.FORMATS:
        with contextlib.suppress(EmbedLabError):
            used(published.load(only(folder), layout=layout, max_words=3))
    used(published.load(only(folder)))


def phrases(name: str, *, binary: bool = False) -> Callable[[Path], object]:
    """Words with spaces before 6 numbers: as text with tabs, or binary without line breaks."""
    words = ["New York", "the", ". . .", "Windows 95", "naïve"]
    matrix = np.random.default_rng(1).normal(size=(len(words), 6)).astype("<f4")
    rows = zip(words, matrix, strict=True)
    lines = [f"{word}\t" + "\t ".join(map(str, row)) + "\r\n\n" for word, row in rows]
    packed = [word.encode() + b" " + row.tobytes() for word, row in zip(words, matrix, strict=True)]
    content = b"5 6\n" + b"".join(packed) if binary else ("\ufeff" + "".join(lines)).encode()
    return lambda folder: (folder / name).write_bytes(content)


def toy_vectors() -> StaticModel:
    from tests.conftest import TinyModel

    words = ["the", "king", "Été", "naïve", "北京", "a.b"]
    return TinyModel(words, np.random.default_rng(1).normal(size=(len(words), 4)), card=Card(title="Toy"))


def exported(layout: str, name: str) -> Callable[[Path], object]:
    def make(folder: Path) -> None:
        from embedlab.models import vectors as models_vectors

        models_vectors.write(toy_vectors(), folder / name, layout)

    return make


def packed_vectors(folder: Path) -> None:
    exported("glove", "v.txt")(folder)
    (folder / "v.txt.gz").write_bytes(gzip.compress((folder / "v.txt").read_bytes()))
    (folder / "v.txt").unlink()


def zipped_vectors(folder: Path) -> None:
    exported("word2vec-binary", "v.bin")(folder)
    (folder / "v.zip").write_bytes(zipped(**{"v.bin": (folder / "v.bin").read_bytes()}))
    (folder / "v.bin").unlink()


def fasttext_bin(folder: Path) -> None:
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    model = FastText(TEXT, vector_size=4, min_count=1, bucket=20, epochs=1, workers=1, seed=1)
    save_facebook_model(model, str(folder / "v.bin"))


def fasttext_labels(folder: Path) -> None:
    from tests.models.fasttext import test_binary

    (folder / "v.bin").write_bytes(test_binary.content(test_binary.SKIPGRAM, test_binary.LABELS))


# ---------------------------------------------------------------- models


def used(model: Any) -> None:
    """Ask a model what pages ask it."""
    assert model.title
    if isinstance(model, StaticModel):
        model.vector(model.words[0])
        assert model.unit_matrix.shape == model.matrix.shape
    if isinstance(model, MaskedModel):
        model.fill(["the", "cat"], 1)
    elif isinstance(model, LanguageModel):
        model.next([])
        model.next(["the", "cat"] if model.unit == "word" else list("the cat"))
        model.score(["the", "cat", "dances"] if model.unit == "word" else list("the q"))
    if isinstance(model, ContextualModel):
        model.encode([["the", "cat", "dances"], []])


def own(kind: str, folder: Path) -> None:
    if kind == "bert":  # the smallest that can be trained is large
        from embedlab.models.bert.model import Bert

        hugging_face(folder)
        Bert.from_published(folder / "bert").save(folder / "model")
        shutil.rmtree(folder / "bert")
        return
    trained(kind, Corpus.from_sentences(TEXT, name="beds"), KINDS[kind]).save(folder / "model")


def loaded(folder: Path) -> None:
    used(registry.load_model(folder / "model"))
    model_folder.read_card(folder / "model")


def own_kind(kind: str) -> Target:
    return Target(lambda folder: own(kind, folder), loaded, 40)


def archived(folder: Path) -> None:
    from embedlab.store import archive

    own("word2vec", folder)
    (folder / "model.zip").write_bytes(archive.pack(folder / "model"))
    shutil.rmtree(folder / "model")


def taken(folder: Path) -> None:
    from embedlab.store import archive

    with only(folder).open("rb") as file:
        key = archive.take(file, replace=True)
    registry.find(key)
    registry.load_model(key)


def elmo(folder: Path) -> None:
    from tests.models.elmo import elmo_reference

    elmo_reference.write(folder, elmo_reference.OPTIONS)


def sparing_elmo(folder: Path) -> None:
    from tests.models.elmo import elmo_reference

    options: dict[str, Any] = copy.deepcopy(elmo_reference.OPTIONS)
    options["lstm"] |= {"dim": 6, "n_layers": 1}
    elmo_reference.write(folder, options, sparing=True)


def load_elmo(folder: Path) -> None:
    from embedlab.models.elmo.model import Elmo

    used_vectors(Elmo.from_published(folder / "options.json", folder / "weights.hdf5"))


def used_vectors(model: ContextualModel) -> None:
    model.encode([["the", "cat", "dances"], []])


def flair(folder: Path, *, protocol: int = 4, zipped: bool = True) -> None:
    import torch

    made = type("Dictionary", (), {"__module__": "flair.data"})
    modules = {name: types.ModuleType(name) for name in ("flair", "flair.data")}
    modules["flair.data"].Dictionary = made  # type: ignore[attr-defined]
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        for name in ("forward", "backward"):
            dictionary: Any = made()
            dictionary.idx2item = [b"<unk>", *(letter.encode() for letter in "abcdefghijklmnopqrstuvwxyz é\n")]
            dictionary.item2idx = {item: i for i, item in enumerate(dictionary.idx2item)}
            size = len(dictionary.idx2item)
            parts = {"encoder": torch.nn.Embedding(size, 3), "rnn": torch.nn.LSTM(3, 4, 1)}
            parts["decoder"] = torch.nn.Linear(4, size)
            state = {
                "state_dict": torch.nn.ModuleDict(parts).state_dict(), "dictionary": dictionary, "dropout": 0.1,
                "is_forward_lm": name == "forward", "hidden_size": 4, "nlayers": 1, "embedding_size": 3, "nout": None,
                "document_delimiter": "\n",
            }  # fmt: skip
            torch.save(state, folder / f"{name}.pt", pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    finally:
        for name, module in before.items():
            sys.modules.pop(name) if module is None else sys.modules.update({name: module})


def load_flair(folder: Path) -> None:
    from embedlab.models.flair.model import Flair

    model = Flair.from_published(folder / "forward.pt", folder / "backward.pt")
    used(model)


def hugging_face(folder: Path) -> None:
    from transformers import BertForMaskedLM

    from tests.models.bert import bert_folders

    bert_folders.bert_folder(folder / "bert", BertForMaskedLM, num_hidden_layers=1)
    (folder / "bert" / "README.md").write_text("---\nlicense: mit\n---\n")


def load_hugging_face(folder: Path) -> None:
    from embedlab.models.bert.model import Bert

    used(Bert.from_published(folder / "bert"))


def vocabulary_alone(folder: Path) -> None:
    hugging_face(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / "bert" / name).unlink()


def load_vocabulary_alone(folder: Path) -> None:
    from embedlab.models.bert.model import Bert

    with contextlib.suppress(EmbedLabError):
        used(Bert.from_published(folder / "bert", do_lower_case=False))
    load_hugging_face(folder)


def byte_level(folder: Path) -> None:
    from tests.models.bert import bert_folders

    bert_folders.roberta_folder(folder / "bert")


def sentencepiece(folder: Path) -> None:
    from tests.models.bert import bert_folders

    bert_folders.sentencepiece_folder(folder / "bert", "xlm-roberta")


def hugging_face_zip(folder: Path) -> None:
    hugging_face(folder)
    files = {f"bert/{path.name}": path.read_bytes() for path in (folder / "bert").iterdir()}
    (folder / "bert.zip").write_bytes(zipped(**files))
    shutil.rmtree(folder / "bert")


def load_hugging_face_zip(folder: Path) -> None:
    from embedlab.models.bert.model import Bert

    used(Bert.from_published(only(folder)))


def pickled_weights(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    hugging_face(folder)
    weights = load_file(folder / "bert" / "model.safetensors")
    torch.save(weights, folder / "bert" / "pytorch_model.bin")
    (folder / "bert" / "pytorch_model.bin").rename(folder / "bert" / "weights.pt")  # damaged like other checkpoints
    (folder / "bert" / "model.safetensors").unlink()


def load_pickled_weights(folder: Path) -> None:
    (folder / "bert" / "weights.pt").rename(folder / "bert" / "pytorch_model.bin")
    try:
        load_hugging_face(folder)
    finally:
        (folder / "bert" / "pytorch_model.bin").rename(folder / "bert" / "weights.pt")


# ---------------------------------------------------------------- what the lab itself left on disk


def shown_map(folder: Path) -> None:
    from embedlab.store import maps

    model = toy_vectors()
    found = maps.shipped(folder, model.words, maps.MapSettings(method="pca"))
    assert found is None or found.points.ndim == 2


def make_map(folder: Path) -> None:
    from embedlab.store import maps

    model, settings = toy_vectors(), maps.MapSettings(method="pca")
    maps.save(folder / maps.FILE, settings.compute(model.matrix), settings, model.words)


def make_vectors(folder: Path) -> None:
    from embedlab.store.vectors import Store

    Store(folder).write("key", [np.ones((2, 3, 4), np.float32), np.ones((2, 1, 4), np.float32)])


def kept_vectors(folder: Path) -> None:
    from embedlab.store.vectors import Store

    found = Store(folder).read("key")
    assert found is None or all(one.ndim == 3 for one in found)


def make_tagger(folder: Path) -> None:
    from embedlab.analysis.probing.tagger import Tagger
    from embedlab.store import taggers

    one = np.ones((1, 4), np.float32)
    labels, matrix = ("O", "B-X", "I-X"), np.ones((1, 4, 3), np.float32)
    made = Tagger(
        "Toy", ("0" * 64,), ("1",), labels, matrix, one[:, :3], one, one, (0.5,), (0.5,), ("König",), (1,), 0.1, 3
    )
    taggers.save(folder / "a.safetensors", made)


def kept_tagger(folder: Path) -> None:
    from embedlab.store.taggers import TAGGERS

    found = TAGGERS.read(folder / "a.safetensors")
    assert found is None or found.weights.shape[::2] == (len(found.layers), len(found.labels))


def make_stability(folder: Path) -> None:
    from embedlab.analysis.neighbor_lists import NeighborLists, to_dict

    lists = NeighborLists(2, 9, ("a", "b", "c"), (9, 5, 1), (("b", "c"), ("a", "c"), ("d", "e")))
    about = {"family": "lsa", "config": {"dim": 8}, "tokens": 12, "created": "2026-01-01"}
    (folder / "a.json").write_text(json.dumps(about | to_dict([lists, lists])), encoding="utf-8")


def kept_stability(folder: Path) -> None:
    from embedlab.jobs.kinds.stability import CACHE

    found = CACHE.read(folder / "a.json")
    assert found is None or (
        0 <= found.stability.mean <= 1 and len(found.stability.of(found.stability.words[0])) >= found.stability.k
    )


def make_run(folder: Path) -> None:
    from embedlab.jobs.run import EVENTS, SETTINGS, Run, RunEvent, RunState, add_line

    run = Run(folder)
    run.write_state(RunState("done", 1.0, 2.0, 3.0))
    text = {"sample": "kingdom", "options": {}}
    asked = {"kind": "lsa", "config": {"dim": 4}, "text": text, "watch": ["a"], "name": "x"}
    (folder / SETTINGS).write_text(json.dumps({"kind": "train", "settings": asked}))
    event = RunEvent(1, 2, 0.5, 0.5, 3.0, 4.0, time=1.0)
    for _ in range(3):
        add_line(folder / EVENTS, vars(event) | {"parts": [["a", 1.0, 2.0]]})
    moment = {"epoch": 1, "watched": ["a"], "neighbors": [[["b", 0.5]]], "words": ["a", "b"]}
    add_line(folder / "moments.jsonl", moment | {"points": [[0, 0], [1, 1]]})


def read_run(folder: Path) -> None:
    from embedlab.jobs.kinds import train as kinds_train
    from embedlab.jobs.run import Run

    run = Run(folder)
    assert isinstance(run.state().seconds, float)
    run.request()
    kinds_train.of(run)
    for event in run.events():
        assert 0 <= event.fraction <= 1
    for moment in kinds_train.moments(run):
        assert moment.points.shape[1] == 2


def make_cloud(folder: Path) -> None:
    from embedlab.analysis.clouds import cloud
    from embedlab.data.datasets import Occurrence

    sentences = [("the", "king", "sat"), ("a", "king", "ran"), ("king", "a.b", "the")]
    places = [Occurrence("king", "", "", "", words, words.index("king"), " ".join(words)) for words in sentences]
    cloud(toy_vectors(), places).save(folder / "cloud")


def load_cloud(folder: Path) -> None:
    from embedlab.analysis.clouds import Cloud

    found = Cloud.load(folder / "cloud")
    for number in range(len(found.layers)):
        assert len(found.points[number]) == len(found.groups[number]) == len(found.occurrences)
        found.typical(number, int(found.groups[number][0]))
    assert all(one.form for one in found.occurrences)


def shipped_results(folder: Path) -> None:
    shutil.copy(ASSETS / "results" / "lsa.json", folder)


def results(folder: Path) -> None:
    from embedlab.workflows import measurements

    for result in measurements.readable(folder).values():
        assert result.title
        result.top("senses")


def shipped_probe(folder: Path) -> None:
    source = min((ASSETS / "results" / "probes").glob("*.json"), key=lambda file: file.stat().st_size)
    shutil.copy(source, folder)


def probe(folder: Path) -> None:
    from embedlab.store import results as store_results

    found = store_results.PROBES.read(only(folder))
    assert found is None or all(found.probe.row(row.strategy).strategy == row.strategy for row in found.probe.rows)


def catalogue(folder: Path) -> None:
    about = {
        "parts": 1, "checksum": "abc", "description": "d", "license": "l", "num_records": 3, "file_size": 10,
        "reader_code": "https://example.org/x.py",
    }  # fmt: skip
    many = about | {"parts": 2, "checksum-0": "a", "checksum-1": "b", "latest": True}
    (folder / "list.json").write_text(json.dumps({"models": {"glove-x": about, "many": many}, "corpora": {}}))


def read_catalogue(folder: Path) -> None:
    from embedlab.workflows import downloads

    assert all(entry.urls for entry in downloads.listed(folder / "list.json", "https://example.org").values())


TARGETS: dict[str, Target] = {
    "txt": texts("a.txt", PROSE.encode() * 20, 80),
    "txt utf-16": texts("a.txt", (PROSE * 20).encode("utf-16")),
    "txt, a language of the west": texts("a.txt", (WESTERN * 20).encode("cp1252")),
    "txt, encoding given": texts("a.txt", (WESTERN * 20).encode("cp1252"), encoding="cp1252"),
    "txt, damaged": texts("a.txt", (PROSE + WESTERN).encode().replace(b"\xc3\xa9", b"\xe9", 3) * 5, encoding="utf-8"),
    "txt, tokenized": texts("a.txt", PROSE.encode() * 20, tokenized=True),
    "csv, encoding given": texts("a.csv", CSV.replace(b"king", b"k\xf6nig"), encoding="cp1252"),
    "md": texts("a.md", f"# {PROSE}\n```\ncode\n```\n- **[x](http://y.z)**\n\n{PROSE}".encode() * 3),
    "csv": texts("a.csv", CSV, 80),
    "tsv": texts("a.tsv", CSV.replace(b",", b"\t")),
    "csv with a declared separator": texts("a.csv", b"\xef\xbb\xbfsep=;\r\n" + CSV.replace(b",", b";")),
    "csv with escapes": texts("a.csv", CSV.replace(b'""', b'\\"')),
    "txt between tabs": texts("a.txt", b"".join(b'%d\tThe king sat, "here.\n' % i for i in range(9))),
    "jsonl": texts("a.jsonl", json_lines(ROWS * 5), 80),
    "json": texts("a.json", json.dumps(ROWS * 5).encode(), 80),
    "parquet": Target(lambda folder: (folder / "a.parquet").write_bytes(parquet()), corpus, 80),
    "pdf": Target(lambda folder: (folder / "a.pdf").write_bytes(pdf()), corpus, 80),
    "docx": Target(lambda folder: (folder / "a.docx").write_bytes(word_document()), corpus, 40),
    "gz": texts("a.txt.gz", gzip.compress(PROSE.encode() * 20)),
    "zip": texts("a.zip", zipped(**{"a.txt": PROSE.encode(), "b/b.csv": CSV, "c.json": json.dumps(ROWS).encode()})),
    "conll": Target(lambda folder: (folder / "a.conll").write_bytes(CONLL * 5), reading(conll), 80),
    "conllu": Target(lambda folder: (folder / "a.conllu").write_bytes(CONLLU), reading(tags), 80),
    "tag columns": Target(lambda folder: (folder / "a.conll").write_bytes(COLUMNS * 5), reading(tag_columns), 80),
    "tags as json": Target(lambda folder: (folder / "a.jsonl").write_bytes(tag_lists()), reading(tag_columns), 80),
    "tags as parquet": Target(tag_parquet, reading(tag_columns), 80),
    "senses": Target(lambda folder: (folder / "a.jsonl").write_bytes(SENSES), reading(senses), 80),
    "word pairs": Target(lambda folder: (folder / "a.tsv").write_bytes(PAIRS), reading(word_pairs), 80),
    "analogies": Target(
        lambda folder: (folder / "a.txt").write_bytes(b": capital\nparis france rome italy\n" * 5), reading(analogies)
    ),
    "judged pairs": Target(
        lambda folder: (folder / "a.tsv").write_bytes(b"# x\ncat\tdog\t7.5\nsea\tlaw\t1\n" * 5), reading(pairs)
    ),
    "recipe": Target(lambda folder: shutil.copy(ASSETS / "recipes" / "glove.toml", folder), reading(recipe), 80),
    "recipe of elmo": Target(lambda folder: shutil.copy(ASSETS / "recipes" / "elmo.toml", folder), reading(recipe)),
    "word2vec text": Target(exported("word2vec-text", "v.vec"), vectors, 80),
    "word2vec binary": Target(exported("word2vec-binary", "v.bin"), vectors, 80),
    "glove": Target(exported("glove", "v.txt"), vectors, 80),
    "phrases": Target(phrases("v.txt"), vectors_as_said, 30),
    "phrases, binary": Target(phrases("v.bin", binary=True), vectors_as_said, 30),
    "vectors gz": Target(packed_vectors, vectors),
    "vectors zip": Target(zipped_vectors, vectors),
    "fasttext bin": Target(fasttext_bin, vectors, 80),
    "fasttext bin, labels": Target(fasttext_labels, vectors, 30),
    **{f"own {kind}": own_kind(kind) for kind in KINDS},
    "model zip": Target(archived, taken, 80),
    "elmo": Target(elmo, load_elmo, 40),
    "elmo, sparing": Target(sparing_elmo, load_elmo, 12),
    "flair": Target(flair, load_flair, 40),
    "flair, old": Target(lambda folder: flair(folder, protocol=2, zipped=False), load_flair, 40),
    "hugging face": Target(hugging_face, load_hugging_face, 30, ("README.md",)),
    "hugging face, vocabulary": Target(vocabulary_alone, load_vocabulary_alone, 6),
    "hugging face, bytes": Target(byte_level, load_hugging_face, 10),
    "hugging face, sentencepiece": Target(sentencepiece, load_hugging_face, 10, ("model.safetensors", "config.json")),
    "hugging face zip": Target(hugging_face_zip, load_hugging_face_zip, 20),
    "hugging face, pickled": Target(pickled_weights, load_pickled_weights, 10, ("tokenizer.json", "vocab.txt")),
    "map": Target(make_map, shown_map),
    "kept vectors": Target(make_vectors, kept_vectors),
    "tagger": Target(make_tagger, kept_tagger),
    "stability": Target(make_stability, kept_stability),
    "run": Target(make_run, read_run, 80),
    "cloud": Target(make_cloud, load_cloud),
    "results": Target(shipped_results, results),
    "probe": Target(shipped_probe, probe, 20),
    "catalogue": Target(catalogue, read_catalogue),
}
