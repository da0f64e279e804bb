"""Public pages kept as bytes in the process for a moment, for visitors without a session.

What decides about an application (window, fee, bars) is read fresh when it is started and submitted, so a page may be
a little old. Not in the demonstration, whose bar belongs to the visitor, nor for addresses with a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers

View = Callable[..., HttpResponse]

MOST_PAGES = 512
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*(")')
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)

_pages: dict[str, tuple[float, bytes]] = {}


def kept(view: View) -> View:
    """Answer from the kept bytes while they are younger than `PAGES_KEPT_SECONDS` (0 keeps nothing)."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _same_for_everybody(request):
            return view(request, *args, **kwargs)
        made, body = _pages.get(request.path, (0.0, b""))
        if not body or monotonic() - made > settings.PAGES_KEPT_SECONDS:
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                _keep(request.path, response.content)
            return response
        response = HttpResponse(_with_token(body, request))
        patch_vary_headers(response, ("Cookie",))
        return response

    return answer


def forget() -> None:
    """Throw away what is kept."""
    _pages.clear()


def _same_for_everybody(request: HttpRequest) -> bool:
    return (
        settings.PAGES_KEPT_SECONDS > 0
        and not settings.DEMO
        and request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and "HX-Request" not in request.headers
        and not any(name in request.COOKIES for name in PERSONAL_COOKIES)
    )


def _keep(path: str, body: bytes) -> None:
    if len(_pages) >= MOST_PAGES:
        forget()
    _pages[path] = (monotonic(), TOKEN.sub(rb"\1\2", body))


def _with_token(body: bytes, request: HttpRequest) -> bytes:
    """The page with the visitor's own token in its forms; pages without a form need none."""
    if not TOKEN.search(body):
        return body
    token = get_token(request).encode()
    return TOKEN.sub(lambda found: found[1] + token + found[2], body)
