"""Tuning as the source of the query layer's rules."""

from collections.abc import Iterable, Iterator

from django.db.models import F

from search.analysis import question_key
from search.analysis.characters import clean
from search.query.rules import Promotion as PlainPromotion
from search.query.rules import QueryRules, RulesSource, register_source
from search.query.synonyms import SynonymRule, synonym_table
from search.tuning.models import Promotion, RulesVersion, Synonym


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
    """The stored rules of ``locale``. Two queries."""
    return _rules(locale, stored_synonyms(locale))


def rules_with(synonym: Synonym) -> QueryRules:
    """The rules as they would be with ``synonym``, new or changed, before it is saved."""
    others = stored_synonyms(synonym.locale, without=synonym.pk)
    return _rules(synonym.locale, [*others, synonym.rule])


def stored_synonyms(locale: str, *, without: int | None = None) -> Iterator[SynonymRule]:
    """The synonym rules of ``locale`` in the order they were made."""
    synonyms = Synonym.objects.filter(locale=locale).order_by("pk")
    if without is not None:
        synonyms = synonyms.exclude(pk=without)
    return (synonym.rule for synonym in synonyms.only("kind", "words").iterator(chunk_size=1_000))


def _rules(locale: str, synonyms: Iterable[SynonymRule]) -> QueryRules:
    return QueryRules(synonyms=synonym_table(synonyms, locale), promotions=_promotions(locale))


def _promotions(locale: str) -> dict[str, tuple[PlainPromotion, ...]]:
    found: dict[str, tuple[PlainPromotion, ...]] = {}
    for promotion in Promotion.objects.filter(locale=locale).order_by("position", "pk"):
        plain = PlainPromotion(promotion.article_id, promotion.starts_on, promotion.ends_on)
        for phrase in promotion.phrases:
            key = question_key(clean(phrase), locale)
            found[key] = (*found.get(key, ()), plain)
    return found
