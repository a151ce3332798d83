"""Who sends events: a hash for a day, never an address; programs and staff are marked."""

import hashlib
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from crawlerdetect import CrawlerDetect
from django.conf import settings
from django.http import HttpRequest

from search.log.models import VisitorSalt

HASH_BYTES = 16
# Enough to tell the addresses of a day apart; nothing is looked up by it.
NETWORK_HASH_BYTES = 8
SALT_BYTES = 32
# The host part of an IPv6 address changes by itself every day; the network is the household.
IPV6_PREFIX = 64
# Some proxies write where the connection comes from in full: 192.0.2.7:5123, [2001:db8::1]:5123.
_WITH_PORT = re.compile(r"(?P<v4>[\d.]+):\d+|\[(?P<v6>[^\]]+)\](?::\d+)?")
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - a name for "none" that parses, nothing listens there


@dataclass(frozen=True, slots=True)
class Sender:
    """What the log keeps of the sender of a request.

    ``visitor`` and ``network`` are the day's hashes of address and agent, and of the address
    alone; both empty under Do Not Track.
    """

    visitor: str
    bot: bool
    staff: bool
    network: str = ""


def sender_of(request: HttpRequest, day: date) -> Sender:
    """The sender of ``request`` as counted on ``day``."""
    salt = b"" if asks_for_privacy(request) else salt_of(day)
    return Sender(
        visitor=visitor_hash(request, salt) if salt else "",
        bot=is_bot(request.headers.get("User-Agent", "")),
        staff=is_staff(request),
        network=network_hash(request, salt) if salt else "",
    )


def counted_address(request: HttpRequest) -> str:
    """What rate limits count by: the reader's address; all without one share a counter.

    Always an address that parses: django-ratelimit makes a network of it.
    """
    return client_address(request) or NO_ADDRESS


def client_address(request: HttpRequest) -> str:
    """The address of the reader's side; empty if there is none that parses.

    Behind ``settings.TRUSTED_PROXIES`` proxies it is the last entry of X-Forwarded-For that one
    of them wrote; everything further left could have been made up by the client.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        if len(forwarded) >= settings.TRUSTED_PROXIES:
            address = forwarded[-settings.TRUSTED_PROXIES].strip()
    try:
        parsed = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        network = ipaddress.ip_network((int(parsed), IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(parsed)


def _without_port(address: str) -> str:
    match = _WITH_PORT.fullmatch(address)
    return match["v4"] or match["v6"] if match else address


def asks_for_privacy(request: HttpRequest) -> bool:
    """Whether the browser sends Do Not Track or Global Privacy Control."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def visitor_hash(request: HttpRequest, salt: bytes) -> str:
    """A keyed BLAKE2b hash of address and agent; the key is the day's salt, gone a day later."""
    message = f"{client_address(request)}\n{request.headers.get('User-Agent', '')}"
    digest = hashlib.blake2b(message.encode(errors="replace"), key=salt, digest_size=HASH_BYTES)
    return digest.hexdigest()


def network_hash(request: HttpRequest, salt: bytes) -> str:
    """A keyed BLAKE2b hash of the address alone, under the day's salt; empty if there is none.

    Who changes the agent is another visitor but not another address: what readers are counted
    by where clicking more must not count more (``search.log.answers``). An IPv6 address is its
    /64 network. Named apart (BLAKE2's ``person``), so that it never equals a visitor's hash.
    """
    address = client_address(request)
    if not address:
        return ""
    digest = hashlib.blake2b(
        address.encode(), key=salt, digest_size=NETWORK_HASH_BYTES, person=b"network"
    )
    return digest.hexdigest()


def salt_of(day: date) -> bytes:
    """The salt of ``day``, made by whoever asks first: the day is unique, so all get one."""
    row, _ = VisitorSalt.objects.get_or_create(
        day=day, defaults={"salt": secrets.token_bytes(SALT_BYTES)}
    )
    return bytes(row.salt)


@lru_cache(maxsize=1)
def _detector() -> CrawlerDetect:
    return CrawlerDetect()


def is_bot(user_agent: str) -> bool:
    """Whether the agent names itself a program. None at all is no browser either."""
    return not user_agent.strip() or bool(_detector().is_crawler(user_agent))


def is_staff(request: HttpRequest) -> bool:
    """Whether a signed-in member of the team sends this: they try things out."""
    user = request.user
    return user.is_authenticated and user.has_perm("wagtailadmin.access_admin")
