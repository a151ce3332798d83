"""Indexing: what may be found, and how it gets from the CMS into every index."""
