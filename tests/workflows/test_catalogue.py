"""The catalogue of published models: every entry is whole and can be read here, and a damaged one is named."""

from __future__ import annotations

import math
import os
import re
import tomllib
from pathlib import Path

import pytest

from embedlab.base import BadModel, paths
from embedlab.models.bert.network import FAMILIES
from embedlab.models.common import hub
from embedlab.registry import HUB
from embedlab.workflows import catalogue, published
from embedlab.workflows.catalogue import Offer

OFFERS = catalogue.offers()
BYTES_A_NUMBER = (1.9, 4.9)
"""Of a network's file: numbers are stored in two or four bytes, and heads and tokenizers come on top."""
SMALLEST, LARGEST = 10_000_000, 10_000_000_000
GOOD = """
key = "good"
kind = "vectors"
title = "Good"
sources = ["https://example.org/good.vec"]
size = 1
licence = "MIT"
language = "English"
about = "It is good."
"""


def of(kind: str) -> list[Offer]:
    return [offer for offer in OFFERS if offer.kind == kind]


def written(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one's own in a folder that stands for ``assets``."""
    monkeypatch.setenv("EMBEDLAB_ASSETS", str(folder))
    path = folder / "published.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_entries_keep_the_order_of_the_file_and_are_found_by_their_keys() -> None:
    listed = tomllib.loads((paths.assets() / "published.toml").read_text(encoding="utf-8"))["model"]
    assert [offer.key for offer in OFFERS] == [entry["key"] for entry in listed]
    assert len({offer.key for offer in OFFERS}) == len(OFFERS)
    assert all(catalogue.find(offer.key) is offer for offer in OFFERS)
    assert catalogue.find("gpt-2") is None


def test_each_kind_has_the_models_that_people_know() -> None:
    keys = {offer.key for offer in OFFERS}
    assert {"glove-wiki-gigaword-50", "glove-6b", "glove-840b", "word2vec-google-news-300", "fasttext-crawl-de"} <= keys
    assert {"elmo-small", "elmo-medium", "elmo-original", "elmo-5-5b"} <= keys
    assert {"flair-news", "flair-news-fast", "flair-mix", "flair-multi", "flair-de"} <= keys
    assert {"bert-tiny", "bert-base-uncased", "bert-base-cased", "bert-large-cased", "bert-multilingual-cased"} <= keys
    assert {"distilbert", "roberta", "electra", "albert", "deberta-v2", "modernbert"} <= {
        offer.family for offer in of("bert")
    }


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
def test_an_entry_says_what_a_person_has_to_know(offer: Offer) -> None:
    assert offer.about == offer.about.strip()
    assert re.fullmatch(r"\S[^\n]*[^.!?]\.", offer.about)
    assert not re.search(r"[.!?] [A-Z]", offer.about), "one sentence"
    assert len(offer.title) <= 60
    assert SMALLEST <= offer.size <= LARGEST
    assert bool(offer.family) == (offer.kind == "bert")
    assert bool(offer.dim) == (offer.kind == "vectors")


@pytest.mark.parametrize("offer", of("bert"), ids=lambda offer: offer.key)
def test_an_encoder_is_of_a_family_that_is_read_here_and_lies_on_the_hub(offer: Offer) -> None:
    assert offer.family in FAMILIES
    (source,) = offer.sources
    assert hub.is_name(source.removeprefix(HUB)) and source.startswith(HUB)


@pytest.mark.parametrize("offer", [o for o in OFFERS if o.parameters], ids=lambda offer: offer.key)
def test_the_size_of_a_network_fits_its_number_of_parameters(offer: Offer) -> None:
    low, high = BYTES_A_NUMBER
    assert low * offer.parameters < offer.size < high * offer.parameters


@pytest.mark.parametrize("offer", of("vectors"), ids=lambda offer: offer.key)
def test_word_vectors_lie_where_they_can_be_fetched(offer: Offer) -> None:
    (source,) = offer.sources
    name = source.removeprefix(catalogue.GENSIM)
    if name != source:
        assert name == offer.key and offer.words and offer.checksums[0].startswith("md5:")
    else:
        assert Path(source).suffix in published.SUFFIXES
    assert not offer.words or offer.size < offer.words * (offer.dim + 1) * 12 * (4 if offer.member else 1)


def test_models_in_two_files_name_them_in_order() -> None:
    for offer in of("elmo"):
        options, weights = offer.sources
        assert options.endswith("options.json") and weights.endswith(".hdf5") and "weights" in weights
        assert options.rsplit("/", 1)[0] == weights.rsplit("/", 1)[0]
    for offer in of("flair"):
        forward, backward = offer.sources
        assert forward.replace("forward", "backward") == backward != forward


def test_seconds_are_those_of_the_download() -> None:
    offer = catalogue.find("flair-news-fast")
    assert offer is not None and offer.size == 2 * 19_689_779
    assert catalogue.seconds(offer, 1e6) == pytest.approx(39.379558)
    assert catalogue.seconds(offer, 0) == math.inf


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, f"[[model]]{GOOD}", monkeypatch)
    assert catalogue.find("good") == Offer(
        "good", "vectors", "Good", ("https://example.org/good.vec",), 1, "MIT", "English", "It is good."
    )
    path.write_text(f"[[model]]{GOOD}".replace('"good"', '"better"'), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert [offer.key for offer in catalogue.offers()] == ["better"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("size = 1", 'size = "1"', "size is '1'"),
        ("size = 1", "size = 0", "size"),
        ("size = 1", "size = 1\nwords = -1", "number"),
        ("size = 1", "", "size"),
        ("size = 1", "size = 1\ncolour = 1", "colour"),
        ('licence = "MIT"', 'licence = " "', "licence is empty"),
        ('"vectors"', '"gpt"', "kind is 'gpt'"),
        ('"vectors"', '"elmo"', "options and the weights"),
        ('"vectors"', '"flair"', "forward and a backward"),
        ("https://example.org", "http://example.org", "no https address"),
        ("https://example.org/good.vec", "hub:good", "no hub:OWNER/NAME"),
        ("size = 1", 'size = 1\nchecksums = ["md5:12"]', "no checksum"),
        ("size = 1", "size = 1\nchecksums = ['md5:0', 'md5:0']", "2 checksums for 1 sources"),
    ],
)
def test_a_damaged_entry_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    second = GOOD.replace('"good"', '"second"').replace(old, new)
    written(tmp_path, f"[[model]]{GOOD}[[model]]{second}", monkeypatch)
    with pytest.raises(BadModel, match=re.escape(said)) as caught:
        catalogue.offers()
    assert "entry second of the catalogue published.toml" in str(caught.value)


def test_swapped_files_of_a_pair_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = 'sources = ["https://example.org/a-backward.pt", "https://example.org/a-forward.pt"]'
    text = GOOD.replace('"vectors"', '"flair"').replace('sources = ["https://example.org/good.vec"]', pair)
    written(tmp_path, f"[[model]]{text}", monkeypatch)
    with pytest.raises(BadModel, match=r"The entry good .* forward and a backward file"):
        catalogue.offers()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[[model]]{GOOD}[[model]]{GOOD}", "The entry good .* taken"),
        ("[[model]]" + GOOD.replace('"good"', '"Good One"'), "The entry Good One .* lower-case"),
        ("[[model]]" + GOOD.replace('key = "good"', ""), "The entry number 1 .* damaged"),
        ("[[model]]\nkey = ", "is damaged"),
        ("model = [1]", "The entry number 1 .* damaged"),
        ("[model]\nkey = 1", "no \\[\\[model\\]\\] tables"),
        ("", "'model'"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    written(tmp_path, text, monkeypatch)
    with pytest.raises(BadModel, match=said):
        catalogue.offers()
