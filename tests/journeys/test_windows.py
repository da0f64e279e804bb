"""Moving a window: what follows for orders, batches, sessions and tickets, and who is told (SPEC 3, 6, 7, 13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fees.models import Order
from registration.models import Application, RollOver, Window, WindowChange
from registration.queries.windows import put_off
from registration.services import windows as services
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import jobs
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import OutboxMessage
from skilleval.journeys import windows
from skilleval.journeys.desk import verbs
from tests.factories import ApplicationFactory, OfferingFactory, at, staff, window_of
from tests.fees.groups import a_group, draw, members, officer_of
from tests.fees.makers import order_for
from tests.races import run_together
from tests.scheduling.people import batch_of, planned, publish, scheduler

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 20)


def adjusted(
    window: Window, *, by: User | None = None, when: Any = NOW, seen: str = "", **days: Any
) -> windows.Adjusted:
    window = Window.objects.select_related("provider").get(pk=window.pk)
    return windows.adjust(
        window,
        facts=services.facts_of(window) | days,
        reason="系统维护",
        seen=seen or services.signature(window),
        by=by or staff(window.provider, "manager"),
        at=when,
    )


def due(order: Order) -> date:
    return Order.objects.get(pk=order.pk).due_on


def told(subject: str = "2026年3月批次的时间有调整") -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(subject=subject, channel="portal").order_by("pk"))


@pytest.fixture
def application() -> Application:
    made: Application = ApplicationFactory(state="approved", approved_on=date(2026, 3, 10))
    return made


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({"closes_on": date(2026, 4, 7)}, date(2026, 4, 7)),
        ({"pay_by": date(2026, 4, 9)}, date(2026, 4, 9)),
        ({"pay_by": date(2026, 3, 25)}, date(2026, 3, 31)),  # what was promised stands
        ({"closes_on": date(2026, 3, 25)}, date(2026, 3, 31)),
        ({"exam_by": date(2026, 5, 10)}, date(2026, 3, 31)),
    ],
)
def test_an_unpaid_order_gets_more_time_and_never_less(application: Application, days: Any, expected: date) -> None:
    order = order_for(application, reminded_on=date(2026, 3, 20))
    assert application.window
    done = adjusted(application.window, **days)
    assert due(order) == expected
    assert done.orders == (expected != date(2026, 3, 31))
    assert (Order.objects.get().reminded_on is None) == bool(done.orders)


def test_paid_orders_and_those_of_other_windows_stay(application: Application) -> None:
    paid = order_for(ApplicationFactory(state="confirmed", offering=application.offering), state="paid")
    april = window_of(application.offering.provider, 4)
    other = order_for(ApplicationFactory(state="approved", offering=application.offering, window=april))
    adjusted(paid.lines.get().application.window, closes_on=date(2026, 4, 9))
    assert (due(paid), due(other)) == (date(2026, 3, 31), date(2026, 3, 31))


def test_a_group_s_order_is_due_when_the_first_of_its_people_is() -> None:
    group = a_group()
    people = members(group, 2) + members(group, 1, approved_on=date(2026, 4, 8))
    order = draw(group, applications=people, when=at(2026, 3, 20))
    adjusted(group.window, closes_on=date(2026, 4, 7))
    assert due(order) == date(2026, 4, 7)


def test_a_last_day_that_members_without_order_were_told_isnt_taken_back() -> None:
    group = a_group()
    members(group, 1)
    with pytest.raises(Refused, match=r"2026年3月31日（周二），不能提前") as refusal:
        adjusted(group.window, closes_on=date(2026, 3, 25))
    assert refusal.value.field == "pay_by"
    adjusted(group.window, closes_on=date(2026, 3, 25), pay_by=date(2026, 3, 31))


def test_the_batch_is_judged_by_the_new_cut_off(application: Application) -> None:
    batch = batch_of(application.offering)
    adjusted(batch.window, closes_on=date(2026, 4, 10))
    batch.refresh_from_db()
    assert (batch.cut_off_on, batch.judge_on) == (date(2026, 4, 10), date(2026, 4, 14))


def test_what_was_judged_keeps_the_days_it_was_judged_by() -> None:
    offering = OfferingFactory()
    planned(offering, 30)
    with pytest.raises(Refused, match="已有项目判定"):
        adjusted(window_of(offering.provider), closes_on=date(2026, 4, 10), when=at(2026, 4, 3))
    adjusted(window_of(offering.provider), exam_by=date(2026, 5, 9), when=at(2026, 4, 3))


def test_published_sessions_stay_and_staff_are_told_which() -> None:
    offering = OfferingFactory()
    session = publish(planned(offering, 30)[0], by=scheduler(offering.provider))
    held_on, clerk = session.held_on, staff(offering.provider, "finance")
    done = adjusted(window_of(offering.provider), exam_from=date(2026, 4, 20), when=at(2026, 4, 3))
    assert [one.pk for one in done.sessions.outside] == [session.pk]
    session = ExamSession.objects.get(pk=session.pk)
    assert (session.state, session.held_on) == ("published", held_on)
    assert session.period_override_reason == "评价期调整：系统维护"
    session.save()  # the database takes it as it stands
    body = next(message.body for message in told() if message.recipient_id == clerk.pk)
    assert "评价开始由2026年4月1日（周三）改为2026年4月20日（周一）" in body
    assert f"{offering} 第 1 场（2026年4月11日（周六））" in body


@pytest.mark.parametrize(
    ("exam_by", "reason", "kept"),
    [
        (date(2026, 5, 9), "评价时间暂定，以次年公告为准", ""),
        (date(2026, 4, 8), "评价时间暂定，以次年公告为准", "评价期调整：系统维护"),
        (date(2026, 4, 8), "评价期调整：次年公告", "评价期调整：系统维护"),
        (date(2026, 4, 8), "考点停电", "考点停电"),
    ],
)
def test_why_a_session_may_lie_outside_is_kept_up_to_date(exam_by: date, reason: str, kept: str) -> None:
    offering = OfferingFactory()
    session = publish(planned(offering, 30)[0], by=scheduler(offering.provider))
    ExamSession.objects.update(period_override_reason=reason)
    adjusted(window_of(offering.provider), exam_by=exam_by, when=at(2026, 4, 3))
    assert ExamSession.objects.get(pk=session.pk).period_override_reason == kept


def test_a_later_day_of_a_session_counts_too() -> None:
    """Theory on the 11th, practical on the 25th, and the period now ends on the 20th."""
    offering = OfferingFactory(provider__same_day_subjects=False)
    days = {"held_on": date(2026, 4, 11), "elsewhen": {"practical": date(2026, 4, 25)}}
    session = publish(planned(offering, 30)[0], by=scheduler(offering.provider), **days)
    done = adjusted(window_of(offering.provider), exam_by=date(2026, 4, 20), when=at(2026, 4, 3))
    assert [one.pk for one in done.sessions.outside] == [session.pk]


def test_the_release_day_of_published_sessions_follows_the_stage() -> None:
    offering = OfferingFactory()
    session = publish(planned(offering, 30)[0], by=scheduler(offering.provider))
    assert session.tickets_from == date(2026, 4, 8)
    done = adjusted(window_of(offering.provider), tickets_from=date(2026, 4, 10), when=at(2026, 4, 3))
    assert (done.sessions.redated, ExamSession.objects.get().tickets_from) == (1, date(2026, 4, 10))


def test_everybody_it_concerns_is_told_once(application: Application) -> None:
    window, provider = application.window, application.offering.provider
    assert window
    draft = ApplicationFactory(offering=application.offering, state="draft")
    over = ApplicationFactory(offering=application.offering, state="withdrawn")
    group = a_group(offering=application.offering, window=window)
    officer, by = officer_of(group), staff(provider, "manager", "scheduling")
    others = [staff(provider, role) for role in ("scheduling", "finance", "reviewing")]
    adjusted(window, by=by, closes_on=date(2026, 4, 3))
    jobs.drain()
    jobs.drain()
    readers = [message.recipient_id for message in told()]
    people = {application.candidate.user_id, draft.candidate.user_id, officer.pk, others[0].pk, others[1].pk}
    assert (set(readers), len(readers)) == (people, 5)
    assert over.candidate.user_id not in readers
    message = next(one for one in told() if one.recipient_id == application.candidate.user_id)
    assert "申报截止由2026年3月31日（周二）改为2026年4月3日（周五）。原因：系统维护" in message.body
    adjusted(window, by=by, closes_on=date(2026, 4, 7))
    jobs.drain()
    assert len(told()) == 10


def test_a_tentative_period_is_confirmed() -> None:
    offering = OfferingFactory()
    december = window_of(offering.provider, 12)
    by = staff(offering.provider, "manager")
    days = {"exam_from": date(2027, 1, 9), "exam_by": date(2027, 1, 17)}
    done = windows.confirm(
        december, **days, reason="次年公告", seen=services.signature(december), by=by, at=at(2026, 12, 30)
    )
    december.refresh_from_db()
    assert (december.tentative, december.exam_from) == (False, date(2027, 1, 9))
    assert done.change.before == {"exam_from": None, "exam_by": "2026-12-31", "tentative": True}


def test_who_keeps_no_calendar_may_not(application: Application) -> None:
    assert application.window
    for by in (staff(application.offering.provider, "scheduling"), staff(OfferingFactory().provider, "manager")):
        with pytest.raises(NotAllowed):
            adjusted(application.window, by=by, closes_on=date(2026, 4, 3))


def test_what_it_would_do_is_counted_before() -> None:
    offering = OfferingFactory()
    publish(planned(offering, 30)[0], by=scheduler(offering.provider))
    window = window_of(offering.provider)
    order_for(ApplicationFactory(offering=offering, state="approved"))
    found = windows.concerned(
        window, services.facts_of(window) | {"exam_from": date(2026, 4, 20), "pay_by": date(2026, 4, 3)}
    )
    assert (found.people, found.batches, found.judged, found.orders, len(found.outside)) == (31, 0, 1, 1, 1)
    same = windows.concerned(window)
    assert (same.orders, same.outside) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_adjust_at_once_one_is_told() -> None:
    window = window_of(OfferingFactory().provider)
    provider: Provider = window.provider
    people, seen = [staff(provider, "manager") for _ in range(2)], services.signature(window)
    days = [date(2026, 4, 2), date(2026, 4, 3)]
    outcomes = run_together(
        *[
            lambda by=by, day=day: adjusted(window, by=by, seen=seen, closes_on=day)
            for by, day in zip(people, days, strict=True)
        ]
    )
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
    assert WindowChange.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "free"),
    [
        ({"exam_by": date(2026, 5, 9)}, True),
        ({"exam_by": date(2026, 4, 29)}, False),
        ({"label": "三月批次"}, False),
    ],
)
def test_who_is_put_off_may_leave_free_of_charge_after_the_cut_off_and_reads_why(days: Any, free: bool) -> None:
    application = ApplicationFactory(state="confirmed")
    order_for(application, state="paid", paid=True)
    assert application.window
    adjusted(application.window, when=at(2026, 4, 9), **days)
    jobs.drain()
    assert verbs.withdrawal(application, date(2026, 4, 10)).allowed == free
    (body,) = [one.body for one in OutboxMessage.objects.filter(channel="portal") if "申报 " in one.body]
    assert ("可以免费退考" in body) == free
    own = Client()
    own.force_login(application.candidate.user)
    page = own.get(reverse("application_detail", args=[application.uuid])).content.decode()
    assert "原因：系统维护" in page


@pytest.mark.parametrize(("state", "free"), [("confirmed", True), ("scheduled", False), ("draft", False)])
def test_only_whom_it_lets_leave_free_reads_so(state: str, free: bool) -> None:
    application = ApplicationFactory(state=state)
    assert application.window
    adjusted(application.window, exam_by=date(2026, 5, 9), when=at(2026, 4, 9))
    jobs.drain()
    (message,) = [one for one in told() if one.recipient_id == application.candidate.user_id]
    assert ("可以免费退考" in message.body) == free


def test_officers_of_people_who_rolled_over_are_told_and_counted() -> None:
    group = a_group()
    officer, april = officer_of(group), window_of(group.offering.provider, 4)
    members(group, 2, window=april)
    adjusted(april, exam_by=date(2026, 6, 9))
    jobs.drain()
    bodies = [one.body for one in told("2026年4月批次的时间有调整") if one.recipient_id == officer.pk]
    assert len(bodies) == 1
    assert group.number in bodies[0]
    assert windows.concerned(april).groups == 1


def test_whoever_came_later_was_told_the_new_days(application: Application) -> None:
    """A change from before somebody rolled over into the window is none of theirs."""
    april = window_of(application.offering.provider, 4)
    adjusted(april, exam_by=date(2026, 6, 9))
    RollOver.objects.create(
        application=application, from_window=application.window, to_window=april, reason="x", at=at(2026, 4, 2)
    )
    application.window = april
    assert not put_off(application)
    adjusted(april, exam_by=date(2026, 6, 10), when=at(2026, 4, 3))
    assert put_off(application)
