"""A window's stage for papers: who still has to bring the original is reminded, and the desk has a list (SPEC 13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration.due import remind_of_papers
from registration.models import Application
from skilleval.core.models import OutboxMessage
from tests.factories import ApplicationFactory, OfferingFactory, WindowFactory
from tests.fees.groups import a_group, members, officer_of

pytestmark = pytest.mark.django_db
LAST = date(2026, 4, 9)  # Thursday; the 4th to the 6th are off
OWING = "签字原件的交材料时间即将截止"


def owing(**fields: Any) -> Application:
    """Somebody in a window whose papers are due on the 9th of April."""
    offering = OfferingFactory()
    window = WindowFactory(provider=offering.provider, papers_by=LAST)
    made: Application = ApplicationFactory(offering=offering, window=window, **{"state": "confirmed"} | fields)
    return made


def told(subject: str = OWING) -> list[str]:
    return list(OutboxMessage.objects.filter(subject=subject, channel="portal").values_list("body", flat=True))


@pytest.mark.parametrize(
    ("on", "count"), [(date(2026, 4, 6), 0), (date(2026, 4, 7), 1), (LAST, 1), (date(2026, 4, 10), 0)]
)
def test_from_two_working_days_before_to_the_last_day(on: date, count: int) -> None:
    owing()
    assert remind_of_papers(on) == count
    assert len(told()) == count


def test_once_and_with_the_day() -> None:
    owing()
    for on in (date(2026, 4, 7), date(2026, 4, 8), LAST):
        remind_of_papers(on)
    (body,) = told()
    assert "交材料截止 4月9日 24:00 前" in body


@pytest.mark.parametrize(
    "fields",
    [{"original_received_on": date(2026, 4, 1)}, {"state": "withdrawn"}, {"state": "draft"}, {"state": "returned"}],
)
def test_nobody_else(fields: dict[str, Any]) -> None:
    owing(**fields)
    assert remind_of_papers(LAST) == 0


def test_a_group_s_officers_are_told_of_all_together() -> None:
    group = a_group()
    group.window.papers_by = LAST
    group.window.save()
    officer_of(group)
    members(group, 3)
    members(group, 1, original_received_on=date(2026, 4, 1))
    assert remind_of_papers(LAST) == 1
    assert len(told("团体申报有 3 人的签字原件还没有收到")) == 1
    assert told() == []
