"""What each kind of run does: one file a kind, named by string in ``jobs.worker``."""
