"""Processes and executors: work shared among cores and machines."""
