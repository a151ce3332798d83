from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import RequestFactory
from django_ratelimit.core import is_ratelimited

from search.log.models import VisitorSalt
from search.log.visitors import (
    NO_ADDRESS,
    Sender,
    client_address,
    counted_address,
    is_bot,
    network_hash,
    salt_of,
    sender_of,
    visitor_hash,
)
from tests.factories import UserFactory

TODAY, TOMORROW = date(2026, 11, 10), date(2026, 11, 11)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def request(*, user=None, address="192.0.2.7", **headers):
    made = RequestFactory(headers={"User-Agent": FIREFOX} | headers).post(
        "/search/events", REMOTE_ADDR=address
    )
    made.user = user or AnonymousUser()
    return made


class TestAddress:
    def test_is_the_peers_own_without_proxies(self):
        assert client_address(request(**{"X-Forwarded-For": "203.0.113.9"})) == "192.0.2.7"

    @pytest.mark.parametrize(
        ("proxies", "expected"), [(1, "198.51.100.4"), (2, "203.0.113.9"), (3, "192.0.2.7")]
    )
    def test_is_what_the_outermost_trusted_proxy_saw(self, settings, proxies, expected):
        settings.TRUSTED_PROXIES = proxies
        headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4"}
        assert client_address(request(**headers)) == expected

    def test_of_ipv6_is_the_network(self):
        assert client_address(request(address="2001:db8:1:2:3:4:5:6")) == "2001:db8:1:2::"

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("192.0.2.7:5123", "192.0.2.7"),
            ("[2001:db8:1:2:3:4:5:6]:5123", "2001:db8:1:2::"),
            ("[2001:db8:1:2::9]", "2001:db8:1:2::"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
        ],
    )
    def test_is_found_in_what_proxies_write(self, settings, written, expected):
        settings.TRUSTED_PROXIES = 1
        assert client_address(request(**{"X-Forwarded-For": written})) == expected

    @pytest.mark.parametrize("address", ["", "unknown", "1.2.3.4.5", "unix:7", "[]:80"])
    def test_that_is_none_is_empty_and_counted_all_the_same(self, address):
        sent = request(address=address)
        assert (client_address(sent), counted_address(sent)) == ("", NO_ADDRESS)
        assert is_ratelimited(sent, group="t", key="ip", rate="9/m", increment=True) is False


@pytest.mark.django_db
class TestVisitorHash:
    def test_is_equal_all_day_and_names_nobody(self):
        first = visitor_hash(request(), salt_of(TODAY))
        assert first == visitor_hash(request(), salt_of(TODAY))
        assert len(first) == 32
        assert "192.0.2.7" not in first

    def test_differs_by_address_agent_and_day(self):
        hashes = {
            visitor_hash(request(), salt_of(TODAY)),
            visitor_hash(request(address="192.0.2.8"), salt_of(TODAY)),
            visitor_hash(request(**{"User-Agent": "Other/1.0"}), salt_of(TODAY)),
            visitor_hash(request(), salt_of(TOMORROW)),
        }
        assert len(hashes) == 4

    def test_cannot_be_made_again_without_the_salt(self):
        before = visitor_hash(request(), salt_of(TODAY))
        VisitorSalt.objects.all().delete()
        assert visitor_hash(request(), salt_of(TODAY)) != before


@pytest.mark.django_db
class TestNetworkHash:
    def hashed(self, day=TODAY, **sent):
        return network_hash(request(**sent), salt_of(day))

    def test_is_of_the_address_whatever_the_agent(self):
        assert self.hashed() == self.hashed(**{"User-Agent": "Other/1.0"})
        assert self.hashed() != self.hashed(address="192.0.2.8")
        assert (len(self.hashed()), "192" in self.hashed()) == (16, False)

    def test_of_ipv6_is_of_the_network(self):
        assert self.hashed(address="2001:db8:1:2::3") == self.hashed(address="2001:db8:1:2::4")
        assert self.hashed(address="2001:db8:1:2::3") != self.hashed(address="2001:db8:1:3::3")

    def test_of_two_days_tells_nothing(self):
        assert self.hashed() != self.hashed(TOMORROW)

    def test_is_no_beginning_of_a_visitors_hash(self):
        sent = request(**{"User-Agent": ""})
        assert not visitor_hash(sent, salt_of(TODAY)).startswith(self.hashed())

    def test_of_no_address_is_empty(self):
        assert self.hashed(address="unknown") == ""


@pytest.mark.django_db
class TestSender:
    @pytest.mark.parametrize("headers", [{"DNT": "1"}, {"Sec-GPC": "1"}])
    def test_who_asks_for_privacy_has_no_hash(self, headers):
        assert sender_of(request(**headers), TODAY) == Sender("", bot=False, staff=False)

    def test_reader(self):
        reader = UserFactory()
        sender = sender_of(request(user=reader, DNT="0"), TODAY)
        assert (len(sender.visitor), sender.bot, sender.staff) == (32, False, False)
        assert len(sender.network) == 16

    def test_who_may_enter_the_admin_is_staff(self):
        editor = UserFactory()
        editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
        assert sender_of(request(user=editor), TODAY).staff is True


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, False),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1",
            False,
        ),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("python-requests/2.32", True),
        ("", True),
    ],
)
def test_programs_are_told_from_browsers(agent, expected):
    assert is_bot(agent) is expected
