"""预约: a place at the provider's desk to hand in the signed original (SPEC 5.1).

The desk's row is locked before its places are counted, then the application; a constraint holds where a lock wouldn't.
Nobody comes any more for an application that is over or whose original is there: such places count as free, and
whoever needs one ends the appointment that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from registration import policy
from registration.enums import AppointmentState
from registration.models import Application, Appointment, DeskClosure
from registration.queries import slots as queries
from registration.services import notify, reviews
from registration.services.appointment_wording import BOOKED, CANCELLED, MISSED, REMINDER
from registration.services.editing import day_of
from registration.slots import Slot, free_place, is_over
from skilleval.accounts.models import User
from skilleval.catalogue.models import Contact
from skilleval.core import audit
from skilleval.core.clock import SHANGHAI
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.policy import require
from skilleval.core.templates import Template
from skilleval.core.wording import cn_date, cn_time

FULL = "该时段刚被约满，请选择其他时段"
_A = AppointmentState


def book(application: Application, *, contact: Contact, day: date, starts: time, by: User, at: datetime) -> Appointment:
    """A place of a slot for the candidate's own application; they are told, and reminded the day before.

    Raises NotAllowed for anybody else, Refused where nothing is to be brought or the time isn't offered, and Conflict
    where the slot is full or the application has an appointment already.
    """
    with _places_once():
        return _book(application, contact, day, starts, by, at)


@transaction.atomic
def _book(application: Application, contact: Contact, day: date, starts: time, by: User, at: datetime) -> Appointment:
    desk = _locked(contact)
    application = _of_person(application, desk, by)
    settle(Appointment.objects.filter(contact=desk, day=day), at=at)
    if standing := Appointment.objects.booked().filter(application=application).first():
        raise Conflict(f"该申报已预约 {when(standing)}，需要换时间的，请改约")
    slot, place = _place(desk, day, starts, at)
    made = Appointment.objects.create(
        application=application,
        contact=desk,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        place=place,
        made_at=at,
    )
    audit.record("appointment.booked", by=by, obj=made, application=application.pk, day=day.isoformat())
    _tell(made, BOOKED, cause="booked", at=at)
    return made


def move(appointment: Appointment, *, contact: Contact, day: date, starts: time, by: User, at: datetime) -> Appointment:
    """Another slot for the same appointment, before it begins; the place held so far is free again.

    Raises what `book` does, and Conflict where the appointment doesn't stand any more.
    """
    with _places_once():
        return _move(appointment, contact, day, starts, by, at)


@transaction.atomic
def _move(appointment: Appointment, contact: Contact, day: date, starts: time, by: User, at: datetime) -> Appointment:
    desk = _locked(contact)
    _of_person(appointment.application, desk, by)
    settle(Appointment.objects.filter(contact=desk, day=day), at=at)
    fresh = _standing(appointment)
    _check_ahead(fresh, at)
    if (fresh.contact_id, fresh.day, fresh.starts) == (desk.pk, day, starts):
        return fresh
    slot, place = _place(desk, day, starts, at)
    fresh.contact, fresh.day, fresh.starts, fresh.ends, fresh.place = desk, slot.day, slot.starts, slot.ends, place
    fresh.made_at, fresh.reminded_on = at, None
    fresh.save(update_fields=["contact", "day", "starts", "ends", "place", "made_at", "reminded_on"])
    audit.record("appointment.moved", by=by, obj=fresh, day=day.isoformat())
    _tell(fresh, BOOKED, cause="booked", at=at)
    return fresh


@transaction.atomic
def cancel(appointment: Appointment, *, by: User, at: datetime, reason: str = "") -> Appointment:
    """Give the place back: the person until the slot begins, or the desk's staff, with a reason that the person reads.

    Raises NotAllowed for anybody else, Refused where it is too late or the reason is missing, Conflict where it
    doesn't stand any more.
    """
    fresh = _standing(appointment)
    own, reason = fresh.application.candidate.user_id == by.pk, reason.strip()
    if own:
        _check_ahead(fresh, at)
    else:
        require(by, policy.REVIEW, fresh.contact.provider)
        if not reason:
            raise Refused("请写明取消的原因，参评人员会看到", field="reason")
    _end(fresh, _A.CANCELLED, at, reason or "本人取消")
    audit.record("appointment.cancelled", by=by, obj=fresh)
    if not own:
        _tell(fresh, CANCELLED, cause="cancelled", at=at, more={"原因": reason.rstrip("。")})
    return fresh


@transaction.atomic
def arrive(appointment: Appointment, *, received: bool, by: User, at: datetime) -> Appointment:
    """They came, on the appointment's day; with `received` the signed original is recorded in the same press.

    Somebody noted as not come may have been late. Raises NotAllowed for a stranger to the role and for one's own
    application, Refused before its day, Conflict where it was noted before.
    """
    application = Application.objects.select_for_update().get(pk=appointment.application_id)
    fresh = _of_desk(appointment, by, _A.BOOKED, _A.MISSED)
    if fresh.day > day_of(at):
        raise Refused(f"预约在 {when(fresh)}；今天已经来交原件的，请在申报页登记“原件已收”，预约随之结束")
    if received and application.original_received_on is None:
        reviews.receive_original(application, by=by, on=fresh.day)
    _end(fresh, _A.KEPT, at)
    audit.record("appointment.kept", by=by, obj=fresh, received=received)
    return fresh


@transaction.atomic
def miss(appointment: Appointment, *, by: User, at: datetime) -> Appointment:
    """They didn't come, said once the slot is over; they are told and may book anew.

    Raises NotAllowed for a stranger to the role, Refused before that, Conflict where it was noted before.
    """
    fresh = _of_desk(appointment, by, _A.BOOKED)
    if not is_over(fresh.day, fresh.ends, at.astimezone(SHANGHAI)):
        raise Refused(f"该时段到 {cn_time(fresh.ends)} 结束，结束后才能登记未到")
    _end(fresh, _A.MISSED, at)
    audit.record("appointment.missed", by=by, obj=fresh)
    if fresh.application.original_received_on is None:
        _tell(fresh, MISSED, cause="missed", at=at)
    return fresh


@transaction.atomic
def close(
    contact: Contact, *, first_day: date, last_day: date, reason: str, by: User, at: datetime
) -> tuple[DeskClosure, int]:
    """The desk is closed on some days, both included: appointments there are cancelled, and everybody is told.

    Returns the closure and how many were cancelled. Raises NotAllowed for a stranger to the role, Refused for days in
    the past or the wrong way round.
    """
    desk = _locked(contact)
    require(by, policy.DESK, desk.provider)
    if last_day < first_day:
        raise Refused("截止日期不得早于起始日期", field="last_day")
    if last_day < day_of(at):
        raise Refused("停止受理的日期已过，不需登记", field="last_day")
    made = DeskClosure.objects.create(contact=desk, first_day=first_day, last_day=last_day, reason=reason.strip())
    audit.record("desk.closed", by=by, obj=made, first=first_day.isoformat(), last=last_day.isoformat())
    days = Appointment.objects.booked().filter(contact=desk, day__range=(max(first_day, day_of(at)), last_day))
    settle(days, at=at)
    told = [row for row in _locked_rows(days, _A.BOOKED) if not is_over(row.day, row.starts, at.astimezone(SHANGHAI))]
    for row in told:
        _end(row, _A.CANCELLED, at, made.reason)
    notify.tell_all(
        _notice(row, CANCELLED, "cancelled", at, {"原因": f"窗口停止受理（{made.reason}）"}) for row in told
    )
    return made, len(told)


@transaction.atomic
def reopen(closure: DeskClosure, *, by: User, at: datetime) -> None:
    """The desk is open after all; appointments cancelled for it don't come back. Run again it changes nothing."""
    desk = _locked(closure.contact)
    require(by, policy.DESK, desk.provider)
    lifted = DeskClosure.objects.in_force().filter(pk=closure.pk).update(lifted_on=day_of(at))
    if lifted:
        audit.record("desk.reopened", by=by, obj=closure)


@transaction.atomic
def settle(appointments: QuerySet[Appointment], *, at: datetime) -> int:
    """End those standing ones for which nobody has to come any more; returns how many.

    Whoever brought the original on the appointment's day has kept it, whatever way it was recorded.
    """
    done = 0
    for row in _locked_rows(appointments.filter(queries.STALE, state=_A.BOOKED), _A.BOOKED):
        received = row.application.original_received_on
        if received == row.day:
            _end(row, _A.KEPT, at)
        else:
            _end(row, _A.CANCELLED, at, "原件已收到" if received else "申报已办结")
        done += 1
    return done


@transaction.atomic
def remind(appointment: Appointment, *, at: datetime) -> bool:
    """Tell its person the day before, once; False where there is nothing to be reminded of (any more)."""
    fresh = Appointment.objects.select_for_update(of=("self",)).filter(pk=appointment.pk, state=_A.BOOKED).first()
    if fresh is None or fresh.reminded_on:
        return False
    fresh.reminded_on = day_of(at)
    fresh.save(update_fields=["reminded_on"])
    brought = [line.strip() for line in fresh.contact.provider.individual_papers.splitlines() if line.strip()]
    _tell(fresh, REMINDER, cause="reminder", at=at, more={"材料": "；".join(["本人身份证件", *brought])})
    return True


def when(appointment: Appointment) -> str:
    """Its day and time in words."""
    return f"{cn_date(appointment.day)} {cn_time(appointment.starts)}–{cn_time(appointment.ends)}"


@contextmanager
def _places_once() -> Iterator[None]:
    """What the constraints refuse is said in words: of two at once one has the place."""
    try:
        yield
    except IntegrityError as error:
        if "appointment_place_once" in str(error):
            raise Conflict(FULL, field="slot") from error
        if "appointment_booked_once" in str(error):
            raise Conflict("该申报刚在另一页面预约，请刷新后查看") from error
        raise


def _locked(contact: Contact) -> Contact:
    desks = Contact.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    return desks.prefetch_related("hours").get(pk=contact.pk)


def _of_person(application: Application, desk: Contact, by: User) -> Application:
    """The application, locked, whose person may book at the desk."""
    rows = Application.objects.select_for_update(of=("self",)).with_names()
    fresh = rows.select_related("candidate__user").get(pk=application.pk)
    if fresh.candidate.user_id != by.pk:
        raise NotAllowed("只能由参评人员本人预约")
    if not queries.waits_for_original(fresh):
        received = fresh.original_received_on
        raise Refused(
            f"签字原件已于 {cn_date(received)}收到，不需再来"
            if received
            else f"该申报目前为“{fresh.get_state_display()}”，不需到窗口交原件"
        )
    if desk.provider_id != fresh.offering.provider_id:
        raise Refused("请选择受理该申报的评价机构的业务受理点")
    return fresh


def _place(desk: Contact, day: date, starts: time, at: datetime) -> tuple[Slot, int]:
    """The slot meant and the place in it; under the desk's lock."""
    found = next((one for one in queries.slots_at(desk, at) if (one.day, one.starts) == (day, starts)), None)
    if found is None:
        raise Refused("该时段不在可预约的时间内，请重新选择", field="slot")
    place = free_place(found, desk.provider.appointment_capacity, queries.taken_at(desk, day, day))
    if place is None:
        raise Conflict(FULL, field="slot")
    return found, place


def _locked_rows(appointments: Iterable[Appointment], *states: str) -> list[Appointment]:
    """The rows, fresh and locked in a fixed order, that are in one of the states."""
    rows = Appointment.objects.filter(pk__in=[row.pk for row in appointments], state__in=states or _A.values)
    names = ("contact__provider", "application__candidate__user", "application__offering__provider")
    named = rows.select_related(*names, "application__offering__work_type__occupation").order_by("pk")
    return list(named.select_for_update(of=("self",)))


def _standing(appointment: Appointment) -> Appointment:
    (fresh,) = _locked_rows([appointment])
    if fresh.state != _A.BOOKED:
        raise Conflict(f"该预约刚变为“{fresh.get_state_display()}”，请刷新后查看")
    return fresh


def _of_desk(appointment: Appointment, by: User, *states: str) -> Appointment:
    (fresh,) = _locked_rows([appointment])
    require(by, policy.REVIEW, fresh.contact.provider)
    if fresh.application.candidate.user_id == by.pk:
        raise NotAllowed("这是您本人的预约，须由其他工作人员登记")
    if fresh.state not in states:
        raise Conflict(f"该预约已登记为“{fresh.get_state_display()}”")
    return fresh


def _check_ahead(appointment: Appointment, at: datetime) -> None:
    if is_over(appointment.day, appointment.starts, at.astimezone(SHANGHAI)):
        raise Refused(f"预约时间（{when(appointment)}）已到，不能再改约或取消；没有来的，窗口登记后可重新预约")


def _end(appointment: Appointment, state: str, at: datetime, reason: str = "") -> None:
    appointment.state, appointment.ended_at, appointment.reason = state, at, reason[:200]
    appointment.save(update_fields=["state", "ended_at", "reason"])


def _tell(
    appointment: Appointment, template: Template, *, cause: str, at: datetime, more: dict[str, str] | None = None
) -> None:
    notify.tell_all([_notice(appointment, template, cause, at, more or {})])


def _notice(
    appointment: Appointment, template: Template, cause: str, at: datetime, more: dict[str, str]
) -> notify.Notice:
    application = appointment.application
    once = appointment.day.isoformat() if cause == "reminder" else at.isoformat()
    return notify.Notice(
        candidate=application.candidate,
        about=application,
        cause=f"appointment-{cause}:{appointment.pk}:{once}",
        template=template,
        values={
            "申报编号": application.number,
            "项目": str(application.offering),
            "时间": when(appointment),
            "地点": appointment.contact.value,
            **more,
        },
        link=notify.page_of(application),
    )
