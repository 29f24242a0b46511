"""The Polysemy page: one word in many sentences."""
