"""The synonym rules of a locale together: what one more of them may not do."""

from collections import defaultdict, deque
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from search.query.rules import Terms
from search.query.synonyms import SynonymRule, phrase_forms
from search.tuning.words import MAX_ALTERNATIVES

# What a process loads in a fraction of a second after an edit.
MAX_RULES = 5_000

_Pair = tuple[Terms, Terms]


class RuleSet:
    """Rules of one locale, each checked against those before it."""

    def __init__(self, locale: str, rules: Iterable[SynonymRule] = ()) -> None:
        self._locale = locale
        self._count = 0
        self._found: dict[Terms, set[Terms]] = defaultdict(set)
        self._one_way: dict[Terms, set[Terms]] = defaultdict(set)
        self._written: dict[Terms, str] = {}
        for rule in rules:
            self.add(rule)

    def add(self, rule: SynonymRule) -> None:
        """Take ``rule`` in as it is."""
        self._count += 1
        for source, target in self._pairs(rule):
            self._found[source].add(target)
            if rule.left != rule.right:
                self._one_way[source].add(target)

    def check(self, rule: SynonymRule) -> None:
        """Raise ValidationError if ``rule`` cannot be one more of these rules."""
        if self._count >= MAX_RULES:
            raise ValidationError(
                _("A language has at most %(most)d rules. Delete some that are not needed."),
                params={"most": MAX_RULES},
            )
        pairs = self._pairs(rule)
        if all(target in self._found[source] for source, target in pairs):
            raise ValidationError(_("These words find each other already by another rule."))
        self._check_alternatives(pairs)
        if rule.left != rule.right:
            self._check_circle(pairs)

    def _pairs(self, rule: SynonymRule) -> list[_Pair]:
        """(asked phrase, phrase also found), in the first of their forms."""
        left, right = self._forms(rule.left), self._forms(rule.right)
        return [(source, target) for source in left for target in right if source != target]

    def _forms(self, words: Iterable[str]) -> list[Terms]:
        forms = []
        for word in words:
            # A stored word may have lost its content with a change of stop words.
            for form in phrase_forms(word, self._locale)[:1]:
                self._written.setdefault(form, word)
                forms.append(form)
        return forms

    def _check_alternatives(self, pairs: Iterable[_Pair]) -> None:
        found: dict[Terms, set[Terms]] = defaultdict(set)
        for source, target in pairs:
            found[source].add(target)
        for source, targets in found.items():
            count = len(targets | self._found[source])
            if count > MAX_ALTERNATIVES:
                raise ValidationError(
                    _("“%(word)s” would have %(count)d alternatives in all rules together; at most "
                      "%(most)d are possible."),
                    params={
                        "word": self._written[source], "count": count, "most": MAX_ALTERNATIVES,
                    },
                )  # fmt: skip

    def _check_circle(self, pairs: Iterable[_Pair]) -> None:
        for source, target in pairs:
            if way := self._way(target, source):
                raise ValidationError(
                    _("The rules would go round in a circle: %(circle)s. Make one two-way rule of "
                      "these words instead."),
                    params={"circle": " → ".join(self._written[f] for f in (source, *way))},
                )  # fmt: skip

    def _way(self, start: Terms, end: Terms) -> list[Terms]:
        """The phrases from ``start`` to ``end`` along one-way rules; none if there is no way."""
        came_from: dict[Terms, Terms | None] = {start: None}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            if here == end:
                way = [here]
                while (before := came_from[way[0]]) is not None:
                    way.insert(0, before)
                return way
            for target in self._one_way.get(here, ()):
                if target not in came_from:
                    came_from[target] = here
                    queue.append(target)
        return []
