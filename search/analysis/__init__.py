"""Text to tokens, the same for every engine, for highlighting, grouping and evaluation."""

from search.analysis.analyser import ANALYSIS_VERSION, analyse, question_key
from search.analysis.values import NEGATIONS, Analysis, Token, TokenKind

__all__ = [
    "ANALYSIS_VERSION",
    "NEGATIONS",
    "Analysis",
    "Token",
    "TokenKind",
    "analyse",
    "question_key",
]
