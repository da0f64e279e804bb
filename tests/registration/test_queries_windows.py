"""Which stored window is open, and which comes next."""

from datetime import date

import pytest

from registration.models import Window
from registration.queries.windows import (
    next_window,
    open_windows,
    providers_open_on,
    upcoming_windows,
    window_open_on,
    windows_of,
)
from skilleval.catalogue.models import Provider
from tests.factories import ProviderFactory, WindowFactory

pytestmark = pytest.mark.django_db


def label(window: Window | None) -> str:
    return window.label if window else ""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), ""),
        (date(2026, 3, 1), "2026年3月批次"),
        (date(2026, 3, 31), "2026年3月批次"),
        (date(2026, 4, 1), ""),
        (date(2026, 5, 31), "2026年5月批次"),
    ],
)
def test_first_and_last_day_count(day: date, expected: str) -> None:
    provider = ProviderFactory()
    for month in (3, 5):
        WindowFactory(provider=provider, month=month)
    WindowFactory(month=4)
    assert label(window_open_on(provider, day)) == expected
    assert label(window_open_on(provider.filing_number, day)) == expected
    assert label(open_windows(day).get(provider.pk)) == expected
    assert (provider.pk in set(providers_open_on(day))) == bool(expected)


def test_an_unknown_filing_number_has_no_window() -> None:
    WindowFactory()
    assert window_open_on("S000099999999", date(2026, 3, 10)) is None


@pytest.mark.parametrize(
    ("filing_until", "opened", "following"),
    [
        (None, True, True),
        (date(2026, 3, 10), True, False),
        (date(2026, 3, 9), False, False),
        (date(2026, 4, 1), True, True),
    ],
)
def test_no_window_opens_past_a_known_end_of_the_filing(
    filing_until: date | None, opened: bool, following: bool
) -> None:
    provider = ProviderFactory(filing_until=filing_until)
    march, _april = (WindowFactory(provider=provider, month=month) for month in (3, 4))
    assert (window_open_on(provider, date(2026, 3, 10)) is not None) is opened
    assert (next_window(provider, march) is not None) is following
    assert (provider.pk in upcoming_windows(date(2026, 3, 10))) is following


def test_next_window_skips_months_without_one() -> None:
    provider = ProviderFactory()
    march, may = (WindowFactory(provider=provider, month=month) for month in (3, 5))
    WindowFactory(month=4)
    assert next_window(provider, march) == may
    assert next_window(provider, may) is None


def test_windows_of_a_year_include_those_that_cross_it() -> None:
    provider: Provider = ProviderFactory()
    crossing = WindowFactory(provider=provider, opens_on=date(2025, 12, 16), closes_on=date(2026, 1, 15))
    march = WindowFactory(provider=provider, month=3)
    assert windows_of(provider, 2026) == [crossing, march]
    assert windows_of(provider, 2025) == [crossing]
