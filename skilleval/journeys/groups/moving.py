"""What wasn't handed in by the close goes on in the provider's next window (SPEC 5.2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fees.queries import price_of
from registration.queries.windows import window_from
from registration.services.moving import movable, move_to_window
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.groups.own import group_or_404, officer_page
from skilleval.journeys.groups.page import context_of


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_move(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How many would go on, where, and the button that moves them."""
    group, on = group_or_404(request, uuid), clock.today()
    published, refused = price_of(group.offering, on=on).published, ""
    if request.method == "POST":
        try:
            to, moved = move_to_window(group, rows=None, fee_published=published, by=person(request), at=clock.now())
        except Conflict:
            raise
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, f"已转入 {moved} 人，请在新批次重新初审、提交。")
            return redirect("group_detail", uuid=to.uuid)
    window = window_from(group.offering.provider, on)
    context = context_of(group, on) | {
        "movable": movable(group).count(),
        "window": window if window and window.pk != group.window_id else None,
        "can_now": bool(window and window.pk != group.window_id and window.is_open(on)),
        "refused": refused,
    }
    return render(request, "groups/move.html", context, status=400 if refused else 200)
