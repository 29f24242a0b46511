"""Folders in Hugging Face's layout, made by transformers itself: tiny random networks and real tokenizers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoModelForMaskedLM, BertTokenizer, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import import_protobuf
from transformers.models.auto.configuration_auto import AutoConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING

PIECES = (  # noqa: SIM905
    "[PAD] [UNK] [CLS] [SEP] [MASK] the a cat dog sat on mat run ##ning ##s bank river of money in went to i he she "
    "it was un ##believ ##able . , ' s t don b c d e f g h k l m n o p r u w y ##a ##b ##c ##e ##g ##n ##o ##t 你 好 𝕏"
).split()
SMALL: dict[str, Any] = {
    "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 24, "initializer_range": 0.5,
}  # fmt: skip
NAMED: dict[str, dict[str, Any]] = {
    "albert": {"embedding_size": 8},
    "convbert": {"embedding_size": 8, "conv_kernel_size": 3},
    "distilbert": {"dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 32},
    "electra": {"embedding_size": 8},
    "mobilebert": {"embedding_size": 8, "intra_bottleneck_size": 8, "initializer_range": 0.2},
    "rembert": {"input_embedding_size": 8, "output_embedding_size": 8},
}
"""What families call otherwise, or have besides."""


def bert_folder(folder: Path, network: type[Any], seed: int = 0, **changes: Any) -> Path:
    """A BERT of a class of transformers, with a WordPiece tokenizer."""
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    BertTokenizer.from_pretrained(str(folder)).save_pretrained(folder)
    torch.manual_seed(seed)
    network(network.config_class(**SMALL | {"vocab_size": len(PIECES)} | changes)).save_pretrained(folder)
    return folder


def family_folder(folder: Path, family: str) -> Path:
    """A network of a family with its head for hidden words, and a padding piece that is not zero, as in many."""
    config = AutoConfig.for_model(family, pad_token_id=0)
    network: Any = MODEL_FOR_MASKED_LM_MAPPING[type(config)]
    bert_folder(folder, network, pad_token_id=0, **NAMED.get(family, {}))
    made = network.from_pretrained(folder)
    with torch.no_grad():
        made.get_input_embeddings().weight[0] = 0.5
    made.save_pretrained(folder)
    return folder


def roberta_folder(folder: Path) -> Path:
    """A RoBERTa, whose pieces are bytes and whose positions begin after the padding."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *letters, "Ġt", "Ġth", "Ġthe", "Ġc", "at", "Ġcat"]
    merges = [("Ġ", "t"), ("Ġt", "h"), ("Ġth", "e"), ("Ġ", "c"), ("a", "t"), ("Ġc", "at")]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, merges, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.enable_truncation(4)  # published tokenizers cut and fill up; that must not show
    tokenizer.enable_padding(length=9)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token="<s>", sep_token="</s>", mask_token="<mask>", pad_token="<pad>",
        unk_token="<unk>", bos_token="<s>", eos_token="</s>",
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(0)
    config = AutoConfig.for_model("roberta", **SMALL | {"vocab_size": len(pieces), "pad_token_id": 1})
    AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    return folder


SCORED = ["▁the", "▁cat", "▁cafe", "▁un", "believ", "able", "▁The", "▁C", "▁", *"abcdefghijklmnopqrstuvwxyzéT1🜚"]
FIRST = {
    "albert": ("spiece.model", "<pad> <unk> [CLS] [SEP] [MASK]"),
    "camembert": ("sentencepiece.bpe.model", "<unk> <s> </s>"),
    "deberta-v2": ("spm.model", "[PAD] [CLS] [SEP] [UNK]"),
    "rembert": ("sentencepiece.model", "[PAD] <unk> [CLS] [SEP] <pad> [MASK]"),
    "xlm-roberta": ("sentencepiece.bpe.model", "<unk> <s> </s>"),
    "xlm-roberta-xl": ("sentencepiece.bpe.model", "<unk> <s> </s>"),
}
"""What families call the file of sentencepiece, and the marks that stand first in it."""


def sentencepiece_folder(folder: Path, family: str, *, kind: int = 1) -> Path:
    """A network of a family whose tokenizer is nothing but a file as sentencepiece writes it."""
    name, first = FIRST[family]
    folder.mkdir(parents=True)
    proto = import_protobuf().ModelProto()
    for piece in first.split():
        proto.pieces.add(piece=piece, score=0.0, type=2 if piece.strip("<>[]").lower() == "unk" else 3)
    for i, piece in enumerate(SCORED):
        proto.pieces.add(piece=piece, score=-1.0 - 0.25 * i)
    proto.trainer_spec.model_type = kind
    proto.trainer_spec.unk_id = next(i for i, piece in enumerate(proto.pieces) if piece.type == 2)
    proto.normalizer_spec.name, proto.normalizer_spec.precompiled_charsmap = "nmt_nfkc", b"table"
    (folder / name).write_bytes(proto.SerializeToString())
    torch.manual_seed(0)
    values = SMALL | NAMED.get(family, {}) | {"vocab_size": len(proto.pieces) + 8, "pad_token_id": 0}
    AutoModelForMaskedLM.from_config(AutoConfig.for_model(family, **values)).save_pretrained(folder)
    return folder
