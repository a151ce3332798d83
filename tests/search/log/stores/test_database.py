import pytest

from search.log.models import SearchEvent
from search.log.stores.database import DatabaseStore
from tests.search.log.factories import search_event
from tests.search.log.stores.conformance import LogStoreCases


@pytest.mark.django_db
class TestDatabaseStore(LogStoreCases):
    @pytest.fixture
    def store(self):
        return DatabaseStore()

    @pytest.mark.parametrize("events", [1, 3])
    def test_a_batch_costs_four_queries_whatever_its_size(
        self, store, events, django_assert_num_queries
    ):
        # The savepoint and its release, the known ids, the insert.
        batch = [search_event(str(number)) for number in range(events)]
        with django_assert_num_queries(4):
            store.append(batch)
        assert SearchEvent.objects.count() == events
