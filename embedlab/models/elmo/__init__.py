"""ELMo: LSTM language models in two directions over words that are read letter by letter."""

from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.model import Elmo

__all__ = ["Elmo", "ElmoConfig"]
