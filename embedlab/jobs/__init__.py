"""Background runs: each has a folder and a worker process that fills it; pages only read the folder."""
