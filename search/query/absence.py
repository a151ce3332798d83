"""Why an article is not among the candidates of a question."""

from enum import StrEnum

from django.utils import timezone

from kb.models import Article
from search.engines.base import AllOf, Engine, EngineQuery, Ids, Node
from search.indexing.eligibility import effective_visibility, is_eligible
from search.query.values import SearchRequest


class Absence(StrEnum):
    """The reasons, the first that holds."""

    EXPIRED = "expired"
    NOT_PUBLISHED = "not published"
    OTHER_LANGUAGE = "other language"
    NEVER_SEARCHED = "never searched"  # behind a password, for some groups, outside of a site
    CLOSED = "closed"  # to this viewer
    WAITING = "waiting"  # to be indexed
    NOT_QUOTED = "not quoted"  # without the phrases that the question quotes
    NO_MATCH = "no match"  # none of the words but a negation, and not near enough in meaning
    BEYOND = "beyond"  # it holds words of the question; the candidates hold more


def absence(
    article: Article,
    request: SearchRequest,
    tree: Node | None,
    engine: Engine,
    quoted: tuple[Node, ...] = (),
) -> Absence:
    """Why ``article`` is no candidate of ``request``, whose query tree is ``tree``; ``quoted``: the
    phrases that only articles were looked for with.

    Three SQL queries at most, and three to the engine. Raises EngineUnavailable.
    """
    if article.expired or (article.expire_at and article.expire_at <= timezone.now()):
        return Absence.EXPIRED
    if not article.live:
        return Absence.NOT_PUBLISHED
    if article.locale.language_code != request.locale:
        return Absence.OTHER_LANGUAGE
    if not is_eligible(article):
        return Absence.NEVER_SEARCHED
    if not request.viewer.may_read(effective_visibility(article)):
        return Absence.CLOSED
    itself = Ids((str(article.pk),))
    if not _finds(engine, request, itself):
        return Absence.WAITING
    if quoted and not _finds(engine, request, AllOf((itself, *quoted))):
        return Absence.NOT_QUOTED
    if tree is None or not _finds(engine, request, AllOf((itself, tree))):
        return Absence.NO_MATCH
    return Absence.BEYOND


def _finds(engine: Engine, request: SearchRequest, root: Node) -> bool:
    visibilities = tuple(str(visibility) for visibility in request.viewer.visibilities)
    query = EngineQuery(root, request.locale, visibilities, limit=1, count_total=False)
    return bool(engine.search(query).hits)
