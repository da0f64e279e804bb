"""Told sixty days before a credit ends, once, and only while it is of use (SPEC 9.3)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.due import remind_of_credits
from registration.models import Application, Candidate, Credit
from registration.services import credits as ledger
from skilleval.catalogue.models import Offering
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, CandidateFactory, OfferingFactory, at
from tests.registration.ledger import THEORY, earn

pytestmark = pytest.mark.django_db
DAY = date(2028, 3, 21)  # 60 days before 20 May 2028
EVE = date(2028, 3, 20)
LAST = date(2028, 5, 20)


@pytest.fixture
def offering() -> Offering:
    made: Offering = OfferingFactory()
    return made


@pytest.fixture
def candidate() -> Candidate:
    made: Candidate = CandidateFactory()
    return made


def told() -> int:
    return OutboxMessage.objects.filter(subject="合格科目成绩即将到期", channel="portal").count()


@pytest.mark.parametrize(("on", "count"), [(EVE, 0), (DAY, 1), (LAST, 1), (date(2028, 5, 21), 0)])
def test_from_the_sixtieth_day_to_the_last(candidate: Candidate, offering: Offering, on: date, count: int) -> None:
    earn(candidate, offering)
    assert remind_of_credits(on) == count
    assert told() == count


def test_once_and_with_the_day_and_the_page(candidate: Candidate, offering: Offering) -> None:
    (credit,) = earn(candidate, offering)
    assert [remind_of_credits(day) for day in (EVE, DAY, DAY, LAST)] == [0, 1, 0, 0]
    message = OutboxMessage.objects.get(subject="合格科目成绩即将到期", channel="portal")
    assert credit.application
    assert message.link == credit.application.get_absolute_url()  # type: ignore[attr-defined]
    assert "5月20日" in message.body
    assert "理论知识" in message.body
    assert Credit.objects.get().reminded_on == DAY


@pytest.mark.parametrize("kind", ["new", "resit"])
def test_not_while_one_for_the_same_is_under_way_but_after_it(
    candidate: Candidate, offering: Offering, kind: str
) -> None:
    earn(candidate, offering)
    made = ApplicationFactory(
        candidate=candidate, offering=offering, state="review", submitted_on=date(2028, 3, 1), kind=kind
    )
    assert remind_of_credits(DAY) == 0
    Application.objects.filter(pk=made.pk).update(state="rejected")
    assert remind_of_credits(date(2028, 3, 22)) == 1


def test_not_for_what_was_forfeited_or_withdrawn(candidate: Candidate, offering: Offering) -> None:
    earn(candidate, offering)
    ApplicationFactory(candidate=candidate, offering=offering, state="completed", submitted_on=date(2027, 1, 1))
    (other,) = earn(CandidateFactory(), offering)
    assert other.application
    ledger.set_credits(other.application, subjects={}, published_on=DAY, source="决定", by=None, at=at(2028, 3, 1))
    assert remind_of_credits(DAY) == 0
    ledger.set_credits(other.application, subjects=THEORY, published_on=DAY, source="撤销", by=None, at=at(2028, 4, 1))
    assert remind_of_credits(date(2028, 4, 2)) == 1
