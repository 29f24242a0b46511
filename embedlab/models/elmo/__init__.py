"""ELMo: two LSTM language models over words that are read by their letters."""

from embedlab.models.elmo.config import ElmoConfig
from embedlab.models.elmo.model import Elmo

__all__ = ["Elmo", "ElmoConfig"]
