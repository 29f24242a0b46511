"""Published word vectors: the model, and the files of word2vec and GloVe that it is read from and written to."""

from embedlab.models.vectors.binary import read_binary
from embedlab.models.vectors.layouts import detect
from embedlab.models.vectors.model import VectorsConfig, WordVectors
from embedlab.models.vectors.text import read_text
from embedlab.models.vectors.writing import write

__all__ = ["VectorsConfig", "WordVectors", "detect", "read_binary", "read_text", "write"]
