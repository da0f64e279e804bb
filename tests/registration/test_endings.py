"""Who can still act is told before a window closes and before a correction's last day; once, and by working days."""

from __future__ import annotations

from datetime import date

import pytest

from registration.due import remind_of_closing, remind_of_corrections
from registration.models import Application, Group
from skilleval.accounts.enums import Role
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, CandidateFactory, GroupFactory, MembershipFactory, UserFactory
from tests.registration.rosters import member, row_of

pytestmark = pytest.mark.django_db
# The window of April 2026 closes on Thursday the 30th.
CLOSES = date(2026, 4, 30)
UNTIL = date(2026, 4, 13)  # a Monday


@pytest.fixture
def group() -> Group:
    made: Group = GroupFactory()
    made.window.closes_on = CLOSES
    made.window.save()
    for number in range(2):
        officer = UserFactory(email=f"officer{number}@example.test", phone="")
        MembershipFactory(user=officer, role=Role.OFFICER, provider=None, institution=made.institution)
    return made


def told(kind: str) -> list[str]:
    rows = OutboxMessage.objects.filter(kind=kind, channel="portal").order_by("pk")
    return list(rows.values_list("body", flat=True))


@pytest.mark.parametrize(
    ("on", "count"),
    [
        (date(2026, 4, 27), 0),
        (date(2026, 4, 28), 2),
        (date(2026, 4, 29), 2),
        (CLOSES, 2),
        (date(2026, 5, 1), 0),
    ],
)
def test_officers_are_told_two_working_days_before_the_close(group: Group, on: date, count: int) -> None:
    row_of(group)
    remind_of_closing(on)
    assert len(told("registration.group_closing")) == count


def test_of_who_is_not_handed_in_and_once(group: Group) -> None:
    row_of(group, state="faulty")
    row_of(group, state="removed")
    member(group)
    member(group, state="review")
    member(group, state="returned", returned_until=CLOSES)
    for _ in range(2):
        remind_of_closing(date(2026, 4, 28))
    bodies = told("registration.group_closing")
    assert len(bodies) == 2  # one for each officer
    assert "还有 2 人没有提交，申报截止 4月30日 24:00 前" in bodies[0]


def test_nobody_is_told_where_nobody_is_left(group: Group) -> None:
    member(group, state="review")
    assert remind_of_closing(CLOSES) == 0


@pytest.mark.parametrize(
    ("on", "count"),
    [
        (date(2026, 4, 9), 0),
        (date(2026, 4, 10), 1),  # the Friday before
        (date(2026, 4, 12), 1),
        (UNTIL, 1),
        (date(2026, 4, 14), 0),
    ],
)
def test_a_person_is_told_a_working_day_before_the_correction_ends(on: date, count: int) -> None:
    returned()
    remind_of_corrections(on)
    assert len(told("registration.correction_ends")) == count


def returned() -> Application:
    made: Application = ApplicationFactory(
        candidate=CandidateFactory(user=UserFactory()), state="returned", returned_until=UNTIL
    )
    return made


def test_a_group_s_officers_are_told_of_all_together_and_its_members_not(group: Group) -> None:
    for _ in range(3):
        member(group, state="returned", row_state="clear", returned_until=UNTIL)
    member(group, state="returned", row_state="clear", returned_until=date(2026, 5, 20))
    for _ in range(2):
        remind_of_corrections(UNTIL)
    (first, second) = told("registration.group_correction_ends")
    assert first == second
    assert "有 3 人退回补正后还没有重新提交，补正截止 4月13日 24:00 前" in first
    assert told("registration.correction_ends") == []


def test_a_second_return_is_told_of_again() -> None:
    application = returned()
    remind_of_corrections(UNTIL)
    Application.objects.filter(pk=application.pk).update(returned_until=date(2026, 4, 20))
    remind_of_corrections(date(2026, 4, 20))
    assert len(told("registration.correction_ends")) == 2


def test_thirty_take_as_many_questions_to_find_as_one(group: Group, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    from registration.queries.endings import corrections_ending, unsent_people

    for _ in range(30):
        row_of(group)
        member(group, state="returned", row_state="clear", returned_until=UNTIL)
        returned()
    with django_assert_num_queries(2):
        assert [people for _, people in unsent_people(CLOSES, CLOSES)] == [30]
    with django_assert_num_queries(3):
        assert len(corrections_ending(UNTIL, UNTIL)) == 31
