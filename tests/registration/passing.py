"""Passing rows as an officer does, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from registration.models import Application, Group, PreliminaryReview, RosterRow
from registration.services import passing
from tests.factories import at
from tests.registration.rosters import officer_of

NOW = at(2026, 3, 10)
APRIL = at(2026, 4, 1)


def pass_rows(
    group: Group, *rows: RosterRow | None, moment: datetime = NOW, by: Any = None, **options: Any
) -> PreliminaryReview:
    chosen = [row.pk for row in rows if row] or None
    words = options.pop("statement", passing.STATEMENT)
    officer = by or officer_of(group.institution)
    return passing.pass_rows(group, rows=chosen, statement=words, by=officer, at=moment, **options)


def fresh(row: RosterRow) -> RosterRow:
    return RosterRow.objects.select_related("application__candidate", "passed").get(pk=row.pk)


def application_of(row: RosterRow) -> Application:
    found = fresh(row).application
    assert found
    return found


def messages(row: RosterRow) -> list[str]:
    return [fault["message"] for fault in fresh(row).faults]
