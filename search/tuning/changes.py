"""What an edit of a synonym or a promoted answer does to the rules, before it is saved.

An edit may move a rule to another language, and promotions have dates: an edit is a change in
each language concerned, on each day from which on it makes another difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from search.query.rules import Promotion as PlainPromotion
from search.query.rules import QueryRules
from search.tuning.models import Promotion
from search.tuning.rules import Rule, load_rules, rules_with


@dataclass(frozen=True, slots=True)
class Change:
    """The rules of a language as they are and as they would be, both as they hold on ``day``,
    whenever questions are asked by them."""

    locale: str
    day: date
    before: QueryRules
    after: QueryRules


def changes_by_saving(drafts: Sequence[Rule]) -> list[Change]:
    """The changes that saving ``drafts``, new or changed, together would be."""
    return _changes(drafts, without=list(_stored(drafts)))


def changes_by_deleting(rule: Rule) -> list[Change]:
    """The changes that deleting a stored rule would be."""
    return _changes((), without=[rule])


def rules_on(day: date, rules: QueryRules) -> QueryRules:
    """``rules`` with the promotions of ``day`` only, in force whatever day it is."""
    promotions = {
        question: tuple(PlainPromotion(p.article_id) for p in pinned if p.holds_on(day))
        for question, pinned in rules.promotions.items()
    }
    return replace(rules, promotions=promotions)


def _changes(drafts: Sequence[Rule], *, without: Sequence[Rule]) -> list[Change]:
    concerned = [*drafts, *without]
    days = _telling_days(concerned)
    changes = []
    for locale in dict.fromkeys(rule.locale for rule in concerned):
        before, after = load_rules(locale), rules_with(locale, drafts, without=without)
        changes += [
            Change(locale, day, rules_on(day, before), rules_on(day, after)) for day in days
        ]
    return changes


def _stored(drafts: Iterable[Rule]) -> Iterable[Rule]:
    """The drafts that are stored already, as they are stored."""
    for draft in drafts:
        if draft.pk is not None:
            yield from type(draft)._default_manager.filter(pk=draft.pk)


def _telling_days(rules: Iterable[Rule]) -> list[date]:
    """Today, and the days to come on which a promotion begins or is no longer there."""
    today = timezone.localdate()
    days = {today}
    for rule in rules:
        if not isinstance(rule, Promotion):
            continue
        if rule.starts_on:
            days.add(rule.starts_on)
        if rule.ends_on and rule.ends_on < date.max:
            days.add(rule.ends_on + timedelta(days=1))
    return sorted(day for day in days if day >= today)
