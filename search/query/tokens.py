"""The query token: what a search came to, signed, so that a client cannot make up an outcome.

Nothing is stored when a search runs; the browser hands this token back once the search has
settled. It holds no text, only a hash of the normalised question.
"""

import hashlib
from typing import NamedTuple

from django.core import signing

from search.analysis import question_key
from search.analysis.characters import clean
from search.query.values import MAX_QUESTION_LENGTH

SALT = "annai.search.query"
MAX_AGE_SECONDS = 24 * 60 * 60


class QueryToken(NamedTuple):
    """The signed facts. ``question``: ``question_hash`` of the text in ``locale``."""

    question: str
    locale: str
    total: int
    engine: str
    degraded: bool
    no_answer: bool


def question_hash(text: str, locale: str) -> str:
    """A short hash (64 bits, hexadecimal) of the question's normalised form."""
    key = question_key(clean(text)[:MAX_QUESTION_LENGTH], locale)
    return hashlib.blake2b(f"{locale}\n{key}".encode(), digest_size=8).hexdigest()


def issue(token: QueryToken) -> str:
    """The token as text for a URL or JSON."""
    return signing.dumps(token, salt=SALT, compress=False)


def read(text: str) -> QueryToken:
    """The facts of a token. Raises django.core.signing.BadSignature if forged or too old."""
    return QueryToken(*signing.loads(text, salt=SALT, max_age=MAX_AGE_SECONDS))
