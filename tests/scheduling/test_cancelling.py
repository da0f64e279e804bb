"""What was announced or published is put off or cancelled: nobody is lost, everybody is told why (SPEC 7.2, 7.8)."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from registration.models import Application, RollOver
from scheduling import services
from scheduling.models import AdmissionTicket, Batch, ExamSession, Seat, SessionVersion
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Refused
from tests import factories
from tests.fees.groups import officer_of
from tests.scheduling.people import NOON, planned, publish, scheduler
from tests.scheduling.published import EIGHTH, SECOND, people_of, provider_of_three, states, told, two_sessions

pytestmark = pytest.mark.django_db
Pair = tuple[ExamSession, ExamSession]


@pytest.fixture
def offering() -> Offering:
    return provider_of_three()


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def pair(offering: Offering, by: User) -> Pair:
    return two_sessions(offering, by)


def batch_state(session: ExamSession) -> str:
    return Batch.objects.get(pk=session.batch_id).state


def test_put_off_people_keep_their_seats_and_wait(pair: Pair, by: User) -> None:
    first, _ = pair
    people = people_of(first)
    services.postpone(first, reason="考点停电", by=by, at=EIGHTH)
    first.refresh_from_db()
    assert (first.state, first.published_at, batch_state(first)) == ("proposed", None, "planned")
    assert states(people) == {"confirmed"}
    assert people_of(first) == people
    assert not Seat.objects.filter(sitting__session=first, live=True).exists()
    assert not AdmissionTicket.objects.in_force().exists()
    assert set(AdmissionTicket.objects.values_list("withdrawn_reason", flat=True)) == {"评价延期：考点停电"}
    assert len(told("考试延期，另行安排")) == 3


def test_published_again_it_is_the_next_version_and_told_anew(pair: Pair, by: User) -> None:
    first, _ = pair
    services.postpone(first, reason="考点停电", by=by, at=EIGHTH)
    first.refresh_from_db()
    services.set_time(first, held_on=date(2026, 4, 25), starts_at=time(9), by=by, at=EIGHTH)
    services.publish(first, by=by, at=EIGHTH)
    first.refresh_from_db()
    assert (first.version, batch_state(first)) == (2, "published")
    assert SessionVersion.objects.get(session=first, number=2).reason == "延期后重新安排：考点停电"
    assert len(told("考试时间已确定：2026年4月25日（周六）")) == 3
    services.postpone(first, reason="再次停电", by=by, at=EIGHTH)
    assert len(told("考试延期，另行安排")) == 6


def test_cancelled_people_get_a_session_of_their_own_when_no_other_is_open(pair: Pair, by: User) -> None:
    first, _ = pair
    people = people_of(first)
    services.cancel_session(first, then="replan", reason="考点停用", by=by, at=EIGHTH)
    first.refresh_from_db()
    new = ExamSession.objects.get(number=3)
    assert (first.state, new.state, new.size, batch_state(first)) == ("cancelled", "proposed", 3, "planned")
    assert people_of(new) == people
    assert not Seat.objects.filter(sitting__session=first).exists()
    assert states(people) == {"confirmed"}
    assert len(told("考试取消，另行安排")) == 3


def test_or_join_the_proposals_that_have_room(offering: Offering, by: User) -> None:
    first, second = two_sessions(offering, by)
    services.postpone(second, reason="待定", by=by, at=EIGHTH)
    offering.provider.session_capacity = 5
    offering.provider.save()
    people = people_of(first)
    services.cancel_session(first, then="replan", reason="考点停用", by=by, at=EIGHTH)
    second.refresh_from_db()
    assert second.size == 5
    assert ExamSession.objects.get(number=3).size == 1
    assert Seat.objects.filter(application__in=people).count() == 6


def test_or_roll_over_with_their_money(pair: Pair, by: User) -> None:
    first, second = pair
    people = people_of(first)
    services.cancel_session(first, then="next_window", reason="考点停用", by=by, at=EIGHTH)
    assert states(people) == {"confirmed"}
    assert set(RollOver.objects.values_list("reason", flat=True)) == {"第 1 场（4月11日（周六））已取消：考点停用"}
    assert RollOver.objects.count() == 3
    assert batch_state(second) == "published"
    assert states(people_of(second)) == {"scheduled"}


def test_or_are_cancelled_and_their_money_is_owed_back(pair: Pair, by: User, offering: Offering) -> None:
    first, _ = pair
    clerk = factories.staff(offering.provider, Role.FINANCE)
    people = people_of(first)
    services.cancel_session(first, then="refund", reason="考点停用", by=by, at=EIGHTH)
    assert states(people) == {"cancelled"}
    assert len(told("您的申报已取消")) == 3
    assert [message.recipient_id for message in told("有费用待退")] == [clerk.pk]


@pytest.mark.parametrize(
    ("then", "state", "places"),
    [("replan", "confirmed", 3), ("next_window", "confirmed", 0), ("refund", "cancelled", 0)],
)
def test_a_session_that_was_put_off_can_be_given_up(pair: Pair, by: User, then: str, state: str, places: int) -> None:
    first, _ = pair
    people, past = people_of(first), EIGHTH + timedelta(days=9)
    services.postpone(first, reason="考点停电", by=by, at=EIGHTH)
    services.cancel_session(first, then=then, reason="不再举办", by=by, at=past)
    assert states(people) == {state}
    assert Seat.objects.filter(application__in=people, subject="theory").count() == places
    assert batch_state(first) == ("planned" if places else "published")
    assert not told("考试取消，另行安排")


def test_nobody_left_in_a_proposal_keeps_it_open(pair: Pair, by: User) -> None:
    first, _ = pair
    people = people_of(first)
    services.postpone(first, reason="考点停电", by=by, at=EIGHTH)
    Application.objects.filter(pk__in=[one.pk for one in people]).update(state="withdrawn")
    services.cancel_session(first, then="replan", reason="无人参评", by=by, at=EIGHTH)
    assert (batch_state(first), states(people)) == ("published", {"withdrawn"})


def test_the_last_session_cancelled_takes_the_batch_along(pair: Pair, by: User) -> None:
    for session in pair:
        services.cancel_session(session, then="next_window", reason="考点停用", by=by, at=EIGHTH)
    assert batch_state(pair[0]) == "cancelled"


@pytest.mark.parametrize(("then", "state"), [("next_window", "confirmed"), ("refund", "cancelled")])
def test_a_batch_is_cancelled_with_its_published_sessions(pair: Pair, by: User, then: str, state: str) -> None:
    people = [one for session in pair for one in people_of(session)]
    services.cancel(pair[0].batch, then=then, reason="不再举办", by=by, at=EIGHTH)
    assert states(people) == {state}
    assert set(ExamSession.objects.values_list("state", flat=True)) == {"cancelled"}
    assert batch_state(pair[0]) == "cancelled"
    assert not Seat.objects.exists()
    assert not AdmissionTicket.objects.in_force().exists()


def test_officers_hear_of_a_session_published_put_off_published_again_and_cancelled_with_its_batch(
    offering: Offering, by: User
) -> None:
    group = factories.GroupFactory(offering=offering)
    officer_of(group)
    first, _ = two_sessions(offering, by, group=group, channel="group")
    services.postpone(first, reason="考点停电", by=by, at=EIGHTH)
    first.refresh_from_db()
    services.publish(first, by=by, at=EIGHTH)
    assert [
        len(told(f"团体申报的考试时间已确定：{day}")) for day in ("2026年4月11日（周六）", "2026年4月18日（周六）")
    ] == [2, 1]
    services.cancel(first.batch, then="refund", reason="不再举办", by=by, at=EIGHTH)
    bodies = [message.body for message in told("团体申报的考试取消")]
    assert len(bodies) == 2
    assert all("3 人原定" in body and "由评价机构退回付款单位" in body for body in bodies)


def test_but_not_once_a_session_of_it_has_begun(pair: Pair, by: User) -> None:
    start = pair[0].sittings.order_by("during")[0].starts
    with pytest.raises(Refused, match="第 1 场已于"):
        services.cancel(pair[0].batch, reason="不再举办", by=by, at=start)
    services.cancel_session(pair[1], then="next_window", reason="考点停用", by=by, at=start)


def test_a_batch_has_nowhere_to_be_planned_anew(pair: Pair, by: User) -> None:
    with pytest.raises(Refused, match="顺延或退费"):
        services.cancel(pair[0].batch, then="replan", reason="不再举办", by=by, at=EIGHTH)


def test_twice_is_refused_and_changes_nothing(pair: Pair, by: User) -> None:
    services.cancel_session(pair[0], then="next_window", reason="考点停用", by=by, at=EIGHTH)
    with pytest.raises(Refused, match="已取消，不是已发布的场次"):
        services.cancel_session(pair[0], then="refund", reason="考点停用", by=by, at=EIGHTH)
    assert RollOver.objects.count() == 3


def test_a_proposal_isnt_put_off(offering: Offering, by: User) -> None:
    (session,) = planned(offering, 3)
    with pytest.raises(Refused, match="不是已发布的场次"):
        services.postpone(session, reason="停电", by=by, at=NOON)
    publish(session, by=by, held_on=SECOND)
    with pytest.raises(Refused, match="请写明"):
        services.postpone(session, reason="", by=by, at=NOON)
    assert Application.objects.filter(state="scheduled").count() == 3
