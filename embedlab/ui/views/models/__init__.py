"""The Models page: cards of the models at hand, published ones to load, and how long things are kept."""
