"""Overview: the road from one-hot to BERT, and the models at hand."""

from embedlab.ui import widgets

widgets.opening("Embedding Lab", "How computers came to know what words mean.")
