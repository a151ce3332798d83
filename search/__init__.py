"""Search, from analysis to insight; its pages are in ``search.views``."""
