"""Drawing an order for members that passed the review: the institution pays for all of them at once (SPEC 6)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fees.models import Order
from fees.queries import undrawn
from fees.services import draft_of, draw_group_order
from registration.models import Application, Group
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.groups.own import group_or_404, officer_page, uuids_in
from skilleval.journeys.groups.page import context_of


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the members, see amount and last day, draw the order."""
    group, on = group_or_404(request, uuid), clock.today()
    if request.method != "POST":
        return _choose(request, group, on)
    chosen = None
    if request.POST.get("scope") != "all":
        chosen = list(_members(group).filter(uuid__in=uuids_in(request.POST.getlist("member"))))
        if not chosen:
            return _choose(request, group, on, refused="请先选择要缴费的人员")
    try:
        if "confirmed" not in request.POST:
            return _confirm(request, group, chosen, on)
        order = draw_group_order(group, applications=chosen, by=person(request), at=clock.now())
    except Conflict:
        raise
    except Refused as refused:
        return _choose(request, group, on, refused=refused.message)
    messages.success(request, "订单已开具，请按下面的账户和附言转账，再上传凭证。")
    return redirect("order_page", uuid=order.uuid)


def orders_of(group: Group) -> Any:
    """The group's orders, the latest first."""
    return Order.objects.filter(group=group).order_by("-pk")


def _members(group: Group) -> Any:
    return undrawn().filter(group=group).select_related("roster_row", "roster_row__roster")


def _choose(request: HttpRequest, group: Group, on: date, refused: str = "") -> HttpResponse:
    members = list(_members(group).order_by("roster_row__roster_id", "roster_row__number"))
    context = context_of(group, on) | {"members": members, "refused": refused, "orders": orders_of(group)}
    return render(request, "groups/order.html", context, status=400 if refused else 200)


def _confirm(request: HttpRequest, group: Group, chosen: list[Application] | None, on: date) -> HttpResponse:
    draft, members = draft_of(group, applications=chosen, on=on)
    context = context_of(group, on) | {"draft": draft, "members": members, "whole": chosen is None}
    return render(request, "groups/order_confirm.html", context)
