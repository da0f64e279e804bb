"""Adapters for the packs that ask about loaded notices: the same reads that views and tasks use.

They take what `manage.py load_notices` put into the database (the `notices` fixture).
"""

from datetime import date
from typing import Any

from fees.queries import price_of
from registration.queries.windows import window_open_on
from scheduling.queries.dates import tickets_from
from skilleval.catalogue.models import Offering, Provider

Inputs = dict[str, Any]


def windows(case: Inputs) -> Any:
    window = window_open_on(case["provider"], date.fromisoformat(case["date"]))
    if window is None:
        return {"open": False}
    return {
        "open": True,
        "opens_on": window.opens_on.isoformat(),
        "closes_on": window.closes_on.isoformat(),
        "exam_from": window.exam_from.isoformat() if window.exam_from else None,
        "exam_by": window.exam_by.isoformat(),
        "tentative": window.tentative,
    }


def ticket_release(case: Inputs) -> Any:
    provider = Provider.objects.get(filing_number=case["provider"])
    day = tickets_from(provider, case["channel"], date.fromisoformat(case["exam_date"]))
    return {"tickets_from": day.isoformat()}


def fees(case: Inputs) -> Any:
    """The newest offering of the kind, on the first day it holds: packs of fees name no day.

    Whoever sits fewer subjects than all resits them.
    """
    offering = (
        Offering.objects.filter(
            provider__filing_number=case["provider"],
            work_type__occupation__code=case["code"],
            work_type__name=case.get("work_type") or "",
            level=str(case["level"]),
        )
        .order_by("-year")
        .first()
    )
    if offering is None:
        return {"published": False}
    kind = "new" if len(case["subjects"]) == offering.subjects.count() else "resit"
    fee = price_of(offering, kind=kind, subjects=case["subjects"], on=offering.valid_from)
    return {"published": True, "amount": str(fee.amount)} if fee.published else {"published": False}
