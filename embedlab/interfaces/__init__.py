"""The interfaces of models, one a file; ``embedlab.base`` gives them all."""
