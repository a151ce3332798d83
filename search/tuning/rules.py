"""Tuning as the source of the query layer's rules."""

from collections.abc import Collection, Iterable, Iterator
from math import inf

from django.db.models import F, QuerySet

from search.analysis import question_key
from search.analysis.characters import clean
from search.query.rules import Promotion as PlainPromotion
from search.query.rules import QueryRules, RulesSource, register_source
from search.query.synonyms import SynonymRule, synonym_table
from search.tuning.models import Calibration, Promotion, RulesVersion, Synonym

Rule = Synonym | Promotion


def register_rules() -> None:
    """Give questions the rules that are stored here."""
    register_source(RulesSource(version=rules_version, load=load_rules))


def rules_version(locale: str) -> int:
    """A number that grows with every change of a rule in any locale. One query on one row."""
    return RulesVersion.objects.values_list("number", flat=True).first() or 0


def raise_version() -> None:
    """Have every process load the rules anew; in the transaction that changes them."""
    version, _ = RulesVersion.objects.get_or_create(pk=RulesVersion.ONLY)
    RulesVersion.objects.filter(pk=version.pk).update(number=F("number") + 1)


def load_rules(locale: str) -> QueryRules:
    """The stored rules of ``locale``. Three queries."""
    return _rules(locale, stored_synonyms(locale), _stored_promotions(locale))


def rules_with(locale: str, drafts: Iterable[Rule], *, without: Iterable[Rule] = ()) -> QueryRules:
    """The rules of ``locale`` as they would be with ``drafts``, new or changed, if saved, and
    ``without`` others that are stored. Three queries."""
    drafts = list(drafts)
    replaced = [*drafts, *without]
    here = [draft for draft in drafts if draft.locale == locale]
    synonyms = stored_synonyms(locale, without=_ids(Synonym, replaced))
    promotions = _stored_promotions(locale, without=_ids(Promotion, replaced))
    return _rules(
        locale,
        [*synonyms, *(draft.rule for draft in here if isinstance(draft, Synonym))],
        [*promotions, *(draft for draft in here if isinstance(draft, Promotion))],
    )


def stored_synonyms(locale: str, *, without: Collection[int] = ()) -> Iterator[SynonymRule]:
    """The synonym rules of ``locale`` in the order they were made."""
    synonyms = Synonym.objects.filter(locale=locale).exclude(pk__in=without).order_by("pk")
    return (synonym.rule for synonym in synonyms.only("kind", "words").iterator(chunk_size=1_000))


def _stored_promotions(locale: str, *, without: Collection[int] = ()) -> QuerySet[Promotion]:
    return Promotion.objects.filter(locale=locale).exclude(pk__in=without)


def _ids(model: type[Rule], rules: Iterable[Rule]) -> list[int]:
    return [rule.pk for rule in rules if isinstance(rule, model) and rule.pk is not None]


def _rules(
    locale: str, synonyms: Iterable[SynonymRule], promotions: Iterable[Promotion]
) -> QueryRules:
    calibration = Calibration.objects.filter(locale=locale).first()
    return QueryRules(
        synonyms=synonym_table(synonyms, locale),
        promotions=_promotion_table(promotions, locale),
        thresholds=calibration.thresholds if calibration else None,
    )


def _promotion_table(
    promotions: Iterable[Promotion], locale: str
) -> dict[str, tuple[PlainPromotion, ...]]:
    found: dict[str, tuple[PlainPromotion, ...]] = {}
    for promotion in sorted(promotions, key=_order):
        plain = PlainPromotion(promotion.article_id, promotion.starts_on, promotion.ends_on)
        for phrase in promotion.phrases:
            key = question_key(clean(phrase), locale)
            found[key] = (*found.get(key, ()), plain)
    return found


def _order(promotion: Promotion) -> tuple[int, float]:
    """Of one position the older comes first; what is not saved yet is the newest."""
    return promotion.position, inf if promotion.pk is None else promotion.pk
