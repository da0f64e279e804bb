"""Pages that are the same for every stranger but for a few holes: rendered once, kept as bytes, filled anew each time.

For a form that many people without a session send. Who has a session, and everybody in the demonstration, gets the page
rendered whole: their header is their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from time import monotonic

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

HOLE = re.compile(rb"\[\[hole:(\w+)\]\]")
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[^"]*')
PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)

_shells: dict[str, tuple[float, list[bytes]]] = {}


def fill(request: HttpRequest, template: str, holes: Mapping[str, str], *, status: int = 200) -> HttpResponse:
    """The template with its holes filled: variables that it prints, escaped unless marked safe."""
    if not _is_stranger(request):
        return HttpResponse(render_to_string(template, dict(holes), request), status=status)
    parts = _parts(request, template, holes)
    values = {name: conditional_escape(value).encode() for name, value in holes.items()}
    values["token"] = get_token(request).encode()
    body = b"".join(values[part.decode()] if number % 2 else part for number, part in enumerate(parts))
    response = HttpResponse(body, status=status)
    patch_vary_headers(response, ("Cookie",))
    return response


def forget() -> None:
    """Throw away what is kept."""
    _shells.clear()


def _is_stranger(request: HttpRequest) -> bool:
    kept = settings.PAGES_KEPT_SECONDS > 0 and not settings.DEMO
    return kept and not any(name in request.COOKIES for name in PERSONAL_COOKIES)


def _parts(request: HttpRequest, template: str, holes: Mapping[str, str]) -> list[bytes]:
    """The page cut at its holes: bytes and names of holes in turn."""
    made, parts = _shells.get(template, (0.0, []))
    if not parts or monotonic() - made > settings.PAGES_KEPT_SECONDS:
        marks = {name: mark_safe(f"[[hole:{name}]]") for name in holes}  # noqa: S308 - our own mark
        page = render_to_string(template, marks, request).encode()
        parts = HOLE.split(TOKEN.sub(b"[[hole:token]]", page))
        _shells[template] = (monotonic(), parts)
    return parts
