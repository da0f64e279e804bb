"""Noting on the day who came and who didn't (SPEC 8); changeable until the results are out, every change audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from registration.enums import ApplicationState
from registration.models import Application
from scheduling import policy
from scheduling.models import AdmissionTicket, Attendance, Seat, Sitting
from scheduling.queries.attendance import Place, places
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_date


@dataclass
class Noted:
    """What became of a roll: how many lines were written, and who was refused why."""

    written: int = 0
    refused: list[tuple[Place, str]] = field(default_factory=list)


@transaction.atomic
def note(seat: Seat, *, present: bool, by: User, at: datetime) -> Attendance:
    """Note that somebody came, or didn't; noted again it changes nothing, noted otherwise it is changed (SPEC 8).

    Raises Refused before the sitting's day, once results are out, and 签到 for whom the door is shut (`door.refusal`).
    """
    sitting = Sitting.objects.select_related("session__batch__offering__provider").get(pk=seat.sitting_id)
    require(by, policy.ATTEND, sitting.session.batch.offering.provider)
    found = _locked(Seat.objects.filter(pk=seat.pk))
    if not found:
        raise Refused("该座位已取消，不能登记，请刷新后查看")
    return _note(found[0], present, by, at)


def note_ticket(ticket: AdmissionTicket, *, subject: str, present: bool, by: User, at: datetime) -> Attendance:
    """Note the holder of a ticket in a subject; a ticket that was withdrawn lets nobody in."""
    if ticket.withdrawn_at and present:
        raise Refused("不得入场：这张准考证已收回，请核对新的准考证")
    seat = Seat.objects.filter(application=ticket.application_id, subject=subject, live=True).first()
    if seat is None:
        raise Refused("该考生没有这一科目的座位，请刷新后查看")
    return note(seat, present=present, by=by, at=at)


@transaction.atomic
def note_roll(
    sitting: Sitting, marks: Mapping[int, bool], *, rest: bool | None = None, by: User, at: datetime
) -> Noted:
    """Note a whole sitting by the ids of its seats; `rest` is noted for everybody not noted yet.

    Who is refused is reported and stops nobody else; those the door is shut for are left out of a `rest` that is
    present. Raises Refused for a `rest` that is absent before the sitting began: people may still come.
    """
    require(by, policy.ATTEND, sitting.session.batch.offering.provider)
    if rest is False and at < sitting.starts:
        raise Refused("考试还没有开始，不能把其余人员记为缺考；请在开考后登记")
    done = Noted()
    for place in _locked(Seat.objects.filter(sitting=sitting)):
        present = marks.get(place.seat.pk, place.present)
        if present is None and not (rest and place.barred):
            present = rest
        if present is not None and present != place.present:
            _try(place, present, done, by, at)
    return done


def _try(place: Place, present: bool, done: Noted, by: User, at: datetime) -> None:
    try:
        _note(place, present, by, at)
    except Refused as refusal:
        done.refused.append((place, refusal.message))
    else:
        done.written += 1


def _locked(seats: QuerySet[Seat]) -> list[Place]:
    """The places of some seats; they and their applications are locked, in the order in which `free_seats` does it."""
    keys = list(seats.select_for_update(no_key=True).order_by("pk").values_list("pk", "application"))
    applications = Application.objects.filter(pk__in=[application for _, application in keys])
    list(applications.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return places(Seat.objects.filter(pk__in=[pk for pk, _ in keys]).order_by("number"))


def _note(place: Place, present: bool, by: User, at: datetime) -> Attendance:
    if place.attendance and place.attendance.present == present:
        return place.attendance
    _check(place, present, at)
    facts = {"present": present, "noted_at": at, "noted_by_id": by.pk, "noted_by_label": by.label}
    noted, _ = Attendance.objects.update_or_create(seat=place.seat, defaults=facts)
    audit.record("attendance.noted", by=by, obj=place.seat, present=present, before=place.present)
    return noted


def _check(place: Place, present: bool, at: datetime) -> None:
    day, state = timezone.localdate(place.seat.starts), place.seat.application.state
    if timezone.localdate(at) < day:
        raise Refused(f"考试在{cn_date(day)}，当天才能登记")
    if state == ApplicationState.COMPLETED:
        raise Refused("成绩已公布，考勤不能再改；成绩有误请走成绩更正")
    if present and place.barred:
        raise Refused(f"不得入场：{place.barred}")
    if state != ApplicationState.SCHEDULED:
        raise Refused(f"申报状态为“{ApplicationState(state).label}”，不能登记")
