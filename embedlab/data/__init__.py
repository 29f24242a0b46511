"""Text as data: from files to sentences of words, vocabularies, data sets and lessons."""
