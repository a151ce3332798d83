"""One question through understand, retrieve and present."""
