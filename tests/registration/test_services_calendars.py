"""Calendars carried on by their own pattern: in the demonstration by itself, elsewhere by staff."""

from datetime import date
from itertools import pairwise

import pytest
from django.conf import LazySettings

from registration.models import CalendarPattern, Window
from registration.queries.windows import window_open_on
from registration.services.calendars import extend_calendars, generate_year, preview_year
from skilleval.catalogue.models import Offering, Provider
from skilleval.core.errors import Refused
from skilleval.management.notices import load_notices
from tests.factories import ProviderFactory, WindowFactory, at

pytestmark = pytest.mark.django_db

KUPAS, SICT, AIA = "S000031200057", "S000031400054", "S000031300040"


@pytest.fixture
def _demo(settings: LazySettings) -> None:
    settings.DEMO = True
    load_notices()


def facts(window: Window | None) -> tuple[object, ...]:
    return (window.opens_on, window.closes_on, window.exam_from, window.exam_by, window.shape) if window else ()


@pytest.mark.usefixtures("_demo")
def test_the_notices_windows_are_used_while_they_last() -> None:
    extend_calendars(date(2026, 12, 31))
    assert not Window.objects.filter(provider__filing_number__in=[KUPAS, SICT], shape="extended").exists()


@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize(
    ("number", "day", "expected"),
    [
        (KUPAS, date(2027, 1, 1), ("2027-01-01", "2027-01-31", "2027-02-01", "2027-02-28")),
        (SICT, date(2028, 2, 29), ("2028-02-01", "2028-02-29", "2028-03-01", "2028-03-31")),
        (SICT, date(2027, 12, 31), ("2027-12-01", "2027-12-31", None, "2027-12-31")),
        (AIA, date(2026, 11, 21), ("2026-11-16", "2026-12-15", "2027-01-21", "2027-01-31")),
    ],
)
def test_beyond_them_the_pattern_goes_on(number: str, day: date, expected: tuple[str | None, ...]) -> None:
    extend_calendars(day)
    window = window_open_on(number, day)
    dates = tuple(date.fromisoformat(text) if text else None for text in expected)
    assert facts(window) == (*dates, "extended")
    offerings = Offering.objects.filter(provider__filing_number=number).valid_on(day)
    assert offerings
    assert all(offering.announcement_id and offering.in_force(day) for offering in offerings)
    assert {offering.valid_until.year for offering in offerings} < {2025, 2026}  # the notice's own end stays


@pytest.mark.usefixtures("_demo")
def test_twice_is_once_and_the_clock_may_jump_on() -> None:
    assert extend_calendars(date(2027, 3, 1)) > 0
    assert extend_calendars(date(2027, 3, 1)) == 0
    assert extend_calendars(date(2029, 3, 1)) > 0
    for number in (KUPAS, SICT, AIA):
        spans = Window.objects.filter(provider__filing_number=number).order_by("opens_on")
        days = [(window.opens_on, window.closes_on) for window in spans]
        assert all(before[1] < after[0] for before, after in pairwise(days))
        assert window_open_on(number, date(2029, 3, 1))


@pytest.mark.usefixtures("_demo")
def test_loading_the_notices_again_is_no_difference() -> None:
    extend_calendars(date(2027, 3, 1))
    assert load_notices().left == []


def test_refused_outside_the_demonstration(settings: LazySettings) -> None:
    settings.DEMO = False
    with pytest.raises(Refused, match="只有演示环境"):
        extend_calendars(date(2027, 3, 1))


@pytest.fixture
def provider() -> Provider:
    provider: Provider = ProviderFactory()
    CalendarPattern.objects.create(provider=provider, december_tentative=True)
    return provider


def test_staff_generate_a_year(provider: Provider) -> None:
    assert generate_year(provider, year=2027, by=None, at=at(2026, 12, 1)) == 12
    assert facts(window_open_on(provider, date(2027, 12, 31)))[2:] == (None, date(2027, 12, 31), "staff")
    assert generate_year(provider, year=2027, by=None, at=at(2026, 12, 1)) == 0


def test_windows_entered_by_hand_are_left_alone(provider: Provider) -> None:
    entered = WindowFactory(provider=provider, label="补录", opens_on=date(2027, 3, 5), closes_on=date(2027, 3, 20))
    assert generate_year(provider, year=2027, by=None, at=at(2026, 12, 1)) == 11
    assert window_open_on(provider, date(2027, 3, 10)) == entered


def test_without_a_pattern_there_is_nothing_to_generate() -> None:
    with pytest.raises(Refused, match="还没有登记批次规律"):
        generate_year(ProviderFactory(), year=2027, by=None, at=at(2026, 12, 1))


def test_the_preview_says_what_will_be_made_and_what_not_and_why(provider: Provider) -> None:
    CalendarPattern.objects.update(skipped_exam_months=[8], papers_days_after=2, pay_days_after=5)
    entered = WindowFactory(provider=provider, label="补录", opens_on=date(2026, 3, 5), closes_on=date(2026, 3, 20))
    rows = preview_year(provider, year=2026, on=date(2026, 2, 28))
    told = {row.window.closes_on.month: row.why_not for row in rows if row.why_not}
    assert told == {1: "申报时间已经过去", 3: "这些日期已有批次", 7: "8 月不安排评价"}
    assert rows[2].held_by == entered
    assert (rows[3].window.papers_by, rows[3].window.pay_by) == (date(2026, 5, 2), date(2026, 5, 5))
    assert generate_year(provider, year=2026, by=None, at=at(2026, 2, 28)) == 9
    april = Window.objects.get(opens_on=date(2026, 4, 1))
    assert (april.papers_by, april.pay_by) == (date(2026, 5, 2), date(2026, 5, 5))
    assert april.changes.get().reason == "按规律生成2026年批次"
    assert not any(not row.why_not for row in preview_year(provider, year=2026, on=date(2026, 2, 28)))


def test_nothing_is_made_past_the_end_of_the_filing(provider: Provider) -> None:
    Provider.objects.update(filing_until=date(2027, 6, 15))
    assert generate_year(provider, year=2027, by=None, at=at(2026, 12, 1)) == 6
