"""A group of the officer's institution at provider A with somebody in every state, and one of another institution."""

from __future__ import annotations

from datetime import date
from typing import Any

from registration.models import Application, Group, OriginalsReceipt, RosterRow, Submission
from skilleval.accounts.models import Institution
from skilleval.catalogue.models import Offering
from skilleval.core import files
from tests import factories
from tests.factories import at
from tests.registration.rosters import member, roster_of, row_of
from tests.registration.steps import picture

APRIL = at(2026, 4, 7)
#: (name in the tables, the row's state, the application's)
STATES = (
    ("passed_row", "passed", "prelim"),
    ("review_row", "passed", "review"),
    ("returned_row", "clear", "returned"),
    ("approved_row", "passed", "approved"),
    ("confirmed_row", "passed", "confirmed"),
)


def group_of(institution: Institution, offering: Offering) -> Group:
    """A group in the window of April."""
    made: Group = factories.GroupFactory(
        institution=institution, offering=offering, window=factories.window_of(offering.provider, 4)
    )
    return made


def build(institution: Institution, offering: Offering, officer: Any) -> dict[str, Any]:
    """The group and its parts, by the names that the tables use."""
    group, other = group_of(institution, offering), group_of(factories.InstitutionFactory(), offering)
    rows: dict[str, RosterRow] = {"faulty_row": row_of(group, state="faulty"), "clear_row": row_of(group)}
    for name, row_state, state in STATES:
        application = member(group, state=state, row_state=row_state, returned_until=date(2026, 4, 20))
        rows[name] = application.roster_row  # type: ignore[attr-defined]
    sent = Submission.objects.create(group=group, number=1, state="done", people=4, by_label="经办人", at=APRIL)
    handed_in = Application.objects.filter(group=group).exclude(state="prelim")
    receipt = OriginalsReceipt.objects.create(
        number="YJ2026000001", group=group, received_on=APRIL.date(), people=1, by_label="审核", at=APRIL
    )
    handed_in.update(submission=sent)
    handed_in.filter(state="approved").update(original_received_on=APRIL.date(), originals_receipt=receipt)
    photo = files.store(picture(), kind="photo", by=officer, owner_label="test")
    RosterRow.objects.filter(group=group).update(photo=photo)
    return {
        "group": group,
        "other_group": other,
        "other_row": row_of(other),
        "submission": sent,
        "receipt": receipt,
        "roster": roster_of(group),
        **rows,
    }
