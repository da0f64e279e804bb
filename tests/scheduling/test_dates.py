"""The days a window dates as stages of its own go before the provider's rules (SPEC 13)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.models import Window
from scheduling.queries.dates import cut_off, first_tickets, tickets_from
from tests.factories import ProviderFactory, WindowFactory

pytestmark = pytest.mark.django_db
EXAM = date(2026, 4, 18)


def window(**stages: date) -> Window:
    made: Window = WindowFactory(provider=ProviderFactory(individual_ticket_lead=7), **stages)
    return made


@pytest.mark.parametrize(
    ("stage", "group", "individual"),
    [
        (None, date(2026, 4, 15), date(2026, 4, 11)),  # three and seven days ahead
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 4, 18), date(2026, 4, 18), date(2026, 4, 18)),
        (date(2026, 4, 19), date(2026, 4, 15), date(2026, 4, 11)),  # this assessment is before the stage
    ],
)
def test_tickets_of_a_window_with_a_stage_of_their_own(stage: date | None, group: date, individual: date) -> None:
    found = window(tickets_from=stage) if stage else window()
    days = {channel: tickets_from(found.provider, channel, EXAM, window=found) for channel in ("group", "individual")}
    assert days == {"group": group, "individual": individual}
    assert first_tickets(found.provider, EXAM, window=found) == min(group, individual)


@pytest.mark.parametrize(
    ("pay_by", "expected"),
    [
        (None, date(2026, 3, 31)),
        (date(2026, 4, 8), date(2026, 4, 8)),
        (date(2026, 3, 20), date(2026, 3, 31)),  # people may still apply
    ],
)
def test_the_cut_off_waits_for_the_stage_of_paying(pay_by: date | None, expected: date) -> None:
    assert cut_off(window(pay_by=pay_by) if pay_by else window()) == expected
