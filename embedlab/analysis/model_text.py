"""A text as a language model reads it: cut into the model's words or characters, and put together again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from unicodedata import category

from embedlab.base import END, UNKNOWN, LanguageModel, Lexicon, Lookup
from embedlab.base.folding import spelled
from embedlab.data.tokenizer import TextOptions, Tokenizer

LINE_END = "\n"
"""What ends a text for a model of characters."""
NAMES = {END: "end of sentence", UNKNOWN: "unknown word", LINE_END: "⏎ line end", " ": "␣ space", "\t": "⇥ tab"}
"""Tokens that would not be seen, or not be understood, as they are."""


def reads_forward(model: LanguageModel) -> bool:
    """Whether the model guesses what comes after a text, not what came before it or stands in a gap."""
    return model.direction == "forward"


def why_not(model: LanguageModel) -> str:
    """What a model that does not read forward does instead, for messages."""
    if model.direction == "backward":
        return f"{model.title} reads backward: what it expects depends on the words after, not before"
    return f"{model.title} reads both sides of a gap: it fills words in, but does not say what comes next"


def tokenizer(model: LanguageModel) -> Tokenizer:
    """Cuts a text as the training text of a word model was cut, as far as its vocabulary tells.

    Capitals, punctuation marks and digits are kept if the vocabulary has words with them; "'s" is a word of its own
    if the vocabulary has it, or has no word that ends so.
    """
    text = "\n".join(("", *model.words, ""))
    lexicon = Lexicon(model.words)
    return Tokenizer(
        TextOptions(
            lowercase=lexicon.lowercase,
            punctuation="\n,\n" in text or "\n.\n" in text,
            possessives="\n's\n" in text or "'s\n" not in text,
            numbers="zero" if lexicon.zeros else "keep",
            locale=lexicon.language or "en",
        )
    )


def lookups(model: LanguageModel, text: str) -> list[Lookup]:
    """As what the words of a text are looked up by a word model: most are folded as its training text was."""
    if model.unit != "word":
        return []
    options = replace(tokenizer(model).options, lowercase=False, numbers="keep")
    return list(map(Lexicon(model.words).fold, Tokenizer(options).words(text)))


def signs(model: LanguageModel, text: str) -> list[str]:
    """The characters of a text as a model of characters reads them: composed, those that it lacks tidied."""
    return list(spelled(text, frozenset(model.vocabulary)))


def beginning(model: LanguageModel, text: str) -> list[str]:
    """The tokens of a text that is to go on: characters, or words with END between sentences, none after the last."""
    if model.unit == "char":
        return signs(model, text)
    tokens: list[str] = []
    for sentence in tokenizer(model).sentences(text):
        tokens += [END, *sentence] if tokens else sentence
    return tokens


def pieces(model: LanguageModel, text: str) -> Iterator[tuple[str, list[str]]]:
    """Every word as it was written, between spaces, and the model's tokens in it (none in a dash, say)."""
    cut = tokenizer(model)
    for piece in text.split():
        yield piece, signs(model, piece) if model.unit == "char" else cut.words(piece)


def counted(model: LanguageModel, tokens: Sequence[str]) -> list[bool]:
    """Which tokens make up the words and ends of a text, so that models of any unit are measured on the same things.

    Punctuation marks, which most word models never see, are not among them. Of characters these are the letters and
    digits and what is read right after one, which says that the word is over.
    """
    if model.unit != "char":
        return [token in (END, UNKNOWN) or any(map(str.isalnum, token)) for token in tokens]
    read = list(tokens if model.direction == "forward" else reversed(tokens))
    letters = [token not in (END, LINE_END) and any(category(c)[0] in "LMN" for c in token) for token in read]
    after = zip(read, letters, [False, *letters], strict=False)
    found = [letter or before or token in (END, LINE_END) for token, letter, before in after]
    return found if model.direction == "forward" else found[::-1]


def word_count(sentence: str) -> int:
    """How many words a sentence has by the usual tokenizer, its end counted: those of a model of characters."""
    return len(Tokenizer().words(sentence)) + 1


def written(model: LanguageModel, tokens: Sequence[str]) -> str:
    """Tokens as people write them: characters without, words with spaces between; END is left out."""
    kept = [token for token in tokens if token != END]
    if model.unit == "char":
        return "".join(kept)
    text = ""
    for token in kept:
        attached = token[:1] in "'.,;:!?)" or not text
        text += token if attached else f" {token}"
    return text


def extended(model: LanguageModel, text: str, tokens: Sequence[str]) -> str:
    """A text with a model's tokens written after it, with a space before words but not before punctuation marks.

    Args:
        model: the model whose tokens they are: words or characters.
        text: as it was typed.
        tokens: what goes on; END is left out.
    """
    added = written(model, tokens)
    if model.unit == "char" or not text.strip() or not added:
        return text + added
    return text.rstrip() + ("" if added[0] in "'.,;:!?)" else " ") + added


def name(token: str) -> str:
    """A token in letters that can be seen."""
    return NAMES.get(token, token)


def visible(model: LanguageModel, tokens: Sequence[str]) -> str:
    """Tokens on a line with nothing left out: words between spaces, characters with signs for space and line end."""
    if model.unit == "char":
        return "".join(NAMES[token][0] if token in (" ", LINE_END, "\t") else token for token in tokens)
    return " ".join(map(name, tokens))


def unknown(model: LanguageModel, tokens: Sequence[str]) -> list[str]:
    """Tokens that the model does not have, each once; it reads all of them as ``UNKNOWN``."""
    known = {*model.vocabulary, END}
    return [token for token in dict.fromkeys(tokens) if token not in known]
