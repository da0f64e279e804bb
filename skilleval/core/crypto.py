"""Secrets at rest: AES-256-GCM under a ring of keys, and keyed digests for look-ups by value.

A sealed value is ``version | length of key id | key id | nonce | ciphertext and tag``. What it is bound to (its
column and its row's public UUID) isn't stored but has to be named again to open it, so that values can't be swapped.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """A sealed value that no configured key opens for the place it stands in: altered, swapped, or its key is gone."""


def encrypt(text: str, *, bound_to: str) -> bytes:
    """Seal text under the current key for one place; raises ImproperlyConfigured without a usable key ring."""
    key_id, cipher = next(iter(_ring(settings.FIELD_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    name = key_id.encode()
    return bytes([VERSION, len(name)]) + name + nonce + cipher.encrypt(nonce, text.encode(), bound_to.encode())


def decrypt(sealed: bytes, *, bound_to: str) -> str:
    """Open a sealed value for the place it was sealed for; raises Unreadable."""
    key_id = key_id_of(sealed)
    cipher = _ring(settings.FIELD_KEYS).get(key_id)
    if cipher is None:
        raise Unreadable(f"{bound_to}: key {key_id} is not in the ring")
    start = 2 + len(key_id.encode())
    nonce, ciphertext = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, ciphertext, bound_to.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{bound_to}: the value was altered or belongs elsewhere") from error


def key_id_of(sealed: bytes) -> str:
    """The id of the key that sealed a value; raises Unreadable when it isn't a sealed value."""
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise Unreadable("not a sealed value")
    return sealed[2 : 2 + sealed[1]].decode("ascii", errors="replace")


def key_ids() -> list[str]:
    """Ids of the configured keys, the current one first."""
    return list(_ring(settings.FIELD_KEYS))


def blind_index(value: str) -> bytes:
    """A keyed digest for finding a row by a value it stores sealed. Normalise the value before."""
    return hmac.new(_index_key(settings.INDEX_KEY), value.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=4)
def _ring(configured: str) -> dict[str, AESGCM]:
    ring = {}
    for entry in filter(None, (part.strip() for part in configured.split(","))):
        key_id, _, encoded = entry.partition(":")
        if not key_id or len(key_id) > 40 or not key_id.isascii() or key_id in ring:
            raise ImproperlyConfigured("FIELD_KEYS: each key needs an id of its own, as id:base64key")
        ring[key_id] = AESGCM(_key(encoded, "FIELD_KEYS"))
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS is empty")
    return ring


@lru_cache(maxsize=4)
def _index_key(configured: str) -> bytes:
    return _key(configured, "INDEX_KEY")


def _key(encoded: str, setting: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{setting}: not base64") from error
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{setting}: a key has {KEY_BYTES} bytes")
    return key
