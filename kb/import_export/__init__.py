"""Formats in and out: articles from files."""
