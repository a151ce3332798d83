"""An explanation in the words of an editor: sentences, and what share of the place each has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kb.visibility import Visibility
from search.query.absence import Absence
from search.query.clause_groups import ClauseGroup
from search.query.explain import Explained, Verdict
from search.query.words_met import WordsMet

# What rounds to nothing is left out.
LEAST_SHARE = 0.005

# The fields of rank.Contributions.
CONTRIBUTIONS: Mapping[str, str | Promise] = {
    "words": _("It holds words of the question."),
    "passage": _("Of the articles compared, a passage of it comes near the question in meaning."),
    "title": _(
        "Of the articles compared, its title or another way to ask it comes near the question in "
        "meaning."
    ),
    "coverage": _("One passage alone holds much of what was asked."),
    "readers": _("Earlier readers with this question found help in it."),
    "freshness": _("It was verified not long ago."),
}

NOTHING = _("Nothing of the question is in it.")

GROUPS: Mapping[ClauseGroup, str | Promise] = {
    ClauseGroup.WHOLE_TITLE: _("The question is its title, or one of its “also asked as” lines."),
    ClauseGroup.TITLE: _("Words in the title:"),
    ClauseGroup.LABELS: _("Words in its labels (tags, topics, product, audience):"),
    ClauseGroup.TEXT: _("Words anywhere in the article, those of the title twice:"),
    ClauseGroup.OPENING: _("Words of the question's first sentence weigh more."),
    ClauseGroup.NEIGHBOURS: _("Words that stand side by side in the question do so here."),
    ClauseGroup.SYNONYMS: _("Synonyms, or other spellings, stand in for words of the question:"),
    ClauseGroup.BEGINNING: _("Words of it begin like the last one of the question."),
    ClauseGroup.SPELLING: _("Its title, or a word of it, is spelt nearly like the question."),
    ClauseGroup.SOUND: _("Its title, or a word of it, is read or sounds like the question."),
    ClauseGroup.OTHER: _("Other signs of the question."),
}

ABSENCES: Mapping[Absence, str | Promise] = {
    Absence.EXPIRED: _("It has expired. Search shows it again once it is published anew."),
    Absence.NOT_PUBLISHED: _("It is not published."),
    Absence.OTHER_LANGUAGE: _("It is in another language. Each language is searched by itself."),
    Absence.NEVER_SEARCHED: _(
        "Search never shows it where it stands: behind a password, open to certain groups only, "
        "or outside the pages of the site."
    ),
    Absence.CLOSED: _("You may not read it, and search shows you only what you may."),
    Absence.WAITING: _(
        "It waits to be indexed. That takes seconds; if it stays so, ask whoever operates the "
        "portal."
    ),
    Absence.NOT_QUOTED: _(
        "It does not hold the quoted words one after the other, as other articles do."
    ),
    Absence.NO_MATCH: _(
        "It holds no word of the question, negations aside, and other articles are nearer to it in "
        "meaning."
    ),
    Absence.BEYOND: _(
        "It holds words of the question, but so few that it is not among the articles that are "
        "compared any further."
    ),
}

VERDICTS: Mapping[Verdict, str | Promise] = {
    Verdict.NOTHING_FOUND: _("Readers are told that there is no answer yet: nothing was found."),
    Verdict.NO_ANSWER: _(
        "Readers are told that there is no answer yet: what was found says too little of the "
        "question. They see the results below that."
    ),
    Verdict.UNKNOWN_CODE: _(
        "Readers are told that there is no answer yet: no article holds the code that was asked "
        "for. They see the results below that."
    ),
    Verdict.SHORT_ANSWER: _(
        "It counts as answered: the short answer of the first result speaks of all that was asked."
    ),
    Verdict.NAMED: _(
        "It counts as answered: it is one word, and one of the first results has it in its title, "
        "its labels or another way to ask it."
    ),
    Verdict.PINNED: _("It counts as answered: a promoted answer is shown for it."),
    Verdict.NOT_MEASURED: _(
        "It counts as answered because something was found. From when on a question has an answer "
        "has not been measured on this site's articles yet, or there are too few of them."
    ),
    Verdict.AS_MEANT: _(
        "It counts as answered: put right, the question has an answer, and that is shown first."
    ),
    Verdict.BY_MEANING: _(
        "It counts as answered: it is asked in another language than the articles are in, and what "
        "was found means much the same."
    ),
    Verdict.BY_SOUND: _("It counts as answered: a title is read as the question is typed."),
    Verdict.ANSWERED: _("It counts as answered: what was found says enough of the question."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence, its share of the article's total (0 to 1), the words it means, and its parts."""

    sentence: str | Promise
    share: float
    words: Sequence[str] = ()
    parts: Sequence["Reason"] = ()

    @property
    def percent(self) -> str:
        """The share without decimals."""
        return f"{self.share:.0%}"


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the report. ``lead``: the main reason in a sentence, and its words;
    ``strength``: its total as a percentage of the strongest article's; ``access``: who may read
    it, empty for everybody.
    """

    explained: Explained
    lead: Reason
    reasons: Sequence[Reason]
    strength: str
    access: str | Promise


def row(explained: Explained) -> Row:
    """An explained article in words; reasons with the largest share first."""
    reasons = _ordered(
        [
            Reason(CONTRIBUTIONS[name], share, parts=_parts(explained) if name == "words" else ())
            for name, share in explained.shares.items()
        ]
    )
    visibility = Visibility(explained.article.visibility)
    return Row(
        explained,
        _lead(explained, reasons),
        reasons,
        strength=f"{explained.strength:.0%}",
        access="" if visibility is Visibility.PUBLIC else visibility.label,
    )


def _lead(explained: Explained, reasons: Sequence[Reason]) -> Reason:
    if explained.pinned:
        return Reason(_("A promoted answer puts it here for this question."), 1.0)
    if not reasons:
        return Reason(NOTHING, 1.0)
    first = reasons[0]
    if not first.parts:
        return first
    if words := held(explained.words):
        return Reason(_("Above all it holds words of the question:"), first.share, words)
    return first.parts[0]


def _parts(explained: Explained) -> list[Reason]:
    meant = _words_of(explained.words)
    return _ordered(
        [
            Reason(GROUPS[group], share, meant.get(group, ()))
            for group, share in explained.group_shares.items()
        ]
    )


def _words_of(words: WordsMet) -> dict[ClauseGroup, Sequence[str]]:
    return {
        ClauseGroup.TITLE: words.title,
        ClauseGroup.LABELS: words.labels,
        ClauseGroup.TEXT: words.text,
        ClauseGroup.SYNONYMS: synonyms(words),
    }


def held(words: WordsMet) -> list[str]:
    """The words of the question that stand anywhere in the article or its labels."""
    return list(dict.fromkeys((*words.text, *words.labels)))


def synonyms(words: WordsMet) -> list[str]:
    """Each synonym and what it stands for."""
    return [
        gettext("%(instead)s for %(asked)s") % {"instead": one.instead, "asked": one.asked}
        for one in words.synonyms
    ]


def _ordered(reasons: Sequence[Reason]) -> list[Reason]:
    said = [reason for reason in reasons if reason.share >= LEAST_SHARE]
    return sorted(said, key=lambda reason: -reason.share)
