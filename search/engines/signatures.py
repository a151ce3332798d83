"""Which terms a passage holds, in 512 bits: a Bloom filter of each passage.

So the share of a question that one passage speaks of is found for hundreds of passages at once,
without reading their texts. With two bits a term and the forty terms of a long passage, a term is
wrongly taken to be there in two of a hundred cases (Bloom, 1970).
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WORDS = 8  # of 64 bits
_BITS = WORDS * 64


@lru_cache(maxsize=20_000)
def _bits(term: str) -> int:
    number = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "little")
    return 1 << number % _BITS | 1 << (number >> 16) % _BITS


def signature(terms: Iterable[str]) -> NDArray[np.uint64]:
    """The filter of a set of terms: (8,)."""
    bits = 0
    for term in terms:
        bits |= _bits(term)
    return np.frombuffer(bits.to_bytes(WORDS * 8, "little"), dtype=np.uint64)


@lru_cache(maxsize=20_000)
def _words(term: str) -> tuple[tuple[int, np.uint64], ...]:
    """The words of a term's own filter that are not 0, and where they stand."""
    words = signature([term])
    return tuple((int(at), words[at]) for at in np.flatnonzero(words))


def coverage(
    signatures: NDArray[np.uint64], words: Sequence[Sequence[str]], weights: Sequence[float]
) -> NDArray[np.float32]:
    """The share of the words' weight that each row, (n, 8), holds: (n,). A word is the terms it may
    stand as, of which one is enough."""
    held = np.zeros(len(signatures), dtype=np.float32)
    for terms, weight in zip(words, weights, strict=True):
        held += weight * _holds_any(signatures, terms)
    return held / max(sum(weights), np.finfo(np.float32).tiny)


def _holds_any(signatures: NDArray[np.uint64], terms: Iterable[str]) -> NDArray[np.bool_]:
    any_here = np.zeros(len(signatures), dtype=bool)
    for term in terms:
        # Only the one or two of the eight words that hold the term's bits are looked at.
        here = np.ones(len(signatures), dtype=bool)
        for word, bits in _words(term):
            here &= signatures[:, word] & bits == bits
        any_here |= here
    return any_here
