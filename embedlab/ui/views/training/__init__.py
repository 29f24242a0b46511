"""The Training page: preview, settings, live curves, results."""
