"""The plain values that travel through the search pipeline and out to pages and JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kb.visibility import ANONYMOUS, Viewer
from search.indexing.terms import ShortTokens

# What is looked at of a longer text: nobody types more, and every stage costs by length.
MAX_QUESTION_LENGTH = 2_000


class Mode(StrEnum):
    """Typing in progress, or a question that was sent."""

    SUGGEST = "suggest"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question as the pipeline takes it. ``filters``: facet name → values; ``shown``: ids of the
    suggestions that the reader sees while typing on."""

    text: str
    locale: str
    viewer: Viewer = ANONYMOUS
    mode: Mode = Mode.SEARCH
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    shown: tuple[str, ...] = ()


Span = tuple[int, int]  # start and end, in characters of the text it belongs to


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A text and the spans of it that match."""

    text: str
    spans: tuple[Span, ...] = ()

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut into (piece, matches) in order; templates wrap the matching ones."""
        pieces, at = [], 0
        for start, end in self.spans:
            if start > at:
                pieces.append((self.text[at:start], False))
            pieces.append((self.text[start:end], True))
            at = end
        if at < len(self.text):
            pieces.append((self.text[at:], False))
        return pieces

    @property
    def utf16_spans(self) -> list[list[int]]:
        """The spans in UTF-16 units, as JavaScript counts."""
        return [
            [_utf16_length(self.text[:start]), _utf16_length(self.text[:end])]
            for start, end in self.spans
        ]


def _utf16_length(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


class SuggestionKind(StrEnum):
    """What a row of the suggestion list is."""

    ANSWER = "answer"  # an article whose short answer is shown in place
    ARTICLE = "article"
    COMPLETION = "completion"  # a question that others asked and that was answered


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row of the suggestion list. ``id`` is the article's; empty for completions."""

    kind: SuggestionKind
    id: str
    title: Highlighted
    url: str
    topic: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One article on the results page."""

    id: str
    title: Highlighted
    url: str
    topic: str
    excerpt: Highlighted
    visibility: str
    verified_on: str = ""  # ISO date
    answer: str = ""  # the short answer
    locale: str = ""
    tokens: ShortTokens = field(default_factory=ShortTokens, repr=False)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A filter choice: its value, label, how many results it leaves, and whether it is set."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What both kinds of answer say of the search itself."""

    query_id: str
    total: int
    no_answer: bool
    engine: str
    degraded: bool


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """The question with misspelt words put right, and how many results that has."""

    text: str
    total: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The answer while typing."""

    request: SearchRequest
    outcome: Outcome
    suggestions: tuple[Suggestion, ...]
    did_you_mean: DidYouMean | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a question that was sent. ``facets``: facet name → choices;
    ``in_other_languages``: what answers it where the reader's language does not;
    ``quotes_loosened``: whether to say that nothing holds the phrases that it quotes, so that their
    words were looked for."""

    request: SearchRequest
    outcome: Outcome
    results: tuple[Result, ...]
    answer: Result | None
    facets: Mapping[str, tuple[FacetValue, ...]]
    page: int
    pages: int
    did_you_mean: DidYouMean | None = None
    in_other_languages: tuple[Result, ...] = ()
    quotes_loosened: bool = False
