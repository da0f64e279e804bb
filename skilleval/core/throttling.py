"""How often one address may ask: a count in the cache for each span of real time (SPEC 9.5)."""

from __future__ import annotations

import hashlib
import ipaddress
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def too_many(request: HttpRequest, what: str, *, at_most: int, seconds: int) -> bool:
    """Count this request of its address; whether there were more than `at_most` in the present span of `seconds`.

    An IPv6 household is one address. The address itself is in no key.
    """
    span = int(time.time()) // seconds
    key = f"throttle:{what}:{span}:{_digest(get_adapter().get_client_ip(request))}"
    try:
        asked = cache.incr(key)
    except ValueError:  # the first of the span, or several first ones at once
        asked = 1 if cache.add(key, 1, timeout=seconds) else cache.incr(key)
    return bool(asked > at_most)


def _digest(address: str) -> str:
    if ":" in address:
        address = str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    return hashlib.sha256(address.encode()).hexdigest()[:24]
