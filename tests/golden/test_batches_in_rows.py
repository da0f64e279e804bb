"""The packs `batching` and `ticket_release` once more through the services: people gathered in rows, judged on their
days and rolled over; sessions published, and tickets coming out on the day the pack says and not the day before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from registration.models import Application, Candidate, RollOver, Window
from scheduling import services
from scheduling.enums import WENT_AHEAD
from scheduling.models import AdmissionTicket, Batch
from scheduling.queries import cut_off
from scheduling.queries.dates import judge_on
from skilleval.catalogue.models import Offering, Provider
from skilleval.catalogue.queries import work_calendar
from skilleval.core.clock import SHANGHAI
from skilleval.core.dates import add_months, last_of_month
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CandidateRulesFactory,
    OfferingFactory,
    ProviderFactory,
    WindowFactory,
)
from tests.golden.packs_on_disk import Case, folder, read
from tests.scheduling.people import publish, scheduler

pytestmark = pytest.mark.django_db
CASES = read(folder())
BATCHING = [case for case in CASES if case.pack == "batching"]
TICKETS = [case for case in CASES if case.pack == "ticket_release"]
FIRST = date(2026, 1, 1)
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize("found", BATCHING, ids=str)
def test_judged_window_after_window_as_the_rule_says(found: Case) -> None:
    case = found.inputs
    provider = ProviderFactory(threshold=case["threshold"], session_capacity=case["session_capacity"])
    windows = {name: _month(provider, number) for number, name in enumerate(case["windows"])}
    names = sorted({name for arrived in case["arrivals"].values() for name in arrived})
    offerings = {name: OfferingFactory(provider=provider) for name in names}
    for name, window in windows.items():
        for offering, count in case["arrivals"].get(name, {}).items():
            _gather(offerings[offering], window, count)
        on = judge_on(window, cut_off(window), work_calendar())
        assert services.judge_due(on - ONE_DAY, at=_noon(on - ONE_DAY)) == 0
        services.judge_due(on, at=_noon(on))
    rows = [_row(name, offering, windows[name], offerings[offering]) for name in windows for offering in names]
    assert [row for row in rows if row] == found.expect
    assert not Batch.objects.filter(judged_at=None).exists()


def _row(name: str, offering: str, window: Window, of: Offering) -> dict[str, Any] | None:
    """What became of a window's batch, as the pack says it; None where nobody was in it."""
    batch = Batch.objects.filter(offering=of, window=window).first()
    if batch is None:
        return None
    return {
        "window": name,
        "offering": offering,
        "runs": batch.state in WENT_AHEAD,
        "waiting": RollOver.objects.filter(application__offering=of, from_window=window).count(),
        "sessions": list(batch.sessions.order_by("number").values_list("size", flat=True)),
    }


def _month(provider: Provider, number: int) -> Window:
    """The window of a month, assessed in the one after."""
    opens, exam = add_months(FIRST, number), add_months(FIRST, number + 1)
    days = {"opens_on": opens, "closes_on": last_of_month(opens.year, opens.month), "tentative": False}
    made: Window = WindowFactory(
        provider=provider, label=f"{opens:%Y-%m}", **days, exam_from=exam, exam_by=last_of_month(exam.year, exam.month)
    )
    return made


def _gather(offering: Offering, window: Window, count: int) -> None:
    """So many confirmed people at once."""
    people = Candidate.objects.bulk_create(CandidateFactory.build_batch(count, user=None))
    facts = {"offering": offering, "window": window, "state": "confirmed", "rules": CandidateRulesFactory()}
    Application.objects.bulk_create(ApplicationFactory.build(candidate=person, **facts) for person in people)


@pytest.mark.usefixtures("notices")
@pytest.mark.parametrize("found", TICKETS, ids=str)
def test_tickets_come_out_on_the_day_and_not_before(found: Case) -> None:
    case = found.inputs
    exam, day = date.fromisoformat(case["exam_date"]), date.fromisoformat(found.expect["tickets_from"])
    provider = Provider.objects.get(filing_number=case["provider"])
    Provider.objects.filter(pk=provider.pk).update(threshold=1)
    Window.objects.filter(provider=provider).delete()  # the session gets a window of its own
    application = _sits(provider, exam, {"channel": case["channel"]})
    assert services.release_tickets(day - ONE_DAY, at=_noon(day - ONE_DAY)) == 0
    assert services.release_tickets(day, at=_noon(day)) == 1
    assert AdmissionTicket.objects.get().application == application


def _sits(provider: Provider, exam: date, facts: Mapping[str, Any]) -> Application:
    """Somebody of a published session on an assessment day, planned two months before it."""
    closes = exam - timedelta(days=60)
    window = WindowFactory(
        provider=provider,
        label="样本批次",
        opens_on=closes - timedelta(days=5),
        closes_on=closes,
        exam_from=closes + ONE_DAY,
        exam_by=exam + timedelta(days=30),
    )
    offering = OfferingFactory(provider=Provider.objects.get(pk=provider.pk))
    application: Application = ApplicationFactory(
        offering=offering, window=window, state="confirmed", original_received_on=closes, **facts
    )
    on = judge_on(window, cut_off(window), work_calendar())
    services.judge_due(on, at=_noon(on))
    session = Batch.objects.get(offering=offering).sessions.get()
    publish(session, by=scheduler(provider), at=_noon(on), held_on=exam)
    return application


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)
