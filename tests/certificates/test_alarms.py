"""Staff learn that results are due 5 working days before, on the day, and once it is over: each of it once."""

from __future__ import annotations

from datetime import date

import pytest

from certificates.services.alarms import stage_of, tell_due
from skilleval.accounts.enums import Role
from skilleval.core.models import OutboxMessage
from skilleval.core.workdays import published_calendar
from tests import factories
from tests.certificates.marking import marker, published, sat

pytestmark = pytest.mark.django_db
DUE = date(2026, 5, 22)  # 20 working days after 25 April, weekends alone: tests load no holidays


@pytest.mark.parametrize(
    ("on", "stage"),
    [
        (date(2026, 4, 10), ""),
        (date(2026, 4, 12), ""),
        (date(2026, 4, 13), "soon"),
        (date(2026, 4, 19), "soon"),
        (date(2026, 4, 20), "today"),
        (date(2026, 4, 21), "overdue"),
        (date(2026, 6, 1), "overdue"),
    ],
)
def test_the_stages(on: date, stage: str) -> None:
    assert stage_of(date(2026, 4, 20), on, published_calendar()) == stage


def told() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(key__startswith="results-due:").order_by("pk")
    return list(rows.values_list("subject", "recipient_id"))


def test_each_stage_is_told_once_to_results_staff_and_managers() -> None:
    session = sat(factories.OfferingFactory())
    provider = session.batch.offering.provider
    staff = sorted([marker(provider).pk, factories.staff(provider, Role.MANAGER).pk])
    factories.staff(provider, Role.FINANCE)
    marker(factories.ProviderFactory())
    assert tell_due(date(2026, 5, 14)) == 0
    assert tell_due(date(2026, 5, 15)) == 1
    assert tell_due(date(2026, 5, 15)) == 0
    assert tell_due(date(2026, 5, 18)) == 0
    assert tell_due(DUE) == 1
    assert tell_due(date(2026, 5, 25)) == 1
    assert tell_due(date(2026, 6, 25)) == 0
    subjects = ("成绩公布期限将至", "今天是成绩公布期限", "成绩公布已逾期")
    assert told() == [(subject, reader) for subject in subjects for reader in staff]
    body = OutboxMessage.objects.filter(key__startswith="results-due:")[0].body
    assert "2026年5月22日（周五）（暂定）" in body


def test_published_results_alarm_nobody() -> None:
    published(sat(factories.OfferingFactory()))
    assert tell_due(date(2026, 6, 25)) == 0
