"""BERT: pretraining, encoding, and published checkpoints."""

from embedlab.models.bert.config import BertConfig
from embedlab.models.bert.model import Bert

__all__ = ["Bert", "BertConfig"]
