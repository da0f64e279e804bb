"""考务月历: a provider's month in the admin, days against rooms, narrowed by what the address says."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from scheduling import policy
from scheduling.enums import SessionState
from scheduling.models import ExamSession, Venue
from scheduling.queries.board import Asked, board
from skilleval.catalogue.models import Offering, Provider
from skilleval.core import clock
from skilleval.core.dates import add_months
from skilleval.core.scoping import reaches, scope_ids
from skilleval.core.wording import cn_month

STATES = [(state.value, state.label) for state in (SessionState.PROPOSED, SessionState.PUBLISHED)]
MOST_CONFLICTS = 20


def board_page(modeladmin: Any, request: HttpRequest) -> HttpResponse:
    """Every session of the month with its room and time, and what clashes."""
    provider, first = _provider(request), _month(request, clock.today())
    asked = Asked(
        venue=_key(request.GET.get("venue")),
        offering=_key(request.GET.get("offering")),
        state=request.GET.get("state", "") if request.GET.get("state") in dict(STATES) else "",
    )
    found = board(provider, first, asked)
    offerings = Offering.objects.with_names().filter(provider=provider)
    context = modeladmin.admin_site.each_context(request) | {
        "title": f"考务月历：{cn_month(first)}",
        "opts": ExamSession._meta,
        "provider": provider,
        "providers": _own(request),
        "first": first,
        "before": add_months(first, -1),
        "after": add_months(first, 1),
        "today": clock.today(),
        "asked": asked,
        "venues": Venue.objects.filter(provider=provider),
        "offerings": offerings.filter(pk__in=ExamSession.objects.live().values("batch__offering")).order_by(
            "-year", "pk"
        ),
        "states": STATES,
        "board": found,
        "conflicts": found.conflicts[:MOST_CONFLICTS],
        "more_conflicts": max(len(found.conflicts) - MOST_CONFLICTS, 0),
    }
    return TemplateResponse(request, "scheduling/admin_board.html", context)


def _provider(request: HttpRequest) -> Provider:
    """The provider the address names, of those whose sessions the user may see; else the first. 404 for another's."""
    if not reaches(_user(request), policy.VIEW):
        raise PermissionDenied
    own, named = _own(request), request.GET.get("provider")
    found: Provider | None = own.filter(pk=_key(named)).first() if named else own.first()
    if found is None:
        raise Http404
    return found


def _own(request: HttpRequest) -> Any:
    return Provider.objects.filter(pk__in=scope_ids(_user(request), policy.VIEW)).order_by("name")


def _month(request: HttpRequest, today: date) -> date:
    """The month the address names (2026-04), else this one."""
    named = request.GET.get("month")
    if not named:
        return today.replace(day=1)
    try:
        return date.fromisoformat(f"{named}-01")
    except ValueError as error:
        raise Http404 from error


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None


def _user(request: HttpRequest) -> Any:
    return request.user
