"""People who wait for the next notice over the turn of the year (SPEC 7.1, 7.2)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.models import Application, RollOver, Window
from scheduling import services
from scheduling.models import Batch
from scheduling.queries.fills import rolled_over
from skilleval.catalogue.models import Offering
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.scheduling.people import gather

pytestmark = pytest.mark.django_db
JANUARY = factories.at(2027, 1, 8)


@pytest.fixture
def offering() -> Offering:
    """Twelve people confirmed for December have rolled over, and no window is known beyond."""
    offering = factories.OfferingFactory()
    gather(offering, 12, month=12)
    services.judge_due(date(2027, 1, 8), at=JANUARY)
    assert set(Application.objects.values_list("window", flat=True)) == {None}
    return offering


def next_year(offering: Offering) -> Window:
    return factories.WindowFactory(
        provider=offering.provider,
        label="2027年1月批次",
        opens_on=date(2027, 1, 20),
        closes_on=date(2027, 1, 31),
        exam_from=date(2027, 2, 1),
        exam_by=date(2027, 2, 28),
        tentative=False,
    )


def test_without_a_new_window_they_keep_waiting(offering: Offering) -> None:
    assert services.resume_waiting(at=JANUARY) == 0
    assert Application.objects.filter(state="confirmed", window=None).count() == 12


def test_the_next_notices_first_window_takes_them_in_once_and_counts_them(offering: Offering) -> None:
    window = next_year(offering)
    assert services.resume_waiting(at=JANUARY) == 12
    assert services.resume_waiting(at=JANUARY) == 0
    assert Application.objects.filter(window=window, offering=offering).count() == 12
    assert set(RollOver.objects.values_list("to_window", flat=True)) == {window.pk}
    assert Batch.objects.get(window=window).state == "gathering"
    assert OutboxMessage.objects.filter(channel="portal", subject="您的申报已列入新的批次").count() == 12


def test_they_join_the_offering_of_the_new_years_notice(offering: Offering) -> None:
    window = next_year(offering)
    renewed = factories.OfferingFactory(
        provider=offering.provider, work_type=offering.work_type, level=offering.level, year=2027
    )
    services.resume_waiting(at=JANUARY)
    assert Application.objects.filter(window=window, offering=renewed).count() == 12


def test_rolling_over_into_the_next_year_does_so_too() -> None:
    offering = factories.OfferingFactory()
    gather(offering, 12, month=12)
    window = next_year(offering)
    renewed = factories.OfferingFactory(
        provider=offering.provider, work_type=offering.work_type, level=offering.level, year=2027
    )
    services.judge_due(date(2027, 1, 8), at=JANUARY)
    assert Application.objects.filter(window=window, offering=renewed).count() == 12
    assert Batch.objects.filter(offering=renewed, window=window).exists()
    left = Batch.objects.get(offering=offering)
    assert rolled_over([left]) == {left.pk: 12}
