"""Drawing an order for members that passed the review: the institution pays for all of them at once (SPEC 6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fees.models import Order
from fees.queries import standing_of, undrawn
from fees.services import MOST_IN_AN_ORDER, draft_of, draw_group_order
from registration.models import Application, Group
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.groups.own import group_or_404, officer_page, uuids_in
from skilleval.journeys.groups.page import context_of


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose the members, see amount and last day, draw the order for those that were seen."""
    group, on = group_or_404(request, uuid), clock.today()
    if request.method != "POST":
        return _choose(request, group, on)
    chosen = _chosen(request.POST, group, on)
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


def orders_of(group: Group) -> QuerySet[Order]:
    """The group's orders, the latest first."""
    return Order.objects.filter(group=group).order_by("-pk")


def _payable(group: Group, on: date) -> list[Any]:
    """Members in no order whose time to pay isn't over, as the rosters list them, each with its `fee`."""
    rows: list[Any] = list(
        undrawn()
        .filter(group=group)
        .select_related("candidate", "roster_row")
        .order_by("roster_row__roster_id", "roster_row__number", "pk")
    )
    fees = standing_of(rows)
    for row in rows:
        row.fee = fees[row.pk]
    return [row for row in rows if row.fee.due_on and row.fee.due_on >= on]


def _chosen(sent: QueryDict, group: Group, on: date) -> list[Application]:
    """Whom the officer ticked; all at first; and those the page that asks has named, wherever they are now."""
    if "members" in sent:
        return list(group.members.filter(uuid__in=uuids_in(sent["members"].split(","))))
    if sent.get("scope") == "all":
        return _payable(group, on)[:MOST_IN_AN_ORDER]
    return list(group.members.filter(uuid__in=uuids_in(sent.getlist("member"))))


def _choose(request: HttpRequest, group: Group, on: date, refused: str = "") -> HttpResponse:
    members = _payable(group, on)
    shown = members[:MOST_IN_AN_ORDER]
    context = context_of(group, on) | {
        "members": shown,
        "further": len(members) - len(shown),
        "amount": sum((row.fee.amount or Decimal(0) for row in shown), Decimal(0)),
        "due_days": sorted({row.fee.due_on for row in shown}),
        "refused": refused,
        "orders": orders_of(group),
    }
    return render(request, "groups/order.html", context, status=400 if refused else 200)


def _confirm(request: HttpRequest, group: Group, chosen: list[Application], on: date) -> HttpResponse:
    draft, members = draft_of(group, applications=chosen, on=on)
    named = group.members.filter(pk__in=[row.pk for row in members]).select_related("candidate").order_by("number")
    context = context_of(group, on) | {
        "draft": draft,
        "members": [(row, draft.fees[row.pk].amount) for row in named],
        "chosen": ",".join(str(row.uuid) for row in members),
    }
    return render(request, "groups/order_confirm.html", context)
