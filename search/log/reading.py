"""How long an article takes to read, so that a short answer counts as read sooner."""

from collections.abc import Iterable

from django.utils.html import strip_tags

from kb.models import Article
from search.analysis.characters import has_japanese
from search.log.outcomes import READ_SECONDS

# Characters a minute in silent reading, white space not counted: Trauzettel-Klosinski & Dietz,
# "Standardized Assessment of Reading Performance: The New International Reading Speed Texts
# IReST", IOVS 53 (2012), table 2: English 987 ± 118, Japanese 357 ± 56.
CHARACTERS_PER_MINUTE = 987
JAPANESE_CHARACTERS_PER_MINUTE = 357
# Who looks for an answer reads the part that holds it; the rule of 30 s is for some two minutes.
SHARE_READ = 0.25
SHORTEST_SECONDS = 10.0
LONGEST_SECONDS = 60.0


def reading_seconds(text: str) -> float:
    """How long ``text`` takes to read from end to end, in seconds."""
    characters = len("".join(text.split()))
    speed = JAPANESE_CHARACTERS_PER_MINUTE if has_japanese(text) else CHARACTERS_PER_MINUTE
    return characters / speed * 60


def dwell_needed(text: str) -> float:
    """The seconds after which an article with ``text`` counts as read: 10 to 60."""
    return min(LONGEST_SECONDS, max(SHORTEST_SECONDS, reading_seconds(text) * SHARE_READ))


def dwell_needed_by_id(object_ids: Iterable[str]) -> dict[str, float]:
    """``dwell_needed`` of the articles with these ids, in one query; unknown ones have 30 s."""
    known = {identifier for identifier in object_ids if identifier.isdecimal()}
    articles = Article.objects.filter(pk__in=[int(i) for i in known if len(i) < 18])
    needed = dict.fromkeys(object_ids, READ_SECONDS)
    for article in articles.only("short_answer", "body").iterator(chunk_size=100):
        blocks = article.body.stream_block.get_searchable_content(article.body)
        text = " ".join([article.short_answer, *(strip_tags(str(block)) for block in blocks)])
        needed[str(article.pk)] = dwell_needed(text)
    return needed
