"""An embedder that never holds up a search: questions are remembered, a failing one is let be."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from string import punctuation
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from search.analysis.characters import fold, has_japanese
from search.analysis.english import STOP_WORDS
from search.circuit_breaker import CircuitBreaker
from search.embedding.base import Embedder, EmbedderUnavailable, TextRefused, Vectors
from search.embedding.passages import VERSION

logger = logging.getLogger(__name__)

REMEMBERED = 2_000  # questions; 4 MB of vectors with 512 numbers each
# What is longer is a pasted text: its first sentences say what is wanted.
LONGEST_QUESTION = 400
LONGEST_ABBREVIATION = 4  # letters; of HDMI, IBAN
# As phones set them; models tell them apart.
_STRAIGHT = str.maketrans(dict.fromkeys("“”＂", '"') | dict.fromkeys("‘’ʼ＇", "'"))


class GuardedEmbedder:
    """An embedder with a memory for questions and a circuit breaker."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._memory: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()
        self._breaker = CircuitBreaker("embedder", "meaning is left out of search")

    @property
    def space(self) -> str:
        """The name of the model's space, and of the way articles are cut into passages."""
        return f"{self._embedder.space} / {VERSION}"

    def prepare(self) -> None:
        """See Embedder. What fails here fails again with the first question, which goes on."""
        try:
            self._embedder.prepare()
        except Exception:
            logger.exception("the embedder cannot be prepared")

    def problem(self) -> str:
        """Why a question would not be embedded now; empty when it would. Asks the embedder."""
        try:
            self.passages(["."])
        except EmbedderUnavailable as error:
            return str(error)
        return ""

    def question(self, text: str) -> NDArray[np.float32] | None:
        """The vector of a question; None while the embedder cannot answer."""
        text = _as_a_sentence(_clean(text[:LONGEST_QUESTION].strip()).translate(_STRAIGHT))
        if not text:
            return None
        with self._lock:
            if text in self._memory:
                self._memory.move_to_end(text)
                return self._memory[text]
        vector = self._ask(text) if self._breaker.admits() else None
        if vector is None:
            return None
        with self._lock:
            self._memory[text] = vector
            if len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)
        return vector

    def _ask(self, text: str) -> NDArray[np.float32] | None:
        try:
            vector: NDArray[np.float32] = self.passages([text])[0]
        except TextRefused:  # one reader's odd question must not take meaning from all others
            self._breaker.succeeded()
            return None
        except EmbedderUnavailable as error:
            self._breaker.failed(str(error))
            return None
        self._breaker.succeeded()
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts. Raises EmbedderUnavailable."""
        try:
            vectors = self._embedder.encode([_clean(text) or "." for text in texts])
        except EmbedderUnavailable:
            raise
        except Exception as error:  # whatever a model does wrong, search goes on without it
            logger.exception("the embedder failed")
            raise EmbedderUnavailable(f"{type(error).__name__}: {error}") from error
        if len(vectors) != len(texts):
            raise EmbedderUnavailable(f"{len(vectors)} vectors for {len(texts)} texts")
        return vectors


def _clean(text: str) -> str:
    """Without halves of characters, which no model takes: a request may hold them."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _as_a_sentence(question: str) -> str:
    """With a capital at its beginning, and where it is in capitals throughout in small letters:
    models tell them apart, and articles are written so. What has digits stays, for it is a code,
    and without a word like "how" so do short words, which may be abbreviations."""
    words = question.split()
    if not words or has_japanese(question):
        return question
    if question.isupper():
        is_sentence = any(fold(word).strip(punctuation) in STOP_WORDS for word in words)
        longest = 0 if is_sentence else LONGEST_ABBREVIATION
        words = [word if _is_name(word, longest) else word.lower() for word in words]
        question = " ".join(words)
    if not words[0].islower():  # iPhone
        return question
    return question[0].title() + question[1:]


def _is_name(word: str, longest: int) -> bool:
    return sum(map(str.isalpha, word)) <= longest or any(map(str.isdigit, word))
