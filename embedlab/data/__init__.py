"""Text in: files, samples, sentences, words, vocabularies."""
