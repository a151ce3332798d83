"""A question to an engine-neutral query tree.

Every constant here is a weight between evidence of different kinds; docs/search-quality.md says
what each was chosen for and what it changes on the development sets.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from search.analysis import Token, TokenKind, analyse, readings
from search.analysis.characters import clean, fold, has_japanese, title_key
from search.analysis.english import STOP_WORDS
from search.engines.base import AnyOf, BestOf, Field, Node, Phrase, Prefix, Term
from search.query.codes import by_form
from search.query.rules import rules_for
from search.query.stop_phrases import without_stop_phrases
from search.query.synonyms import Expansion, asked_or_met, expand, met_by, word_clauses
from search.query.typos import KnownTerms, typo_clauses
from search.query.values import MAX_QUESTION_LENGTH, Span

# A pasted page is asked by its first terms: more cost time and, on Elasticsearch, hit the limit
# of clauses (1,024), while the first sentences say what is wanted.
MAX_TERMS = 64
MAX_PHRASES = 32

TITLE_BOOST = 0.3  # a word in the title, on top of the whole text, which holds the title twice
OPENING_BOOST = 0.5  # a word of the first sentence, where more follow: it says what is wanted
CODE_BOOST = 1.5  # a code in the title, on top of that: it has one subject
LABEL_BOOST = 0.3  # a word of a tag, a topic or the product
PHRASE_BOOST = 0.3  # two neighbouring words of the question side by side
# … or with a word between, while typing: Elasticsearch gives such a pair less than tantivy does,
# and a question that was sent is to be answered alike by both.
SLOP_WHILE_TYPING = 1

# Typing in progress: constant scores in tiers that BM25 (a few points a word) cannot bridge.
TITLE_BEGINS = 100.0  # a title or a question phrase begins with what was typed
READING_BEGINS = 30.0  # some run of words in a title is read as what was typed
# A word of the title begins with the last one typed, or a word anywhere in the article: the more
# letters, the fewer words do.
WORD_BEGINS_A_LETTER = 0.33
TEXT_BEGINS_A_LETTER = 1.0
MOST_LETTERS = 6
# … or is read so: kana or romaji that no input method has converted yet.
READ_BEGINS_A_LETTER = 0.5
SHORTEST_READ = 2  # letters of the reading
MOST_STARTS = 3
FEWEST_LETTERS = {True: 1, False: 2}  # by whether the beginning is Japanese
# A word in progress may still become another one, オランダの高(速道路): of those that begin so, the
# ones that most articles hold. Each counts for less than what was typed would, if it is a word.
COMPLETIONS = 8
COMPLETION_WEIGHT = 0.75
# A single letter of a word counts as that letter for little.
LETTER_WEIGHT = 0.25

_SENTENCE_END = re.compile(r"\n\s*\n|(?<=[?!。？！])|(?<=\.)\s")
_QUOTED = re.compile(r'["“”]([^"“”]+)["“”]')
_UNCONVERTED = re.compile(r"[ぁ-ゖァ-ヺーa-zA-Z'’\s-]+")
# Katakana may be what an input method has made of a word already.
_TO_CONVERT = re.compile(r"[ぁ-ゖーa-z'’]+")
_TO_CONVERT_AT_END = re.compile(r"[ぁ-ゖーa-zａ-ｚ'’\s]+$", re.IGNORECASE)
_LAST_READ = re.compile(r"(?:[ぁ-ゖァ-ヺーa-zA-Zａ-ｚＡ-Ｚ]+)$")
_LAST_RUN = re.compile(r"(?:[ァ-ヺー]+|[a-z0-9]+)$")
# Words that a connector joins go on by themselves: orders/refu.
_CODE_IN_PROGRESS = re.compile(r"[\w-]*\d[\w-]*")
FEWEST_FOREIGN = {True: 1, False: 2}  # words, by whether they are Japanese
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
        """Whether it is asked by other words than stop words."""
        return any(token.kind is not TokenKind.STOP for token in self.searched)

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
    def is_foreign(self) -> bool:
        """Whether so many of its words are in another script that they are another language's: one
        word in Latin letters may be a product's name anywhere."""
        fewest = FEWEST_FOREIGN[has_japanese(self.text)]
        return self.is_in_another_script and len(self._words_of_letters) >= fewest

    @property
    def _words_of_letters(self) -> list[Token]:
        return [t for t in self.words if t.kind is TokenKind.WORD and t.term.isalpha()]

    @property
    def is_unconverted(self) -> bool:
        """Whether it is Japanese in kana or Latin letters alone: what it says is known by its
        sound."""
        return self.locale == "ja" and bool(_UNCONVERTED.fullmatch(self.text))

    @property
    def _last_token(self) -> Token | None:
        """The word in progress, of a code (err-10) the whole of it; None after a space."""
        if not self.tokens or self.text[-1].isspace():
            return None
        *_, last = self.tokens
        whole = next(token for token in self.tokens if token.end == last.end)
        return whole if _CODE_IN_PROGRESS.fullmatch(self.text[whole.start : whole.end]) else last

    @property
    def last_word(self) -> str:
        """The word in progress as it is typed, folded; empty after a space."""
        last = self._last_token
        return fold(self.text[last.start :]).strip() if last else ""

    @property
    def begun(self) -> str:
        """What terms of a text begin with, if they begin with the word in progress."""
        last = self._last_token
        return last.term if last and last.kind is TokenKind.CODE else self.last_word

    @property
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
            return bool(self.tokens)
        if any(t.end < last.end and t.kind is not TokenKind.STOP for t in self.tokens):
            return True
        word = self.beginning
        return bool(word) and not any(stop.startswith(word) for stop in STOP_WORDS)

    @property
    def unfinished_terms(self) -> frozenset[str]:
        """What the word in progress would be if it ended here; none after a space."""
        last = self._last_token
        if last is None:
            return frozenset()
        finished = {token.term for token in self.tokens if token.end < last.end}
        return frozenset(t.term for t in self.tokens if t.end == last.end) - finished

    @property
    def words(self) -> tuple[Token, ...]:
        """The tokens searched for without the parts of codes."""
        ends = accumulate((token.end for token in self.searched), max, initial=0)
        return tuple(t for t, end in zip(self.searched, ends, strict=False) if t.end > end)

    @property
    def number_of_words(self) -> int:
        """How many different words it says; not one that an input method has yet to convert."""
        words = {token.term for token in self.words}
        if self.is_to_be_converted:
            words -= self.unfinished_terms
        return len(words)

    @property
    def is_to_be_converted(self) -> bool:
        """Whether an input method has yet to convert the word in progress."""
        return self.locale == "ja" and bool(_TO_CONVERT.fullmatch(self.last_word))

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


def search_tree(question: Question, known: KnownTerms) -> Node | None:
    """The tree of a question that was sent; None where there is nothing to look for.

    ``known`` tells which terms occur in any readable article; the others may be typos.
    """
    if not question.distinct_terms:
        return None
    clauses = _words(question)
    clauses += [Term(Field.TEXT, term, OPENING_BOOST) for term in question.opening_terms]
    codes = dict.fromkeys(code.name for code in by_form(question.searched))
    clauses += [Term(Field.TITLE, code, CODE_BOOST) for code in list(codes)[:MAX_PHRASES]]
    clauses += _phrases(question)
    clauses += typo_clauses(question, known)
    clauses.append(Term(Field.TITLE_KEYS, title_key(question.text), TITLE_BEGINS))
    clauses += _readings(question)
    return AnyOf(tuple(clauses))


def suggest_tree(
    question: Question, known: KnownTerms, completions: Sequence[str] = ()
) -> Node | None:
    """The tree of typing in progress: the last word may go on, to be one of ``completions``."""
    whole = title_key(question.text)
    if not whole:
        return None
    clauses: list[Node] = [Prefix(Field.TITLE_KEYS, whole, TITLE_BEGINS)]
    clauses += _readings(question)
    if word := question.last_word:
        clauses.append(Prefix(Field.WORDS, word, WORD_BEGINS_A_LETTER * _letters(word)))
    clauses += _letter_faint(question, _words(question, completions))
    clauses += _phrases(question, SLOP_WHILE_TYPING)
    clauses += typo_clauses(question, known)
    clauses += _beginnings(question)
    return AnyOf(tuple(clauses))


def _words(question: Question, completions: Sequence[str] = ()) -> list[Node]:
    """The question's words anywhere in the article, and what they count for in its parts. Anywhere
    the one in progress counts for the best of what it is and what it may become."""

    def clauses(field: Field, boost: float) -> list[Node]:
        return word_clauses(question.distinct_terms, question.synonyms, field, boost)

    text = clauses(Field.TEXT, 1.0)
    if completions:
        text = _going_on(question, text, completions)
    return [*text, *clauses(Field.TITLE, TITLE_BOOST), *clauses(Field.LABELS, LABEL_BOOST)]


def _going_on(question: Question, words: Sequence[Node], completions: Sequence[str]) -> list[Node]:
    """The clauses of a question's words, those of the one in progress as one with completions."""
    unfinished = question.unfinished_terms
    finished = word_clauses(
        [term for term in question.distinct_terms if term not in unfinished],
        [synonyms for synonyms in question.synonyms if not unfinished.issuperset(synonyms.terms)],
        Field.TEXT,
        1.0,
    )
    typed = tuple(clause for clause in words if clause not in finished)
    others = tuple(Term(Field.TEXT, term, COMPLETION_WEIGHT) for term in completions)
    # A code is several terms, all of which count.
    return [*finished, BestOf((AnyOf(typed), *others) if len(typed) > 1 else (*typed, *others))]


def _letter_faint(question: Question, words: list[Node]) -> list[Node]:
    """The clauses of the words, where the one in progress is a letter or so with that for less: it
    is rarely the unit or the name that stands for itself in an article (80 C, plan B)."""
    word = question.begun
    if not word or len(word) >= FEWEST_LETTERS[has_japanese(word)]:
        return words
    unfinished = question.unfinished_terms
    return [
        replace(clause, boost=LETTER_WEIGHT * clause.boost)
        if isinstance(clause, Term) and clause.term in unfinished
        else clause
        for clause in words
    ]


def _letters(beginning: str) -> int:
    """How many letters of a beginning count."""
    return min(len(beginning), MOST_LETTERS)


def _beginnings(question: Question) -> list[Node]:
    """Words anywhere in an article that begin like the one being typed.

    The dictionary may have cut an unfinished word in two (アイル/ラ), so the run of katakana,
    letters or digits at the end counts as a beginning too.
    """
    word = question.begun
    if not word:
        return []
    run = _LAST_RUN.search(fold(question.text))
    beginnings = dict.fromkeys((word, run.group() if run else word))
    return [
        Prefix(Field.TEXT, beginning, TEXT_BEGINS_A_LETTER * _letters(beginning))
        for beginning in beginnings
        if len(beginning) >= FEWEST_LETTERS[has_japanese(beginning)]
    ] + _read_beginnings(question)


def _read_beginnings(question: Question) -> list[Node]:
    """Words anywhere in an article that are read as the kana or letters at the end begin.

    Particles may stand before the word in kana, and the dictionary may have cut an unfinished one:
    the whole run is tried, and what begins with each of its last words.
    """
    run = _LAST_READ.search(question.text)
    if not run or not readings.are_indexed(question.text, question.locale):
        return []
    starts = [token.start for token in question.tokens if token.start >= run.start()]
    typed = dict.fromkeys(question.text[at:] for at in (run.start(), *starts[-MOST_STARTS:]))
    keys = dict.fromkeys(key for text in typed for key in readings.typed_keys(text))
    beginnings = tuple(
        Prefix(Field.TEXT_READINGS, key, READ_BEGINS_A_LETTER * _letters(key))
        for key in keys
        if len(key) >= SHORTEST_READ
    )
    return [BestOf(beginnings)] if beginnings else []


def _readings(question: Question) -> list[Node]:
    """What kana, romaji or half-typed mixtures of both may be the reading of."""
    if not readings.are_indexed(question.text, question.locale):
        return []
    # One letter begins half of all words; kana is a syllable and says more.
    shortest = 1 if has_japanese(question.text) else 2
    return [
        Prefix(Field.READINGS, key, READING_BEGINS)
        for key in readings.typed_keys(question.text)
        if len(key) >= shortest
    ]


def _phrases(question: Question, slop: int = 0) -> list[Node]:
    neighbours = pairwise(token.term for token in question.searched)
    pairs = dict.fromkeys(pair for pair in neighbours if pair[0] != pair[1])
    return [Phrase(Field.TEXT, pair, slop, PHRASE_BOOST) for pair in list(pairs)[:MAX_PHRASES]]
