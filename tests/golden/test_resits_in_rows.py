"""The pack `resits` through the ledger: rows for each case, written by the services, and the plan asked of the queries.

A case's competition entrant is an application so marked; its `reapplied_on` are new applications handed in on those
days that stand. A case whose credits are for a level without resit can't have rows (the ledger takes none): there the
ledger staying empty is looked at.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from registration import resits
from registration.models import Credit
from registration.queries.credits import plan_for
from registration.services import credits as ledger
from skilleval.catalogue.models import Offering
from tests.factories import ApplicationFactory, CandidateFactory, OfferingFactory, at
from tests.golden.packs_on_disk import Case, folder, read

pytestmark = pytest.mark.django_db
CASES = [case for case in read(folder()) if case.pack == "resits"]


@pytest.mark.parametrize("found", CASES, ids=str)
def test_the_ledger_answers_like_the_rule(found: Case) -> None:
    case = found.inputs
    offering = OfferingFactory(level=str(case["level"]), subjects=case["subjects"])
    candidate, on = CandidateFactory(), date.fromisoformat(case["applies_on"])
    for credit in case.get("credits") or ():
        _earned(candidate, offering, credit["subject"], date.fromisoformat(credit["published_on"]))
    for day in case.get("reapplied_on") or ():
        _handed_in(candidate, offering, date.fromisoformat(day))
    marked = None
    if case.get("competition"):
        marked = ApplicationFactory(candidate=candidate, offering=offering, state="draft", competition=True)
    planned = plan_for(candidate, offering, on, as_new=bool(case.get("as_new")), but=marked)
    assert {"kind": planned.kind, "sits": list(planned.sits)} == found.expect
    with_rows = resits.credit_valid_until(offering.level, on) is not None
    assert Credit.objects.count() == (len(case.get("credits") or ()) if with_rows else 0)


def _earned(candidate: Any, offering: Offering, subject: str, day: date) -> None:
    """Passed at a sitting of its own, applied for the day before and published on the day."""
    application = _handed_in(
        candidate, offering, day - timedelta(days=1), "completed", kind="resit", subjects=[subject]
    )
    ledger.set_credits(
        application,
        subjects={subject: Decimal(60)},
        published_on=day,
        source="成绩公布",
        by=None,
        at=at(day.year, day.month, day.day),
    )


def _handed_in(candidate: Any, offering: Offering, day: date, state: str = "completed", **fields: Any) -> Any:
    if offering.level == "special":
        fields.pop("kind", None)
    return ApplicationFactory(candidate=candidate, offering=offering, submitted_on=day, state=state, **fields)
