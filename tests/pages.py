"""Reading pages in tests."""

import re

from django.http import HttpResponse


def html_of(response: HttpResponse) -> str:
    """The page, every run of white space as one space: a template's layout is no fact."""
    return re.sub(r"\s+", " ", response.content.decode())
