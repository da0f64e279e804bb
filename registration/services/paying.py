"""Payments that turn a state round: money in time booked after the time to pay, and one booked by mistake (SPEC 6)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from registration.enums import ApplicationState
from registration.models import Application
from registration.services import notify, wording
from registration.services.group_members import stand_again
from registration.services.progress import again, ring_confirmed
from registration.services.wording import named
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict
from skilleval.core.transitions import move_many
from skilleval.core.wording import cn_date

_S = ApplicationState


@transaction.atomic
def confirm_late(applications: QuerySet[Application], *, value_on: date, by: User | None, at: datetime) -> int:
    """Their money came in time and is booked after they lapsed: lapsed → confirmed, each told why. Returns how many.

    `value_on` is the day the money came. The persons are locked (they can have another application by now, which the
    database refuses). Raises Conflict, and moves nobody, where one of them isn't lapsed any more.
    """
    rows = _locked(applications)
    moved = move_many(
        _these(rows),
        _S.LAPSED,
        _S.CONFIRMED,
        by=by,
        at=at,
        reason="款项在缴费截止前到账，入账较晚",
        confirmed_on=value_on,
    )
    if moved < len(rows):
        raise Conflict("其中有申报刚变更了状态，不在已逾期中，请刷新后查看")
    for row in rows:
        stand_again(row)
    acts = again(rows, _S.CONFIRMED)
    ring_confirmed(rows, acts)
    notify.tell_all(_confirmed_late(row, value_on, acts[row.pk]) for row in rows)
    return moved


@transaction.atomic
def take_back_confirmation(applications: QuerySet[Application], *, by: User, at: datetime, reason: str) -> int:
    """A payment was booked by mistake: confirmed → approved, to be paid again; each told why. Returns how many.

    Raises Conflict, and moves nobody, where one of them isn't confirmed (scheduled meanwhile, or gone).
    """
    rows = _locked(applications)
    moved = move_many(_these(rows), _S.CONFIRMED, _S.APPROVED, by=by, at=at, reason=reason, confirmed_on=None)
    if moved < len(rows):
        raise Conflict("其中有人已排考或已退出，不能撤销到账；请先由考务人员取消座位安排")
    notify.tell_all(_undone(row, reason, at) for row in rows)
    return moved


def _locked(applications: QuerySet[Application]) -> list[Application]:
    assert_in_transaction()
    names = ("candidate__user", "offering__provider", "offering__work_type__occupation")
    return list(applications.select_related(*names).order_by("pk").select_for_update(of=("self",)))


def _these(rows: list[Application]) -> QuerySet[Application]:
    return Application.objects.filter(pk__in=[row.pk for row in rows])


def _confirmed_late(application: Application, value_on: date, act: str) -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"confirmed-late:{application.pk}:{value_on.isoformat()}{act}",
        template=wording.CONFIRMED_LATE,
        values=named(application, 到账日期=cn_date(value_on)),
        link=notify.page_of(application),
    )


def _undone(application: Application, reason: str, at: datetime) -> notify.Notice:
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"payment-undone:{application.pk}:{at.isoformat()}",
        template=wording.PAYMENT_UNDONE,
        values=named(application, 理由=reason),
        link=notify.page_of(application),
    )
