"""Windows entered by hand and taken back; changing one with all that follows is tests/journeys/test_windows.py."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registration.models import Window, WindowChange
from registration.queries.windows import history_of, in_use, next_window
from registration.services import windows
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests.factories import ApplicationFactory, GroupFactory, OfferingFactory, ProviderFactory, WindowFactory, at, staff

pytestmark = pytest.mark.django_db
NOW = at(2026, 2, 10)
FIVE_STAGES = {
    "label": "2026年3月批次",
    "opens_on": date(2026, 3, 1),
    "closes_on": date(2026, 3, 20),
    "papers_by": date(2026, 3, 24),
    "pay_by": date(2026, 3, 27),
    "tickets_from": date(2026, 4, 10),
    "tickets_until": date(2026, 4, 17),
    "exam_from": date(2026, 4, 18),
    "exam_by": date(2026, 4, 19),
}


@pytest.fixture
def provider() -> Provider:
    made: Provider = ProviderFactory()
    return made


@pytest.fixture
def by(provider: Provider) -> User:
    return staff(provider, "manager")


def take_back(window: Window, by: User, **said: Any) -> WindowChange:
    return windows.take_back(
        window, **{"reason": "重复登记", "seen": windows.signature(window), "by": by, "at": NOW} | said
    )


def test_five_dated_stages_are_entered_and_kept_in_the_history(provider: Provider, by: User) -> None:
    window = windows.enter(provider, facts=FIVE_STAGES, by=by, at=NOW)
    assert windows.facts_of(window) == FIVE_STAGES | {"tentative": False}
    assert window.shape == "staff"
    change = window.changes.get()
    assert (change.before, change.after["pay_by"], change.by_label) == ({}, "2026-03-27", by.label)
    assert AuditEvent.objects.filter(action="window.entered", object_id=str(window.pk)).exists()


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"closes_on": date(2026, 2, 1)}, "closes_on"),
        ({"opens_on": date(2026, 2, 1)}, "opens_on"),  # there is one of that day
        ({"opens_on": date(2026, 3, 16)}, "opens_on"),  # past the end of the filing
    ],
)
def test_what_cant_be_entered(provider: Provider, by: User, days: dict[str, date], field: str) -> None:
    WindowFactory(provider=provider, month=2)
    Provider.objects.update(filing_until=date(2026, 3, 15))
    with pytest.raises(Refused) as refusal:
        windows.enter(provider, facts=FIVE_STAGES | days, by=by, at=NOW)
    assert refusal.value.field == field


@pytest.mark.parametrize("role", ["scheduling", "finance", "reviewing"])
def test_managers_alone_keep_the_calendar(provider: Provider, role: str) -> None:
    with pytest.raises(NotAllowed):
        windows.enter(provider, facts=FIVE_STAGES, by=staff(provider, role), at=NOW)


def test_taken_back_it_is_gone_and_the_provider_s_history_says_so(provider: Provider, by: User) -> None:
    window = windows.enter(provider, facts=FIVE_STAGES, by=by, at=NOW)
    take_back(window, by)
    assert not Window.objects.exists()
    latest, first = history_of(provider, 2026)
    assert (latest.reason, latest.label, latest.window, latest.after) == ("重复登记", "2026年3月批次", None, {})
    assert first.after["opens_on"] == "2026-03-01"
    assert history_of(provider, 2027) == []
    assert windows.enter(provider, facts=FIVE_STAGES, by=by, at=NOW)


def test_once_it_has_opened_it_stays(provider: Provider, by: User) -> None:
    window = windows.enter(provider, facts=FIVE_STAGES, by=by, at=NOW)
    with pytest.raises(Refused, match="已开始申报"):
        take_back(window, by, at=at(2026, 3, 1))
    with pytest.raises(Refused, match="原因"):
        take_back(window, by, reason=" ")
    assert Window.objects.filter(pk=window.pk).exists()


@pytest.mark.parametrize("who", ["draft", "rolled", "group"])
def test_where_somebody_is_it_stays(provider: Provider, by: User, who: str) -> None:
    window, offering = WindowFactory(provider=provider), OfferingFactory(provider=provider)
    if who == "group":
        GroupFactory(offering=offering, window=window)
    else:
        first = window if who == "draft" else WindowFactory(provider=provider, month=2)
        state = "draft" if who == "draft" else "confirmed"
        ApplicationFactory(offering=offering, window=window, first_window=first, state=state)
    assert in_use(window)
    with pytest.raises(Refused, match="不能收回"):
        take_back(window, by)
    assert Window.objects.filter(pk=window.pk).exists()


def test_who_looked_before_somebody_else_changed_it_is_told(provider: Provider, by: User) -> None:
    window = WindowFactory(provider=provider)
    seen = windows.signature(window)
    Window.objects.update(exam_by=date(2026, 4, 29))
    with pytest.raises(Conflict):
        take_back(window, by, seen=seen)


def test_a_prolonged_window_still_rolls_over_to_the_next(provider: Provider) -> None:
    march = WindowFactory(provider=provider, closes_on=date(2026, 4, 3))
    april = WindowFactory(provider=provider, month=4)
    assert next_window(provider, march) == april
