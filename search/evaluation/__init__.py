"""Relevance, as-you-type and speed measurements on the production code path."""
