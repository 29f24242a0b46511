"""BERT: pretraining, reading, and the published checkpoints."""

from embedlab.models.bert.model import Bert, BertConfig

__all__ = ["Bert", "BertConfig"]
