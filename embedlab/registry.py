"""Which model families there are, which trained models lie at hand, and how to load one; classes by name only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Literal

from embedlab import packaged, places, storage
from embedlab.base import BadModel, Capability, Card, Model

Source = Literal["starter", "yours", "published"]
VECTORS = "vectors"
"""Kind of published vectors; their config names the family."""


@dataclass(frozen=True)
class Family:
    """One step on the road from counting words to BERT.

    Attributes:
        key: short name, also the key of its starter.
        title: the field's name for it.
        year: when the paper appeared.
        paper: author, title, venue.
        url: where to read it.
        idea: the idea in a sentence.
        before: what the one before could not do.
        capabilities: the interfaces its models implement.
        target: "module:Class", or empty while it is not built yet.
        kind: kind of its model folders (two families may share a class).
    """

    key: str
    title: str
    year: int
    paper: str
    url: str
    idea: str
    before: str
    capabilities: tuple[Capability, ...]
    target: str = ""
    kind: str = ""

    @property
    def here(self) -> bool:
        """Whether this lab can train and load it yet."""
        return bool(self.target)


@dataclass(frozen=True)
class ModelSpec:
    """A trained model that ``load_model`` can load.

    Attributes:
        key: name for ``load_model``.
        title: name for people.
        year: of the family's paper.
        source: "starter" (shipped), "yours" (trained or imported here) or "published".
        capabilities: the interfaces it implements.
        family: its step on the road.
        folder: its model folder.
        card: where it comes from.
    """

    key: str
    title: str
    year: int
    source: Source
    capabilities: tuple[Capability, ...]
    family: Family
    folder: Path
    card: Card

    @property
    def place(self) -> str:
        """The place of the visitor whose it is; empty for a model on the shelves of the lab."""
        return places.of_key(self.key)

    @property
    def short_key(self) -> str:
        """The key for people: a visitor's own models are "yours", like those of whoever runs the lab."""
        return f"{self.source}/{self.folder.name}" if self.place else self.key


FAMILIES: tuple[Family, ...] = (
    Family(
        "one_hot", "One-hot", 1954, "Harris, Distributional Structure, Word 10",
        "https://doi.org/10.1080/00437956.1954.11659520",
        "Every word is its own dimension: a vector with a single 1.",
        "Text had to become numbers at all. This does it, but no two words are alike.",
        ("static",), "embedlab.models.one_hot:OneHot", "one_hot",
    ),
    Family(
        "lsa", "LSA", 1990, "Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 41",
        "https://doi.org/10.1002/(SICI)1097-4571(199009)41:6%3C391::AID-ASI1%3E3.0.CO;2-9",
        "Count which words occur together, then keep only the strongest directions of that table.",
        "One-hot vectors know no similarity: 'cat' is as far from 'dog' as from 'tax'.",
        ("static",), "embedlab.models.lsa:Lsa", "lsa",
    ),
    Family(
        "ngram", "n-gram model", 1995, "Kneser & Ney, Improved backing-off for m-gram language modeling, ICASSP",
        "https://doi.org/10.1109/ICASSP.1995.479394",
        "Predict the next word from counts of the last few.",
        "A table of who occurs with whom knows no order and cannot say what comes next.",
        ("language_model",), "embedlab.models.ngram:Ngram", "ngram",
    ),
    Family(
        "nnlm", "Neural language model", 2003, "Bengio et al., A Neural Probabilistic Language Model, JMLR 3",
        "https://www.jmlr.org/papers/v3/bengio03a.html",
        "Learn a vector for each word and a network that predicts the next word from the vectors, together.",
        "Counts of n words say nothing about n words never seen together, even when similar ones were.",
        ("language_model", "static"), "embedlab.models.nnlm:Nnlm", "nnlm",
    ),
    Family(
        "cw", "Collobert & Weston", 2008, "Collobert & Weston, A Unified Architecture for NLP, ICML",
        "https://doi.org/10.1145/1390156.1390177",
        "Do not predict: only score a real window of words above the same window with its middle word replaced.",
        "A softmax over the whole vocabulary at every word made neural models too slow for large text.",
        ("static",), "embedlab.models.cw:Cw", "cw",
    ),
    Family(
        "cbow", "word2vec CBOW", 2013,
        "Mikolov et al., Efficient Estimation of Word Representations in Vector Space, ICLR workshop",
        "https://arxiv.org/abs/1301.3781",
        "Throw the hidden layer away: guess a word from the average of its neighbors' vectors.",
        "Networks with hidden layers took weeks on a hundred million words.",
        ("static",), "embedlab.models.word2vec:Word2Vec", "word2vec",
    ),
    Family(
        "word2vec", "word2vec skip-gram", 2013,
        "Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality, NeurIPS",
        "https://arxiv.org/abs/1310.4546",
        "Turn it round: from a word, guess each neighbor, telling true ones from random ones.",
        "CBOW averages the context and so blurs what rare words could teach.",
        ("static",), "embedlab.models.word2vec:Word2Vec", "word2vec",
    ),
    Family(
        "glove", "GloVe", 2014, "Pennington et al., GloVe: Global Vectors for Word Representation, EMNLP",
        "https://aclanthology.org/D14-1162/",
        "Count once how often words meet, then fit vectors whose products give the logarithms of the counts.",
        "word2vec walks the text window by window and never sees the counts of the whole text.",
        ("static",), "embedlab.models.glove:Glove", "glove",
    ),
    Family(
        "fasttext", "fastText", 2017,
        "Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 5",
        "https://aclanthology.org/Q17-1010/",
        "A word is the sum of its letter n-grams, so a word nobody has seen gets a vector too.",
        "word2vec and GloVe see 'walk' and 'walking' as two unrelated numbers and know nothing of new words.",
        ("static",), "embedlab.models.fasttext:FastText", "fasttext",
    ),
    Family(
        "lstm", "LSTM language model", 2012,
        "Sundermeyer et al., LSTM Neural Networks for Language Modeling, Interspeech",
        "https://www.isca-archive.org/interspeech_2012/sundermeyer12_interspeech.html",
        "Read the sentence word by word and carry a memory along: the context has no fixed length.",
        "Bengio's network and n-grams look back a few words and no further.",
        ("language_model", "contextual"), "embedlab.models.lstm:Lstm", "lstm",
    ),
    Family(
        "char_lstm", "Character LSTM", 2013, "Graves, Generating Sequences With Recurrent Neural Networks, arXiv",
        "https://arxiv.org/abs/1308.0850",
        "Read and guess letter by letter: no vocabulary, no unknown word.",
        "A model over words knows only the words of its list and nothing of their spelling.",
        ("language_model",), "embedlab.models.char_lstm:CharLstm", "char_lstm",
    ),
    Family(
        "elmo", "ELMo", 2018, "Peters et al., Deep contextualized word representations, NAACL",
        "https://aclanthology.org/N18-1202/",
        "Run language models in both directions and mix their layers: each use of a word gets a vector of its own.",
        "One vector a word must serve the river bank and the savings bank alike.",
        ("contextual", "language_model"), "embedlab.models.elmo:Elmo", "elmo",
    ),
    Family(
        "flair", "Flair", 2018, "Akbik et al., Contextual String Embeddings for Sequence Labeling, COLING",
        "https://aclanthology.org/C18-1139/",
        "Read letters instead of words, in both directions, and take the states at the ends of each word.",
        "ELMo still cuts text into words first; misspellings and odd forms need letters in context.",
        ("contextual", "language_model"), "embedlab.models.flair:Flair", "flair",
    ),
    Family(
        "bert", "BERT", 2019, "Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers, NAACL",
        "https://aclanthology.org/N19-1423/",
        "Hide some words and guess them from both sides at once, with attention from every word to every other.",
        "ELMo's two directions never see each other, and a recurrent network cannot train in parallel.",
        ("contextual", "language_model"), "embedlab.models.bert:Bert", "bert",
    ),
)  # fmt: skip


def families() -> tuple[Family, ...]:
    """Every family, in the order of the road."""
    return FAMILIES


def family(key: str) -> Family:
    """The family with this key.

    Raises:
        BadModel: there is none.
    """
    found = next((item for item in FAMILIES if item.key == key), None)
    if found is None:
        raise BadModel(f"This version of Embedding Lab has no model of kind '{key}'.")
    return found


def model_class(kind: str) -> type[Model]:
    """The class of a kind of model, imported now.

    Raises:
        BadModel: no such kind, or not built yet.
    """
    targets = [(VECTORS, "embedlab.models.vectors:WordVectors")]
    targets += [(name, family.target) for family in FAMILIES if family.here for name in (family.kind, family.key)]
    if target := next((target for name, target in targets if name == kind), ""):
        module, name = target.split(":")
        found: type[Model] = getattr(import_module(module), name)
        return found
    raise BadModel(f"This version of Embedding Lab has no model of kind '{kind}'.")


def list_models(capability: Capability | None = None, place: str = "") -> list[ModelSpec]:
    """The models at hand: starters in the order of the road, then published ones, then one's own by title.

    Args:
        capability: only models that have it.
        place: of the visitor whose own are meant; empty for those of whoever runs the lab.
    """
    specs = [*_starters(), *_packaged(), *_found("published"), *_found("yours", place)]
    return [spec for spec in specs if capability is None or capability in spec.capabilities]


def find(key: str) -> ModelSpec:
    """The model with this key.

    Raises:
        BadModel: there is none.
    """
    found = list_models(place=places.of_key(key))
    for spec in found:
        if spec.key == key:
            return spec
    raise BadModel(f"There is no model '{key}'. At hand: {', '.join(spec.key for spec in found) or 'none'}.")


def load_model(key: str | Path) -> Model:
    """Load a starter by name, one's own or a published model by key, or any model folder by path.

    A path may also lead to a published encoder of the BERT family in Hugging Face's layout.

    Raises:
        BadModel: nothing of that name, or the folder is damaged.
    """
    folder = folder_of(key)
    if not packaged.is_published(folder):
        return model_class(storage.read_kind(folder)).load(folder)
    known = folder == packaged.minilm()
    if known:
        packaged.check_minilm(folder)
    model = model_class("bert").load(folder)
    model.card = packaged.CARD if known else model.card
    return model


def folder_of(key: str | Path) -> Path:
    """Where a model lies that is named by its key, or by a path.

    Raises:
        BadModel: nothing of that name.
    """
    text, here = str(key), False
    with contextlib.suppress(OSError):  # a name longer than any file's
        here = (Path(text) / storage.CONFIG).is_file()
    return Path(text) if here else find(text).folder


def model_folder(source: Source, name: str, place: str = "") -> Path:
    """Where a model of that name is kept; a place has a shelf for the visitor's own alone."""
    if source == "starter":
        return storage.assets() / "starters" / name
    return places.folder(place if source == "yours" else "") / "models" / source / name


def _starters() -> Iterator[ModelSpec]:
    for family in FAMILIES:
        spec = _spec(family.key, "starter", model_folder("starter", family.key), family)
        if spec:
            yield spec


def _packaged() -> Iterator[ModelSpec]:
    if folder := packaged.minilm():
        card, bert = packaged.CARD, family("bert")
        yield ModelSpec(packaged.KEY, card.title, bert.year, "published", bert.capabilities, bert, folder, card)


def _found(source: Source, place: str = "") -> list[ModelSpec]:
    parent = model_folder(source, "", place)
    folders = [f for f in parent.iterdir() if not f.name.startswith(".")] if parent.is_dir() else []
    specs = [_spec(places.key(place, f.name) if place else f"{source}/{f.name}", source, f) for f in folders]
    return sorted((spec for spec in specs if spec), key=lambda spec: (spec.title.lower(), spec.key))


def _spec(key: str, source: Source, folder: Path, family: Family | None = None) -> ModelSpec | None:
    """Description of a model folder, or ``None`` if it cannot be used; read anew when its files change."""
    try:
        stamps = tuple((folder / name).stat().st_mtime_ns for name in (storage.CONFIG, storage.CARD))
        return _described(key, source, folder, family, stamps)
    except (OSError, BadModel):
        return None


@lru_cache(1000)
def _described(key: str, source: Source, folder: Path, family: Family | None, stamps: tuple[int, ...]) -> ModelSpec:
    kind, card = storage.read_kind(folder), storage.read_card(folder)
    family = family or _family(kind, folder)
    return ModelSpec(key, card.title or family.title, family.year, source, family.capabilities, family, folder, card)


def _family(kind: str, folder: Path) -> Family:
    key = storage.variant(folder, default=kind)
    for family in FAMILIES:
        if family.here and family.key == key and kind in (family.kind, VECTORS):
            return family
    raise BadModel(f"This version of Embedding Lab has no model of kind '{kind}'.")
