"""Commands of indexing."""
