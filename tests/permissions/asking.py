"""Asking for an address as somebody: how it was answered, in one word, and what every answer must keep to.

Every answer, whoever asked for what, is looked through for whole document and telephone numbers, for the headers of
security, and for redirects that leave the portal. What a request changed is undone at once.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import openpyxl
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from skilleval.accounts.models import User
from tests.permissions.world import World

#: A request may always touch its own session and the counts that limit tries.
OWN_TABLES = ("django_session", "portal_cache")
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM|COPY|TRUNCATE)\s+\"?(\w+)", re.IGNORECASE)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REDIRECTS = (301, 302, 303, 307, 308)
STRICT_CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@dataclass
class Answer:
    """What came back: one word, the response, its text, and the tables written to."""

    word: str
    response: HttpResponse
    text: str
    written: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Asker:
    """Everybody logged in once; each question starts from there."""

    def __init__(self, world: World, actors: dict[str, User | None] | None = None) -> None:
        self.world = world
        self.actors = world.actors if actors is None else actors
        self.client = Client(raise_request_exception=False)
        self.cookies = {name: _cookies(user) for name, user in self.actors.items()}

    def __call__(
        self, actor: str, method: str, address: str, body: dict[str, Any] | None = None, *, whole: bool = False
    ) -> Answer:
        """Ask; `whole` where the answer is one of the few that may hold a whole number."""
        self.client.cookies = self.cookies[actor].copy()
        cache.clear()  # what limits tries counts them per address, and everybody here comes from one
        written: set[str] = set()
        with _undone(), connection.execute_wrapper(_note(written)):
            response: Any = getattr(self.client, method.lower())(address, body or {})
            content = b"".join(response) if response.streaming else response.content
        text = _text_of(response, content)
        answer = Answer(self._word(actor, response), response, text, written)
        answer.faults = list(self._faults(actor, address, answer, whole))
        return answer

    def _word(self, actor: str, response: Any) -> str:
        """login, ok, go (a redirect onwards), or the status. The admin's gate counts as what stands behind it."""
        if response.status_code not in REDIRECTS:
            return "ok" if response.status_code == 200 else str(response.status_code)
        path = urlsplit(response["Location"]).path
        if path == reverse("admin:login"):
            return "login" if self.actors[actor] is None else "403"
        return "login" if path == reverse(settings.LOGIN_URL) else "go"

    def _faults(self, actor: str, address: str, answer: Answer, whole: bool) -> Iterator[str]:
        response = answer.response
        if response.status_code >= 500:
            yield f"error {response.status_code}"
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            yield "no nosniff"
        if response.headers.get("Content-Type", "").startswith("text/html") and _csp(response) != STRICT_CSP:
            yield f"CSP {response.headers.get('Content-Security-Policy')}"
        if self.actors[actor] is not None and "no-store" not in response.headers.get("Cache-Control", ""):
            yield f"may be stored: {response.headers.get('Cache-Control')}"
        location = response.headers.get("Location", "")
        if urlsplit(location).netloc not in ("", "testserver"):
            yield f"leads away to {location}"
        for secret in self.world.secrets:
            if secret in address + location or (secret in answer.text and not whole):
                yield f"shows {secret[:3]}…{secret[-2:]}"
            if secret in answer.text and "core_auditevent" not in answer.written:
                yield "shows a whole number and leaves no audit event"


def _cookies(user: User | None) -> SimpleCookie:
    """The cookies of a browser in which somebody logged in."""
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return browser.cookies


def _text_of(response: Any, content: bytes) -> str:
    """The text of a page or a paper, its metadata included."""
    kind = response.headers.get("Content-Type", "")
    if kind == "application/pdf":
        paper = PdfReader(io.BytesIO(content))
        return "".join(page.extract_text() for page in paper.pages).replace("\n", "") + str(paper.metadata)
    if kind == XLSX:
        book = openpyxl.load_workbook(io.BytesIO(content))
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    return "" if kind.startswith("image/") else content.decode()


def _csp(response: HttpResponse) -> set[str]:
    return {part.strip() for part in response.headers.get("Content-Security-Policy", "").split(";")}


def _note(written: set[str]) -> Any:
    """An execute wrapper that notes which tables statements write to."""

    def noting(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and found[2] not in OWN_TABLES:
            written.add(found[2])
        return execute(sql, params, many, context)

    return noting


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
