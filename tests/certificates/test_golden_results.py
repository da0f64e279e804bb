"""The golden packs `outcome` and `results_due`, led through the services: sat, marked twice, published, compared."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from certificates.grading import shown
from certificates.queries.results import current_result, due_of
from registration.models import Credit
from scheduling.models import ExamSession
from skilleval.catalogue.models import Holiday, Subject
from skilleval.core.workdays import published_days
from tests import factories
from tests.certificates.marking import people, published, sat
from tests.golden.packs_on_disk import Case, folder, read

pytestmark = pytest.mark.django_db
CASES = read(folder())


def cases(pack: str) -> list[Case]:
    found = [case for case in CASES if case.pack == pack]
    assert found, f"no cases of {pack}"
    return found


@pytest.mark.parametrize("case", cases("outcome"), ids=str)
def test_outcome(case: Case) -> None:
    told = case.inputs
    offering = factories.OfferingFactory(level=str(told["level"]))
    for kind, row in told["subjects"].items():
        if row.get("weight") is not None:
            Subject.objects.filter(offering=offering, kind=kind).update(weight=Decimal(str(row["weight"])))
    session = sat(offering, 1, competition=bool(told.get("competition")))
    (one,) = people(session)
    typed = {
        kind: {one.pk: "缺考" if row["status"] == "absent" else str(row["score"])}
        for kind, row in told["subjects"].items()
    }
    published(session, **typed)
    result = current_result(one)
    assert result is not None
    kept = Credit.objects.standing().filter(application=one).values_list("subject", flat=True)
    answer = {"passed": result.passed, "credits": sorted(kept)}
    assert (answer if result.total is None else {**answer, "total": str(shown(result.total))}) == case.expect


@pytest.mark.parametrize("case", cases("results_due"), ids=str)
def test_results_due(case: Case) -> None:
    told, completed = case.inputs, date.fromisoformat(case.inputs["completed_on"])
    Holiday.objects.bulk_create(
        Holiday(day=day, is_workday=makeup, name=name) for day, makeup, name in published_days()
    )
    session = sat(factories.OfferingFactory(inspection=bool(told.get("inspection"))), 1)
    _sat_on(session, completed)
    due = due_of(session)
    assert {"results_due": due.date.isoformat(), "provisional": due.provisional} == case.expect


def _sat_on(session: ExamSession, day: date) -> None:
    """Move what was sat to a case's day, past the services, which plan no day gone by."""
    for sitting in session.sittings.all():
        moved = timedelta(days=(day - sitting.starts.date()).days)
        during = DateTimeTZRange(sitting.starts + moved, sitting.ends + moved)
        type(sitting).objects.filter(pk=sitting.pk).update(during=during)
