"""Who sends events: a hash for a day, never an address; programs and staff are marked."""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from crawlerdetect import CrawlerDetect
from django.conf import settings
from django.http import HttpRequest

from search.log.models import VisitorSalt

HASH_BYTES = 16
SALT_BYTES = 32
# The host part of an IPv6 address changes by itself every day; the network is the household.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Sender:
    """What the log keeps of the sender of a request."""

    visitor: str  # the day's hash; empty under Do Not Track
    bot: bool
    staff: bool


def sender_of(request: HttpRequest, day: date) -> Sender:
    """The sender of ``request`` as counted on ``day``."""
    return Sender(
        visitor="" if asks_for_privacy(request) else visitor_hash(request, day),
        bot=is_bot(request.headers.get("User-Agent", "")),
        staff=is_staff(request),
    )


def counted_address(request: HttpRequest) -> str:
    """What rate limits count by: the reader's address; all without one share a counter."""
    return client_address(request) or "unknown"


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
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6:
        network = ipaddress.ip_network((int(parsed), IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(parsed)


def asks_for_privacy(request: HttpRequest) -> bool:
    """Whether the browser sends Do Not Track or Global Privacy Control."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def visitor_hash(request: HttpRequest, day: date) -> str:
    """A keyed BLAKE2b hash of address and agent; the key is the day's salt, gone a day later."""
    message = f"{client_address(request)}\n{request.headers.get('User-Agent', '')}"
    digest = hashlib.blake2b(
        message.encode(errors="replace"), key=salt_of(day), digest_size=HASH_BYTES
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
