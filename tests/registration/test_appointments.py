"""Booking, moving and giving back a place at the desk; who came, and who didn't."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from registration import due
from registration.models import Application, Appointment
from registration.services import appointments, progress
from skilleval.accounts.enums import Role
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import at, staff
from tests.registration.appointing import NOW, THURSDAY, TUESDAY, WEDNESDAY, book, comer, desk_of

pytestmark = pytest.mark.django_db

HALF_PAST = time(9, 30)
ARRIVAL = at(2026, 3, 11, 2)  # 10:00 in Shanghai


def fresh(row: Appointment) -> Appointment:
    return Appointment.objects.select_related("application").get(pk=row.pk)


def told(kind: str) -> list[str]:
    rows = OutboxMessage.objects.filter(channel="portal", kind=f"registration.appointment_{kind}")
    return list(rows.values_list("body", flat=True))


def clerk_of(application: Application, *roles: str) -> Any:
    return staff(application.offering.provider, *(roles or (Role.REVIEWING,)))


# --- booking ----------------------------------------------------------------------------------------------------------


def test_a_place_is_booked_told_and_audited() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    assert (made.state, made.place, made.day, made.ends) == ("booked", 1, WEDNESDAY, time(10))
    (body,) = told("booked")
    assert "2026年3月11日（周三） 09:30–10:00" in body
    assert "测试路 1 号" in body
    assert AuditEvent.objects.filter(action="appointment.booked").count() == 1


def test_places_are_filled_in_order_until_the_slot_is_full() -> None:
    application = comer(offering__provider__appointment_capacity=2)
    provider = application.offering.provider
    desk = desk_of(provider)
    assert [book(one, desk).place for one in (application, comer(provider))] == [1, 2]
    with pytest.raises(Conflict, match="刚被约满"):
        book(comer(provider), desk)
    assert book(comer(provider), desk, starts=time(10)).place == 1


@pytest.mark.parametrize(
    ("day", "starts"),
    [
        (WEDNESDAY, time(9)),  # before it opens
        (WEDNESDAY, time(9, 45)),  # between two slots
        (WEDNESDAY, time(11)),  # lunch
        (TUESDAY, time(10)),  # gone by
        (date(2026, 3, 14), HALF_PAST),  # Saturday
        (date(2026, 3, 25), HALF_PAST),  # the fifteenth day ahead
    ],
)
def test_what_isn_t_offered_is_refused(day: date, starts: time) -> None:
    application = comer()
    with pytest.raises(Refused, match="不在可预约的时间内"):
        book(application, desk_of(application.offering.provider), day, starts)
    assert not Appointment.objects.exists()


def test_one_appointment_an_application() -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    book(application, desk)
    with pytest.raises(Conflict, match="已预约 2026年3月11日"):
        book(application, desk, THURSDAY)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"original_received_on": TUESDAY}, "已于 2026年3月10日（周二）收到"),
        ({"state": "returned"}, "退回补正"),
        ({"state": "withdrawn"}, "已退考"),
    ],
)
def test_nobody_books_for_nothing(fields: dict[str, Any], words: str) -> None:
    application = comer(**fields)
    with pytest.raises(Refused, match=words):
        book(application, desk_of(application.offering.provider))


def test_nobody_books_for_somebody_else_or_elsewhere() -> None:
    application, other = comer(), comer()
    desk = desk_of(application.offering.provider)
    for by in (other.candidate.user, clerk_of(application)):
        with pytest.raises(NotAllowed):
            appointments.book(application, contact=desk, day=WEDNESDAY, starts=HALF_PAST, by=by, at=NOW)
    with pytest.raises(Refused, match="请选择受理该申报"):
        book(application, desk_of(other.offering.provider))


def test_a_place_held_for_an_application_that_is_over_goes_to_the_next() -> None:
    application = comer(offering__provider__appointment_capacity=1)
    desk = desk_of(application.offering.provider)
    gone = book(application, desk)
    progress.withdraw(application, by=application.candidate.user, at=NOW, reason="不参加了")
    assert book(comer(application.offering.provider), desk).place == 1
    assert (fresh(gone).state, fresh(gone).reason) == ("cancelled", "申报已办结")


# --- moving and giving back -------------------------------------------------------------------------------------------


def test_moving_keeps_the_appointment_and_frees_the_place() -> None:
    application = comer(offering__provider__appointment_capacity=1)
    desk = desk_of(application.offering.provider)
    made = book(application, desk)
    by: Any = application.candidate.user
    moved = appointments.move(made, contact=desk, day=THURSDAY, starts=time(13, 30), by=by, at=at(2026, 3, 10, 5))
    assert (moved.pk, moved.uuid, fresh(moved).day, fresh(moved).starts) == (made.pk, made.uuid, THURSDAY, time(13, 30))
    assert len(told("booked")) == 2
    assert book(comer(application.offering.provider), desk).place == 1


def test_moving_into_a_full_slot_keeps_the_old_place() -> None:
    application = comer(offering__provider__appointment_capacity=1)
    desk = desk_of(application.offering.provider)
    made = book(application, desk)
    book(comer(application.offering.provider), desk, THURSDAY)
    by: Any = application.candidate.user
    with pytest.raises(Conflict, match="刚被约满"):
        appointments.move(made, contact=desk, day=THURSDAY, starts=HALF_PAST, by=by, at=NOW)
    assert (fresh(made).day, fresh(made).state) == (WEDNESDAY, "booked")


@pytest.mark.parametrize(("moment", "late"), [(at(2026, 3, 11, 1), False), (ARRIVAL, True)])  # 09:00 and 10:00
def test_the_person_may_change_it_until_it_begins(moment: Any, late: bool) -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    made, by = book(application, desk), application.candidate.user
    assert by
    if late:
        for call in (
            lambda: appointments.cancel(made, by=by, at=moment),
            lambda: appointments.move(made, contact=desk, day=THURSDAY, starts=HALF_PAST, by=by, at=moment),
        ):
            with pytest.raises(Refused, match="已到，不能再改约或取消"):
                call()
        return
    appointments.cancel(made, by=by, at=moment)
    assert (fresh(made).state, fresh(made).reason) == ("cancelled", "本人取消")
    assert not told("cancelled")
    assert book(application, desk, moment=moment).pk != made.pk


def test_staff_cancel_with_a_reason_that_the_person_reads() -> None:
    application = comer()
    made, clerk = book(application, desk_of(application.offering.provider)), clerk_of(application)
    with pytest.raises(Refused, match="写明取消的原因"):
        appointments.cancel(made, by=clerk, at=NOW, reason=" ")
    appointments.cancel(made, by=clerk, at=NOW, reason="窗口停电。")
    (body,) = told("cancelled")
    assert "：窗口停电。" in body
    with pytest.raises(Conflict):
        appointments.cancel(made, by=clerk, at=NOW, reason="窗口停电")


def test_strangers_to_the_desk_cancel_nothing() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    for by in (clerk_of(comer()), clerk_of(application, Role.FINANCE), comer().candidate.user):
        with pytest.raises(NotAllowed):
            appointments.cancel(made, by=by, at=NOW, reason="x")


# --- the day itself ---------------------------------------------------------------------------------------------------


def test_one_press_notes_the_arrival_and_the_original() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    appointments.arrive(made, received=True, by=clerk_of(application), at=ARRIVAL)
    assert fresh(made).state == "kept"
    assert fresh(made).application.original_received_on == WEDNESDAY
    with pytest.raises(Conflict, match="已登记为“已到”"):
        appointments.arrive(made, received=True, by=clerk_of(application), at=ARRIVAL)


def test_who_came_without_the_papers_has_come() -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    made = book(application, desk)
    appointments.arrive(made, received=False, by=clerk_of(application), at=ARRIVAL)
    assert (fresh(made).state, fresh(made).application.original_received_on) == ("kept", None)
    assert book(application, desk, THURSDAY, moment=ARRIVAL)


def test_nobody_has_come_before_the_day() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    with pytest.raises(Refused, match="请在申报页登记"):
        appointments.arrive(made, received=True, by=clerk_of(application), at=NOW)


def test_nobody_notes_their_own_arrival() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    clerk = clerk_of(application)
    application.candidate.user = clerk
    application.candidate.save()
    with pytest.raises(NotAllowed, match="本人的预约"):
        appointments.arrive(made, received=True, by=clerk, at=ARRIVAL)
    with pytest.raises(NotAllowed):
        appointments.arrive(made, received=True, by=clerk_of(application, Role.SCHEDULING), at=ARRIVAL)


@pytest.mark.parametrize(("hour", "minute", "over"), [(1, 59, False), (2, 0, True)])  # the slot ends at 10:00
def test_who_didn_t_come_is_noted_when_the_slot_is_over(hour: int, minute: int, over: bool) -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    made, clerk = book(application, desk), clerk_of(application)
    moment = at(2026, 3, 11, hour).replace(minute=minute)
    if not over:
        with pytest.raises(Refused, match="10:00 结束"):
            appointments.miss(made, by=clerk, at=moment)
        return
    appointments.miss(made, by=clerk, at=moment)
    assert fresh(made).state == "missed"
    assert len(told("missed")) == 1
    appointments.arrive(made, received=True, by=clerk, at=moment)  # they were late
    assert fresh(made).state == "kept"


# --- closures, reminders, what is due ---------------------------------------------------------------------------------


def test_a_closure_cancels_what_was_booked_and_tells_everybody() -> None:
    application = comer()
    provider = application.offering.provider
    desk, clerk = desk_of(provider), clerk_of(application, Role.MANAGER)
    hit, spared = book(application, desk), book(comer(provider), desk, THURSDAY)
    closed: Any = {"first_day": TUESDAY, "last_day": WEDNESDAY, "reason": "盘点", "by": clerk, "at": NOW}
    closure, count = appointments.close(desk, **closed)
    assert (count, fresh(hit).state, fresh(spared).state) == (1, "cancelled", "booked")
    (body,) = told("cancelled")
    assert "窗口停止受理（盘点）" in body
    with pytest.raises(Refused, match="不在可预约"):
        book(application, desk)
    for _ in range(2):
        appointments.reopen(closure, by=clerk, at=NOW)
    assert book(application, desk)
    assert AuditEvent.objects.filter(action="desk.reopened").count() == 1


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(THURSDAY, WEDNESDAY, "不得早于"), (date(2026, 3, 9), date(2026, 3, 9), "已过")],
)
def test_closures_are_ahead(first: date, last: date, words: str) -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    with pytest.raises(Refused, match=words):
        appointments.close(
            desk, first_day=first, last_day=last, reason="x", by=clerk_of(application, Role.MANAGER), at=NOW
        )


def test_everybody_is_reminded_once_the_day_before() -> None:
    application = comer()
    provider = application.offering.provider
    provider.individual_papers = "本人签字的报名表原件\n2 寸证件照 1 张"
    provider.save()
    desk = desk_of(provider)
    book(application, desk, THURSDAY)
    book(comer(provider), desk, WEDNESDAY)  # booked today: told today
    assert [due.remind_of_appointments(date(2026, 3, day)) for day in (10, 11, 11, 12)] == [0, 1, 0, 0]
    (body,) = told("reminder")
    assert "须带：本人身份证件；本人签字的报名表原件；2 寸证件照 1 张。" in body


def test_nobody_is_reminded_of_what_is_there_already() -> None:
    application = comer()
    desk = desk_of(application.offering.provider)
    early = book(application, desk, THURSDAY)
    Application.objects.filter(pk=application.pk).update(original_received_on=WEDNESDAY)
    assert due.remind_of_appointments(WEDNESDAY) == 0
    assert due.end_appointments(WEDNESDAY) == 1
    assert (fresh(early).state, fresh(early).reason) == ("cancelled", "原件已收到")


def test_whose_original_was_recorded_on_the_day_has_come() -> None:
    application = comer()
    made = book(application, desk_of(application.offering.provider))
    Application.objects.filter(pk=application.pk).update(original_received_on=WEDNESDAY)
    assert [due.end_appointments(WEDNESDAY) for _ in range(2)] == [1, 0]
    assert fresh(made).state == "kept"
