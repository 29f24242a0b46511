"""From results to Plotly figures: one file for each kind of figure; a figure does not know where it is shown."""
