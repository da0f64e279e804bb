"""The preview says what happens, no more and no less (SPEC 10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from discipline.models import Case
from discipline.queries.consequences import Consequences, consequences_of, older_than
from discipline.queries.measures import decision_lines, preview_lines
from registration.services import credits as ledger
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.discipline import making
from tests.discipline.making import DECIDED, Scene
from tests.discipline.test_effects import certified, older_credit, seated_elsewhere
from tests.fees.makers import order_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return making.scene()


def preview(case: Case, clause: str = "M-3.1", severity: str = "") -> Consequences:
    return consequences_of(case, [clause], severity, on=DECIDED.date(), at=DECIDED)


@pytest.mark.parametrize(
    ("clause", "severity"),
    [("M-1.1", ""), ("M-2.1", ""), ("M-3.1", ""), ("M-4.4", "minor"), ("M-4.4", "serious")],
)
def test_what_was_shown_is_what_is_written_on_the_letter(scene: Scene, clause: str, severity: str) -> None:
    candidate = scene.application.candidate
    order_for(scene.application, paid=True, state="paid")
    order_for(factories.ApplicationFactory(candidate=candidate, state="confirmed"), paid=True, state="paid")
    order_for(factories.ApplicationFactory(candidate=candidate, state="approved"))
    seated_elsewhere(scene)
    older_credit(scene)
    factories.BanFactory(candidate=candidate)
    certified(scene)
    case = making.proposed(scene, clause, severity)
    shown = preview_lines(preview(case, clause, severity))
    decision = making.decide(case, scene, clause, severity)
    assert decision_lines(decision) == shown
    assert len(shown) > 2


def test_looking_changes_nothing(scene: Scene) -> None:
    certified(scene)
    case = making.proposed(scene)
    before = AuditEvent.objects.count()
    assert preview(case).fingerprint == preview(case).fingerprint
    assert AuditEvent.objects.count() == before


def test_the_credits_shown_are_those_clause_one_takes(scene: Scene) -> None:
    older_credit(scene)
    application = scene.application
    shown = set(older_than(application).standing().values_list("pk", flat=True))
    taken = ledger.withdraw_older(application, source="x", by=None, at=DECIDED)
    assert (len(shown), taken) == (1, 1)
    assert not older_than(application).standing().exists()


def test_what_becomes_of_each_fee(scene: Scene) -> None:
    candidate = scene.application.candidate
    paid = factories.ApplicationFactory(candidate=candidate, state="confirmed")
    unpaid = factories.ApplicationFactory(candidate=candidate, state="approved")
    free = factories.ApplicationFactory(candidate=candidate, state="review")
    order_for(paid, paid=True, state="paid")
    order_for(unpaid)
    fees = {e.application: (e.fee, e.amount) for e in preview(making.proposed(scene)).others}
    assert fees == {paid: ("refund", Decimal(400)), unpaid: ("unpaid", Decimal(400)), free: ("none", None)}


def test_the_longest_of_overlapping_bans_rules(scene: Scene) -> None:
    factories.BanFactory(candidate=scene.application.candidate)  # to the end of January 2028
    case = making.proposed(scene)
    assert preview(case).barred_until == date(2028, 1, 31)
    assert "2028年1月31日" in next(line.text for line in preview_lines(preview(case)) if line.title == "禁考")
    assert preview(case, "M-4.4", "minor").barred_until == date(2028, 5, 10)


@pytest.mark.parametrize(
    ("clauses", "severity", "message"),
    [(["M-4.4"], "", "情节"), (["M-9.1"], "", "没有第"), ([], "", "至少选择")],
)
def test_what_cant_be_decided(scene: Scene, clauses: list[str], severity: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        consequences_of(making.reported(scene), clauses, severity, on=DECIDED.date(), at=DECIDED)
