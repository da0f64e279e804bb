"""Texts to telephones: what a gateway must do, one over signed HTTP, and one that stands in for it.

The gateway is asked over HTTP with the message's key. It sends one text for one key, however often it is asked, so what
may have been taken in already (a time-out, a broken answer) is simply asked again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

SECONDS_TO_HAND_OVER = 15  # for connecting, asking and reading the answer together
LONGEST_ANSWER = 64 * 1024
REFERENCE_LENGTH = 100  # of the column
TAKEN_BEFORE = 409  # this key's text was taken in earlier
#: What is wrong with us or the gateway for now: it is asked again. Any other 4xx turns the text itself down.
FOR_NOW = frozenset({401, 403, 404, 405, 408, 425, 429})


class TurnedDown(Exception):
    """The gateway took a look at this text and sends it to nobody: a wrong number, words it doesn't carry."""


class NoAnswer(Exception):
    """The gateway may have the text or not: asked again with the same key."""


class SmsGateway(Protocol):
    """What SMS_GATEWAY names: a class whose instances hand one text to one telephone.

    Returns what the gateway calls it (or nothing). The same `key` asked again sends no second text. Raises TurnedDown
    where it never will be sent; whatever else is raised means: try again.
    """

    def send(self, address: str, text: str, key: str) -> str: ...


class ConsoleGateway:
    """Stands in where no gateway is contracted: notes that a text was handed over, without saying to whom."""

    def send(self, address: str, text: str, key: str) -> str:
        logger.info("sms of %d characters handed to the console", len(text))
        return ""


class HttpGateway:
    """Hands texts to the gateway at SMS_URL, each request signed with SMS_SECRET.

    The body is JSON: key, to, text and sign (SMS_SIGN, the name before the text). A 2xx answer names its `reference`,
    a 409 means that the key's text was taken in earlier. Redirections are not followed.
    """

    def send(self, address: str, text: str, key: str) -> str:
        body = json.dumps({"key": key, "to": address, "text": text, "sign": settings.SMS_SIGN}).encode()
        status, answer = _ask(settings.SMS_URL, body, key)
        if 200 <= status < 300 or status == TAKEN_BEFORE:
            return _reference(answer, needed=status != TAKEN_BEFORE)
        if 400 <= status < 500 and status not in FOR_NOW:
            raise TurnedDown(f"status {status}")
        raise NoAnswer(f"status {status}")


def signature(*, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 with SMS_SECRET, in hexadecimal, over the lines path, timestamp, nonce and SHA-256 of the body."""
    signed = "\n".join((path, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(settings.SMS_SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()


def signed_headers(path: str, body: bytes) -> dict[str, str]:
    """The headers that say who asks, when (Unix seconds), and prove it."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    return {
        "X-Sms-Key": settings.SMS_KEY_ID,
        "X-Sms-Timestamp": timestamp,
        "X-Sms-Nonce": nonce,
        "X-Sms-Signature": signature(path=path, timestamp=timestamp, nonce=nonce, body=body),
    }


def _ask(url: str, body: bytes, key: str) -> tuple[int, bytes]:
    """One request, and the answer's status and body; raises NoAnswer where none came in time."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    line = (HTTPSConnection if secure else HTTPConnection)(parts.netloc, timeout=SECONDS_TO_HAND_OVER)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, **signed_headers(parts.path, body)}
    try:
        return _conversation(line, parts.path, body, headers)
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        line.close()


def _conversation(line: HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Ask and read; hangs up when it takes too long, for a time-out of the socket alone ends no answer that drips."""
    line.connect()
    watch = threading.Timer(SECONDS_TO_HAND_OVER, _hang_up, [line.sock])
    watch.daemon = True
    watch.start()
    try:
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read(LONGEST_ANSWER)
    finally:
        watch.cancel()


def _hang_up(sock: socket) -> None:
    with suppress(OSError):
        sock.shutdown(SHUT_RDWR)


def _reference(answer: bytes, *, needed: bool) -> str:
    try:
        reference = json.loads(answer)["reference"]
    except (ValueError, KeyError, TypeError):
        reference = ""
    if isinstance(reference, str) and 0 < len(reference) <= REFERENCE_LENGTH:
        return reference
    if needed:
        raise NoAnswer("no reference")
    return ""
