"""Tuning as the source of the query layer's rules."""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import F

from search.analysis import question_key
from search.analysis.characters import clean
from search.query.rules import Promotion as PlainPromotion
from search.query.rules import QueryRules, RulesSource, register_source
from search.query.synonyms import SynonymRule, synonym_table
from search.tuning.models import Calibration, Promotion, RulesVersion, Synonym


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
    return _rules(locale, stored_synonyms(locale))


def rules_with(locale: str, synonyms: Iterable[Synonym]) -> QueryRules:
    """The rules of ``locale`` as they would be with ``synonyms``, new or changed, if saved."""
    drafts = [synonym for synonym in synonyms if synonym.locale == locale]
    changed = [synonym.pk for synonym in drafts if synonym.pk is not None]
    others = stored_synonyms(locale, without=changed)
    return _rules(locale, [*others, *(synonym.rule for synonym in drafts)])


def stored_synonyms(locale: str, *, without: Collection[int] = ()) -> Iterator[SynonymRule]:
    """The synonym rules of ``locale`` in the order they were made."""
    synonyms = Synonym.objects.filter(locale=locale).exclude(pk__in=without).order_by("pk")
    return (synonym.rule for synonym in synonyms.only("kind", "words").iterator(chunk_size=1_000))


def _rules(locale: str, synonyms: Iterable[SynonymRule]) -> QueryRules:
    calibration = Calibration.objects.filter(locale=locale).first()
    return QueryRules(
        synonyms=synonym_table(synonyms, locale),
        promotions=_promotions(locale),
        thresholds=calibration.thresholds if calibration else None,
    )


def _promotions(locale: str) -> dict[str, tuple[PlainPromotion, ...]]:
    found: dict[str, tuple[PlainPromotion, ...]] = {}
    for promotion in Promotion.objects.filter(locale=locale).order_by("position", "pk"):
        plain = PlainPromotion(promotion.article_id, promotion.starts_on, promotion.ends_on)
        for phrase in promotion.phrases:
            key = question_key(clean(phrase), locale)
            found[key] = (*found.get(key, ()), plain)
    return found
