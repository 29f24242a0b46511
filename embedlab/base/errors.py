"""The errors that this library raises on purpose: one family. Their messages may be shown to a visitor."""

BEGINNING, ENDING = 600, 300


class EmbedLabError(Exception):
    """Base class of all errors that this library raises on purpose; the message may be shown to a visitor.

    The middle of a very long message is left out, because it repeats the content of a damaged file.
    """

    def __init__(self, text: str = "") -> None:
        long = len(text) > BEGINNING + ENDING
        super().__init__(f"{text[:BEGINNING]} … {text[-ENDING:]}" if long else text)


class UnknownWord(EmbedLabError):
    """A word is not in a model's vocabulary and the model cannot compose a vector for it."""

    def __init__(self, word: str, model: str = "this model") -> None:
        super().__init__(f"'{word}' is not in the vocabulary of {model}. Try another spelling or a commoner word.")
        self.word = word


class BadInput(EmbedLabError):
    """A text, file or question cannot be read or answered as given."""


class BadSetting(EmbedLabError):
    """A setting is outside its allowed range."""


class BadModel(EmbedLabError):
    """A model folder or checkpoint is damaged, incomplete or of an unknown kind."""


class Unreachable(EmbedLabError):
    """Something on the network could not be reached."""


class Cancelled(EmbedLabError):
    """The work was cancelled by the person who started it. Raise it in ``on_progress`` to stop a training."""
