"""The pages of the sidebar, in their order: file and title."""

PAGES = (
    ("overview", "Overview"),
    ("lessons", "Lessons"),
    ("neighbors", "Neighbors"),
    ("analogies", "Analogies"),
    ("axes", "Axes"),
    ("map", "Map"),
    ("stability", "Stability"),
    ("next_word", "Next word"),
    ("softmax", "Softmax"),
    ("polysemy", "Polysemy"),
    ("cloud", "Context cloud"),
    ("elmo_layers", "ELMo layers"),
    ("flair_characters", "Flair characters"),
    ("bert", "BERT"),
    ("probes", "Layer probes"),
    ("contextuality", "How contextual"),
    ("leaderboard", "Leaderboard"),
    ("training", "Training"),
    ("models", "Models"),
)
