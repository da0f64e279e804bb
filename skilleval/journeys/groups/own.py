"""What every page of a group starts with: a group of one's own institution, or 404."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from registration.models import Group, RosterRow
from registration.queries import groups as queries
from skilleval.accounts.requests import person

View = Callable[..., HttpResponseBase]


def officer_page(view: View) -> View:
    """Log-in first. A part of a page that is asked for after the session ended leads the whole page there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        htmx: Any = getattr(request, "htmx", None)
        if htmx:
            back = redirect_to_login(htmx.current_url_abs_path or reverse("group_list"))
            return HttpResponseClientRedirect(back["Location"])
        return redirect_to_login(request.get_full_path())

    return wrapped


def group_or_404(request: HttpRequest, uuid: UUID) -> Group:
    """A group of an institution whose officer the person is; for anybody else it doesn't exist."""
    found = queries.own(person(request), uuid)
    if found is None:
        raise Http404
    return found


def row_or_404(group: Group, uuid: UUID) -> RosterRow:
    """One of the group's rows, with what its page prints."""
    rows = group.rows.select_related("group__offering", "roster", "photo", "application__candidate")
    found: RosterRow | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found


def uuids_in(chosen: Iterable[str]) -> list[UUID]:
    """The public ids among what was chosen; anything else is nobody's."""
    found = []
    for text in chosen:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, not the whole."""
    return bool(getattr(request, "htmx", False))


def private(response: HttpResponse) -> HttpResponse:
    """Personal: no cache keeps it, no browser guesses what it is."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
