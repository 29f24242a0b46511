"""Probes: small classifiers that read tags from the frozen vectors of a model, layer by layer."""
