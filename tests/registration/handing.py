"""Handing a group in as an officer does, with the job that follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registration.models import Application, Group, Submission
from registration.services import handing_in
from skilleval.core import jobs
from skilleval.core.models import OutboxMessage
from tests.factories import at
from tests.registration.passing import fresh, pass_rows
from tests.registration.rosters import officer_of, row_of

NOW = at(2026, 3, 10)
LAST_MOMENT = at(2026, 3, 31, 15)  # 23:00 in Shanghai
APRIL = at(2026, 4, 1)


def submit(group: Group, moment: datetime = NOW, *, fee: bool = True, by: Any = None, run: bool = True) -> Submission:
    officer = by or officer_of(group.institution)
    submission = handing_in.submit_group(group, fee_published=fee, by=officer, at=moment)
    if run:
        jobs.drain()
    return Submission.objects.get(pk=submission.pk)


def stored(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def entered(group: Group, **cells: str) -> Application:
    """Somebody whose row is passed as the services do it."""
    row = row_of(group, **cells)
    pass_rows(group, row, moment=at(2026, 3, 5))
    found = fresh(row).application
    assert found
    return found


def texts(channel: str = "portal") -> list[str]:
    return list(OutboxMessage.objects.filter(channel=channel).order_by("pk").values_list("body", flat=True))
