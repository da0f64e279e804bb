"""Approving individuals together: those that nothing speaks against, each by itself (SPEC 5.3).

The reviewer has looked at the papers; the check has looked at everything else, and looks again under each one's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from discipline.enums import ENDED
from discipline.models import Case
from fees.models import Order
from fees.queries import fees_at_approval
from registration.enums import ApplicationState
from registration.models import Application
from registration.queries.member_doubts import doubts_of, members_of
from registration.services.group_reviews import OWN
from skilleval.accounts.models import User
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.wording import yuan
from skilleval.journeys.desk import verbs
from skilleval.journeys.desk.group_verbs import NO_FEE, OPEN_CASE

MOST = 100
OF_GROUP = "团体人员，请在团体页审核"


@dataclass(frozen=True)
class Chosen:
    """Who can be passed together, what they will owe in yuan, and by primary key why others can't."""

    clear: tuple[Application, ...]
    owed: Decimal
    left: Mapping[int, tuple[str, ...]]
    rows: tuple[Application, ...]

    @property
    def left_out(self) -> list[tuple[Application, tuple[str, ...]]]:
        return [(row, self.left[row.pk]) for row in self.rows if row.pk in self.left]


def chosen(keys: Iterable[int], by: User, on: date) -> Chosen:
    """What the check says of some applications; the same few queries however many."""
    rows = members_of(Application.objects.filter(pk__in=list(keys)).order_by("submitted_on", "pk"))
    doubts, owed = doubts_by_key(rows), Decimal(0)
    prices = fees_at_approval(_as_if_approved(rows, on))
    left: dict[int, tuple[str, ...]] = {}
    for row in rows:
        if why := _not_here(row, by):
            left[row.pk] = (why,)
        elif row.pk in doubts or not prices[row.pk].published:
            left[row.pk] = (*doubts.get(row.pk, ()), *(() if prices[row.pk].published else (NO_FEE,)))
        else:
            owed += prices[row.pk].amount or 0
    return Chosen(tuple(row for row in rows if row.pk not in left), owed, left, tuple(rows))


def doubts_by_key(rows: list[Application]) -> dict[int, tuple[str, ...]]:
    """What speaks against passing applications that await review, open misconduct cases included."""
    doubts = dict(doubts_of(rows))
    cases = Case.objects.exclude(state__in=ENDED).filter(application__in=rows)
    for pk in cases.values_list("application_id", flat=True):
        if pk:
            doubts[pk] = (*doubts.get(pk, ()), OPEN_CASE)
    return doubts


@transaction.atomic
def approve_if_clear(application: Application, *, by: User, at: datetime) -> Order | None:
    """Pass an individual's application that nothing speaks against, looked at afresh under its lock.

    Raises Refused with the first doubt, and what `verbs.approve` raises.
    """
    (row,) = members_of(Application.objects.select_for_update(of=("self",)).filter(pk=application.pk))
    if row.group_id:
        raise Refused(OF_GROUP)
    if row.state == ApplicationState.REVIEW and (doubts := doubts_by_key([row]).get(row.pk)):
        raise Refused(doubts[0])
    return verbs.approve(row, by=by, at=at)


def approve_selected(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    """The confirm page of the list's action: who passes, what that means, who is left out and why; then do it."""
    user: Any = request.user
    keys = list(queryset.values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise Refused(f"一次最多处理 {MOST} 份，请分批选择")
    confirmed = "confirmed" in request.POST
    if confirmed and "looked" in request.POST:
        _approve_each(request, keys, user)
        return None
    found = chosen(keys, user, clock.today())
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": "通过无疑义的申报",
        "chosen": found,
        "consequences": _consequences(found),
        "not_looked": confirmed,
        "action": request.POST.get("action", ""),
    }
    return TemplateResponse(request, "desk/approve_many.html", context, status=400 if confirmed else 200)


def _approve_each(request: HttpRequest, keys: list[int], by: User) -> None:
    """One transaction each: who can't be passed any more stops nobody else."""
    done, at = 0, clock.now()
    for application in Application.objects.filter(pk__in=keys).order_by("submitted_on", "pk"):
        try:
            approve_if_clear(application, by=by, at=at)
        except Refused as refusal:
            messages.warning(request, f"{application.number} 未通过：{refusal.message}")
        else:
            done += 1
    if done:
        messages.success(request, f"{done} 份申报已通过审核")


def _as_if_approved(rows: Iterable[Application], on: date) -> Iterable[Application]:
    """Rows whose price is asked as if they passed today; they aren't saved."""
    for row in rows:
        row.approved_on = on
        yield row


def _not_here(row: Application, by: User) -> str:
    """Why an application isn't one to pass here at all."""
    if row.state != ApplicationState.REVIEW:
        return f"已是“{row.get_state_display()}”"
    if row.group_id:
        return OF_GROUP
    return OWN if row.candidate.user_id == by.pk else ""


def _consequences(found: Chosen) -> list[str]:
    people = len(found.clear)
    told = f"{people} 份申报转为“待缴费”，各开具订单，合计 {yuan(found.owed)}；不需缴费的直接确认"
    return [told, "参评人员各收到通知", "逐份再核对一次：其间有变化的不会通过，并列出原因"]
