"""Results as Plotly figures: one file a kind of figure, no figure knows where it is shown."""
