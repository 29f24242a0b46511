"""One file a question; every answer is a frozen dataclass."""
