"""Published word vectors as a model: words and a matrix."""

from __future__ import annotations

from dataclasses import dataclass

from embedlab.base import Settings, StaticModel, setting


@dataclass(frozen=True)
class VectorsConfig(Settings):
    """What is known of published vectors."""

    family: str = setting(
        "word2vec",
        "The algorithm that made them, which places them on the timeline.",
        choices=("word2vec", "cbow", "glove", "fasttext"),
    )
    format: str = setting("", "The format of the file they were read from.")


class WordVectors(StaticModel):
    """Published vectors: words and a matrix; counts are zero where the file has none."""

    kind = "vectors"
    config_class = VectorsConfig
