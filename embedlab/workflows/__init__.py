"""What the terminal and the background runs both do: train, evaluate, encode, download, measure."""
