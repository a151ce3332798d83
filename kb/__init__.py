"""Knowledge base: topics, articles and what gets them in."""
