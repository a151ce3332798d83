"""A question as it is understood: its words, what is quoted, in progress, in another script."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from search.analysis import NEGATIONS, Token, TokenKind, analyse
from search.analysis.characters import clean, fold, has_japanese
from search.analysis.english import STOP_WORDS
from search.query.codes import by_form
from search.query.rules import rules_for
from search.query.stop_phrases import subject, without_stop_phrases
from search.query.synonyms import Expansion, asked_or_met, expand, met_by
from search.query.values import MAX_QUESTION_LENGTH, Span

# A pasted page is asked by its first terms: more cost time and, on Elasticsearch, hit the limit
# of clauses (1,024), while the first sentences say what is wanted.
MAX_TERMS = 64
MAX_PHRASES = 32

# Of a word in progress, to tell what it may become; by whether it is Japanese.
FEWEST_LETTERS = {True: 1, False: 2}

_SENTENCE_END = re.compile(r"\n\s*\n|(?<=[?!。？！])|(?<=\.)\s")
_QUOTED = re.compile(r'["“”]([^"“”]+)["“”]')
_UNCONVERTED = re.compile(r"[ぁ-ゖァ-ヺーa-zA-Z'’\s-]+")
# Katakana may be what an input method has made of a word already.
_TO_CONVERT = re.compile(r"[ぁ-ゖーa-z'’]+")
_TO_CONVERT_AT_END = re.compile(r"[ぁ-ゖーa-zａ-ｚ'’\s]+$", re.IGNORECASE)
_UNSPACED_AT_END = re.compile(r"(?<![A-Za-z])[ぁ-ゖーa-zａ-ｚ'’]+$")
# Words that a connector joins go on by themselves: orders/refu.
_CODE_IN_PROGRESS = re.compile(r"[\w-]*\d[\w-]*")
FEWEST_FOREIGN = {True: 1, False: 2}  # words, by whether they are Japanese
FEWEST_ENGLISH = 2  # words without content: one may be Japanese in Latin letters (to, no)
SHORTEST_OPENING = 10  # characters; what is shorter is a greeting


@dataclass(frozen=True)  # without slots, which leave no room for what is cached
class Question:
    """A cleaned question, its analysis and its synonyms, made once."""

    text: str
    locale: str
    tokens: tuple[Token, ...]
    synonyms: tuple[Expansion, ...] = ()

    @classmethod
    def read(cls, text: str, locale: str) -> "Question":
        """The first ``MAX_QUESTION_LENGTH`` characters of ``text``, cleaned and analysed."""
        # A space at the end stays: it says that the last word is finished.
        cleaned = clean(text[:MAX_QUESTION_LENGTH]).lstrip()
        tokens = analyse(cleaned, locale).tokens
        tokens = without_stop_phrases(cleaned, tokens, _quoted_spans(cleaned))
        return cls(cleaned, locale, tokens, expand(tokens, rules_for(locale).synonyms))

    @cached_property
    def searched(self) -> tuple[Token, ...]:
        """The tokens with content; all of them where there is none ("what is it")."""
        content = tuple(token for token in self.tokens if token.kind is not TokenKind.STOP)
        return content or self.tokens

    @property
    def has_content(self) -> bool:
        """Whether it is asked by other words than stop words and negations."""
        return any(
            token.kind is not TokenKind.STOP and token.term not in NEGATIONS
            for token in self.searched
        )

    @property
    def is_one_word(self) -> bool:
        """Whether one word is all it says, and no code, which stands nowhere in passing."""
        return len(self.words) == 1 and not list(by_form(self.words))

    @cached_property
    def distinct_terms(self) -> tuple[str, ...]:
        """The first ``MAX_TERMS`` different terms searched for, in order."""
        return tuple(dict.fromkeys(token.term for token in self.searched))[:MAX_TERMS]

    @cached_property
    def may_be_marked(self) -> frozenset[str]:
        """The terms that ``marked_in`` may give."""
        others = (t for e in self.synonyms for alternative in e.alternatives for t in alternative)
        return frozenset((*self.distinct_terms, *others))

    def marked_in(self, text_terms: Iterable[str]) -> set[str]:
        """The terms to highlight in a text: the question's, and synonyms that stand there."""
        return asked_or_met(self.distinct_terms, self.synonyms, text_terms)

    def met_in(self, text_terms: Collection[str]) -> set[str]:
        """The question's terms that a text speaks of, by themselves or by a synonym."""
        met = {
            term for expansion, _ in met_by(self.synonyms, text_terms) for term in expansion.terms
        }
        return met.union(text_terms).intersection(self.distinct_terms)

    @property
    def subject(self) -> str:
        """What it says without greetings, thanks and other phrases that wrap it."""
        return subject(self.text, _quoted_spans(self.text))

    @property
    def opening(self) -> str:
        """The first sentence, where more follow; else empty. Long questions open with a summary,
        and go on with circumstances."""
        end = next((m.start() for m in _SENTENCE_END.finditer(self.text, SHORTEST_OPENING)), None)
        if end is None or not self.text[end:].strip():
            return ""
        return self.text[:end]

    @property
    def opening_terms(self) -> tuple[str, ...]:
        """The different terms of the opening, in order."""
        end = len(self.opening)
        inside = (token.term for token in self.searched if token.end <= end)
        return tuple(dict.fromkeys(inside))[:MAX_TERMS]

    @property
    def quoted(self) -> tuple[tuple[str, ...], ...]:
        """The terms of each quoted phrase, in order: what must stand together in an article.

        None where quotes are not what the question is about: prose quotes messages and buttons in
        passing, and rarely to the letter.
        """
        spans = _quoted_spans(self.text)
        if not spans:
            return ()
        phrases = [
            tuple(t.term for t in self.searched if start <= t.start and t.end <= end)
            for start, end in spans
        ]
        is_meant = 2 * sum(map(len, phrases)) >= len(self.searched)
        return tuple(filter(None, phrases))[:MAX_PHRASES] if is_meant else ()

    @property
    def is_in_another_script(self) -> bool:
        """Whether all its words are written in another script than its locale's articles. What
        holds digits is a code anywhere."""
        japanese = has_japanese(self.text)
        words = self._words_of_letters
        if japanese == (self.locale == "ja") or not words:
            return False
        return all(has_japanese(self.text[t.start : t.end]) == japanese for t in words)

    @property
    def is_surely_foreign(self) -> bool:
        """Whether so many of its words are in another script that they are another language's: one
        word in Latin letters may be a product's name anywhere."""
        fewest = FEWEST_FOREIGN[has_japanese(self.text)]
        many = len(self._words_of_letters) >= fewest or self.is_surely_english
        return self.is_in_another_script and many

    @property
    def is_surely_english(self) -> bool:
        """Whether so many of its words are English ones without content (where is my …) that they
        are no Japanese in Latin letters."""
        words = {fold(self.text[t.start : t.end]) for t in self.tokens if t.kind is TokenKind.STOP}
        return len(words & STOP_WORDS) >= FEWEST_ENGLISH

    @property
    def _words_of_letters(self) -> list[Token]:
        return [t for t in self.words if t.kind is TokenKind.WORD and t.term.isalpha()]

    @property
    def is_unconverted(self) -> bool:
        """Whether it is Japanese in kana or Latin letters alone: what it says is known by its
        sound."""
        return self.locale == "ja" and bool(_UNCONVERTED.fullmatch(self.text))

    @cached_property
    def _last_token(self) -> Token | None:
        """The word in progress, of a code (err-10) the whole of it; None after a space."""
        if not self.tokens or self.text[-1].isspace():
            return None
        *_, last = self.tokens
        whole = next(token for token in self.tokens if token.end == last.end)
        return whole if _CODE_IN_PROGRESS.fullmatch(self.text[whole.start : whole.end]) else last

    @cached_property
    def last_word(self) -> str:
        """The word in progress as it is typed, folded; empty after a space."""
        last = self._last_token
        return fold(self.text[last.start :]).strip() if last else ""

    @property
    def ends_in_negation(self) -> bool:
        """Whether it ends in a Japanese one; an English one may go on (not, notifications)."""
        return self._last_token is not None and self._last_token.term == "ない"

    @cached_property
    def begun(self) -> str:
        """What terms of a text begin with, if they begin with the word in progress."""
        last = self._last_token
        return last.term if last and last.kind is TokenKind.CODE else self.last_word

    @cached_property
    def beginning(self) -> str:
        """The word in progress, where it has content and letters enough to tell what it may
        become. Japanese ends in no space: a particle there is no beginning of a noun."""
        word, last = self.begun, self._last_token
        if last is None or last.kind is TokenKind.STOP:
            return ""
        return word if len(word) >= FEWEST_LETTERS[has_japanese(word)] else ""

    @property
    def says_something_yet(self) -> bool:
        """Whether it says anything yet; not while its first word has too few letters to tell what
        it may become, or may become one without content. Signs say nothing."""
        last = self._last_token
        if last is None:
            return any(token.kind is not TokenKind.STOP for token in self.tokens)
        if any(t.end < last.end and t.kind is not TokenKind.STOP for t in self.tokens):
            return True
        word = self.beginning
        return bool(word) and not any(stop.startswith(word) for stop in STOP_WORDS)

    @cached_property
    def unfinished_terms(self) -> frozenset[str]:
        """What the word in progress would be if it ended here; none after a space."""
        last = self._last_token
        if last is None:
            return frozenset()
        finished = {token.term for token in self.tokens if token.end < last.end}
        return frozenset(t.term for t in self.tokens if t.end == last.end) - finished

    @cached_property
    def words(self) -> tuple[Token, ...]:
        """The tokens searched for without the parts of codes."""
        ends = accumulate((token.end for token in self.searched), max, initial=0)
        return tuple(t for t, end in zip(self.searched, ends, strict=False) if t.end > end)

    @cached_property
    def number_of_words(self) -> int:
        """How many different words it says; not one that an input method has yet to convert."""
        words = {token.term for token in self.words}
        if self.is_to_be_converted:
            words -= self.unfinished_terms
        return len(words)

    @cached_property
    def is_to_be_converted(self) -> bool:
        """Whether an input method has yet to convert the word in progress."""
        return self.locale == "ja" and bool(_TO_CONVERT.fullmatch(self.last_word))

    @property
    def still_typed(self) -> int:
        """Where the kana or letters at the end begin that an input method has yet to convert; the
        length of the text where there are none. Kana amid a word is its ending (取り消し)."""
        run = _UNSPACED_AT_END.search(self.text)
        if not self.is_to_be_converted or run is None:
            return len(self.text)
        start = run.start()
        amid = (token.end for token in self.tokens if token.start < start < token.end)
        return max(amid, default=start)

    @property
    def before_word_in_progress(self) -> str:
        """The text up to the word in progress; all of it after a space."""
        last = self._last_token
        return self.text[: last.start] if last else self.text

    @property
    def finished(self) -> "Question":
        """The question up to the word in progress; up to all that is still to be converted, for
        that is not cut into words yet."""
        last = self._last_token
        if last is None:
            return self
        end = last.start
        if self.is_to_be_converted and (run := _TO_CONVERT_AT_END.search(self.text)):
            end = min(run.start(), end)
        return Question.read(self.text[:end], self.locale)


def _quoted_spans(text: str) -> list[Span]:
    return [match.span(1) for match in _QUOTED.finditer(text)]
