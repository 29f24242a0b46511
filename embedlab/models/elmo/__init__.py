"""ELMo: two LSTM language models over words that are read by their letters."""

from embedlab.models.elmo.model import Elmo, ElmoConfig

__all__ = ["Elmo", "ElmoConfig"]
