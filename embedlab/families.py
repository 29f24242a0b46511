"""The fourteen families of models, in the order of the road from counting words to BERT."""

from __future__ import annotations

from dataclasses import dataclass

from embedlab.base import BadModel, Capability


@dataclass(frozen=True)
class Family:
    """One step on the road from counting words to BERT.

    Attributes:
        key: short name, also the key of its starter.
        title: the field's name for it.
        year: when the paper appeared.
        paper: author, title, venue.
        url: where to read it.
        idea: the idea in a sentence.
        before: what the one before could not do.
        capabilities: the interfaces its models implement.
        target: "module:Class", or empty while it is not built yet.
        kind: kind of its model folders (two families may share a class).
    """

    key: str
    title: str
    year: int
    paper: str
    url: str
    idea: str
    before: str
    capabilities: tuple[Capability, ...]
    target: str = ""
    kind: str = ""

    @property
    def here(self) -> bool:
        """Whether this lab can train and load it yet."""
        return bool(self.target)


FAMILIES: tuple[Family, ...] = (
    Family(
        "one_hot", "One-hot", 1954, "Harris, Distributional Structure, Word 10",
        "https://doi.org/10.1080/00437956.1954.11659520",
        "Every word is its own dimension: a vector with a single 1.",
        "Text had to become numbers at all. This does it, but no two words are alike.",
        ("static",), "embedlab.models.one_hot:OneHot", "one_hot",
    ),
    Family(
        "lsa", "LSA", 1990, "Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 41",
        "https://doi.org/10.1002/(SICI)1097-4571(199009)41:6%3C391::AID-ASI1%3E3.0.CO;2-9",
        "Count which words occur together, then keep only the strongest directions of that table.",
        "One-hot vectors know no similarity: 'cat' is as far from 'dog' as from 'tax'.",
        ("static",), "embedlab.models.lsa.model:Lsa", "lsa",
    ),
    Family(
        "ngram", "n-gram model", 1995, "Kneser & Ney, Improved backing-off for m-gram language modeling, ICASSP",
        "https://doi.org/10.1109/ICASSP.1995.479394",
        "Predict the next word from counts of the last few.",
        "A table of who occurs with whom knows no order and cannot say what comes next.",
        ("language_model",), "embedlab.models.ngram.model:Ngram", "ngram",
    ),
    Family(
        "nnlm", "Neural language model", 2003, "Bengio et al., A Neural Probabilistic Language Model, JMLR 3",
        "https://www.jmlr.org/papers/v3/bengio03a.html",
        "Learn a vector for each word and a network that predicts the next word from the vectors, together.",
        "Counts of n words say nothing about n words never seen together, even when similar ones were.",
        ("language_model", "static"), "embedlab.models.nnlm:Nnlm", "nnlm",
    ),
    Family(
        "cw", "Collobert & Weston", 2008, "Collobert & Weston, A Unified Architecture for NLP, ICML",
        "https://doi.org/10.1145/1390156.1390177",
        "Do not predict: only score a real window of words above the same window with its middle word replaced.",
        "A softmax over the whole vocabulary at every word made neural models too slow for large text.",
        ("static",), "embedlab.models.cw:Cw", "cw",
    ),
    Family(
        "cbow", "word2vec CBOW", 2013,
        "Mikolov et al., Efficient Estimation of Word Representations in Vector Space, ICLR workshop",
        "https://arxiv.org/abs/1301.3781",
        "Throw the hidden layer away: guess a word from the average of its neighbors' vectors.",
        "Networks with hidden layers took weeks on a hundred million words.",
        ("static",), "embedlab.models.word2vec:Word2Vec", "word2vec",
    ),
    Family(
        "word2vec", "word2vec skip-gram", 2013,
        "Mikolov et al., Distributed Representations of Words and Phrases and their Compositionality, NeurIPS",
        "https://arxiv.org/abs/1310.4546",
        "Turn it round: from a word, guess each neighbor, telling true ones from random ones.",
        "CBOW averages the context and so blurs what rare words could teach.",
        ("static",), "embedlab.models.word2vec:Word2Vec", "word2vec",
    ),
    Family(
        "glove", "GloVe", 2014, "Pennington et al., GloVe: Global Vectors for Word Representation, EMNLP",
        "https://aclanthology.org/D14-1162/",
        "Count once how often words meet, then fit vectors whose products give the logarithms of the counts.",
        "word2vec walks the text window by window and never sees the counts of the whole text.",
        ("static",), "embedlab.models.glove.model:Glove", "glove",
    ),
    Family(
        "fasttext", "fastText", 2017,
        "Bojanowski et al., Enriching Word Vectors with Subword Information, TACL 5",
        "https://aclanthology.org/Q17-1010/",
        "A word is made of its letter n-grams, so a word nobody has seen gets a vector too.",
        "word2vec and GloVe see 'walk' and 'walking' as two unrelated numbers and know nothing of new words.",
        ("static",), "embedlab.models.fasttext.model:FastText", "fasttext",
    ),
    Family(
        "lstm", "LSTM language model", 2012,
        "Sundermeyer et al., LSTM Neural Networks for Language Modeling, Interspeech",
        "https://www.isca-archive.org/interspeech_2012/sundermeyer12_interspeech.html",
        "Read the sentence word by word and carry a memory along: the context has no fixed length.",
        "Bengio's network and n-grams look back a few words and no further.",
        ("language_model", "contextual"), "embedlab.models.lstm:Lstm", "lstm",
    ),
    Family(
        "char_lstm", "Character LSTM", 2013, "Graves, Generating Sequences With Recurrent Neural Networks, arXiv",
        "https://arxiv.org/abs/1308.0850",
        "Read and guess letter by letter: no vocabulary, no unknown word.",
        "A model over words knows only the words of its list and nothing of their spelling.",
        ("language_model",), "embedlab.models.char_lstm:CharLstm", "char_lstm",
    ),
    Family(
        "elmo", "ELMo", 2018, "Peters et al., Deep contextualized word representations, NAACL",
        "https://aclanthology.org/N18-1202/",
        "Run language models in both directions and mix their layers: each use of a word gets a vector of its own.",
        "One vector a word must serve the river bank and the savings bank alike.",
        ("contextual", "language_model"), "embedlab.models.elmo.model:Elmo", "elmo",
    ),
    Family(
        "flair", "Flair", 2018, "Akbik et al., Contextual String Embeddings for Sequence Labeling, COLING",
        "https://aclanthology.org/C18-1139/",
        "Read letters instead of words, in both directions, and take the states at the ends of each word.",
        "ELMo still cuts text into words first; misspellings and odd forms need letters in context.",
        ("contextual", "language_model"), "embedlab.models.flair.model:Flair", "flair",
    ),
    Family(
        "bert", "BERT", 2019, "Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers, NAACL",
        "https://aclanthology.org/N19-1423/",
        "Hide some words and guess them from both sides at once, with attention from every word to every other.",
        "ELMo's two directions never see each other, and a recurrent network cannot train in parallel.",
        ("contextual", "language_model"), "embedlab.models.bert.model:Bert", "bert",
    ),
)  # fmt: skip


def families() -> tuple[Family, ...]:
    """Every family, in the order of the road."""
    return FAMILIES


def family(key: str) -> Family:
    """The family with this key.

    Raises:
        BadModel: there is none.
    """
    result = next((item for item in FAMILIES if item.key == key), None)
    if result is None:
        raise BadModel(f"This version of Embedding Lab has no model of kind '{key}'.")
    return result
