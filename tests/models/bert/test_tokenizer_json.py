"""Tokenizers rebuilt from known steps: the families' own come back as they were, and no panic leaves the family."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from embedlab.base import BadModel
from embedlab.models.bert.tokenizer_json import from_json, guarded, rebuilt
from tests.fuzz.hostile_models import DOUBLING, TOKENIZER

SCORES = [
    ("[UNK]", 0.0),
    *((f"▁{word}", -1.0) for word in ("the", "cat", "cafe", "a")),
    *((c, -3.0) for c in '▁thecaf"'),
]
LETTERS = {letter: i for i, letter in enumerate(["[UNK]", *pre_tokenizers.ByteLevel.alphabet()])}
WORDS = ["The", "cat", "café", "``the''", "“a”", "ﬁn", "北京", "a" * 50]


def albert() -> Tokenizer:
    """As ALBERT's, without sentencepiece's table."""
    tokenizer = Tokenizer(models.Unigram(SCORES, 0))
    quotes = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
    tokenizer.normalizer = normalizers.Sequence(
        [*quotes, normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


def deberta() -> Tokenizer:
    """As DeBERTa's of the second version and XLM-RoBERTa's."""
    tokenizer = Tokenizer(models.Unigram(SCORES, 0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    return tokenizer


def roberta() -> Tokenizer:
    """As RoBERTa's and ModernBERT's."""
    merges = [("t", "h"), ("th", "e")]
    tokenizer = Tokenizer(models.BPE(LETTERS | {"th": 900, "the": 901}, merges, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return tokenizer


def bert() -> Tokenizer:
    """As BERT's."""
    return Tokenizer.from_str(json.dumps(TOKENIZER))


def cut(tokenizer: Tokenizer) -> list[list[str]]:
    found = tokenizer.encode_batch([[word] for word in WORDS], is_pretokenized=True, add_special_tokens=False)
    return [one.tokens for one in found]


def deberta_3() -> Tokenizer:
    """As DeBERTa's of the third version."""
    tokenizer = deberta()
    spaces = normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " ")
    tokenizer.normalizer = normalizers.Sequence([spaces, normalizers.NFC(), normalizers.Strip(left=False)])
    return tokenizer


@pytest.mark.parametrize("make", [albert, deberta, deberta_3, roberta, bert])
def test_the_tokenizers_of_the_families_cut_as_before(make: Any) -> None:
    tokenizer = make()
    assert cut(from_json(tokenizer.to_str())) == cut(tokenizer)


def deberta_3() -> Tokenizer:
    """As DeBERTa's of the third version."""
    tokenizer = deberta()
    spaces = normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " ")
    tokenizer.normalizer = normalizers.Sequence([spaces, normalizers.NFC(), normalizers.Strip(left=False)])
    return tokenizer


@pytest.mark.parametrize("make", [albert, deberta, deberta_3, roberta, bert])
def test_what_was_rebuilt_is_rebuilt_to_the_same(make: Any) -> None:
    once = rebuilt(json.loads(make().to_str()))
    assert rebuilt(json.loads(from_json(json.dumps(once)).to_str())) == once


def test_sentencepiece_s_table_becomes_what_it_says() -> None:
    tokenizer = from_json(json.dumps(TOKENIZER | {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AA"}}))
    assert tokenizer.normalizer.normalize_str("ﬁ\u200b①") == "fi 1"


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"normalizer": {"type": "Sequence", "normalizers": DOUBLING[:2]}}, "longer"),
        ({"normalizer": {"type": "Replace", "pattern": {"Regex": r"(\s+)+$"}, "content": " "}}, "replaces a pattern"),
        ({"normalizer": {"type": "Prepend", "prepend": "a" * 9}}, "Prepend"),
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Isolated"}}, "Split"),
        ({"pre_tokenizer": {"type": "CharDelimiterSplit", "delimiter": "a"}}, "CharDelimiterSplit"),
        ({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}, "WordLevel"),
    ],
)
def test_a_step_that_is_not_known_is_refused_by_name(part: dict[str, Any], named: str) -> None:
    with pytest.raises(BadModel, match=named):
        from_json(json.dumps(TOKENIZER | part))


def test_a_panic_of_the_library_stays_in_the_family_and_nothing_else_is_caught() -> None:
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(BadModel, match="gave up"), guarded("It cannot be read"):
        raise panic("index out of bounds")
    with pytest.raises(KeyboardInterrupt), guarded("It cannot be read"):
        raise KeyboardInterrupt
