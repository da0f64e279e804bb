"""Every worked example of the sanctions pack, decided by the real services (tests/golden holds the rule to it)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from certificates.models import Certificate, MarkCancellation
from discipline.models import Decision
from discipline.services import effects
from registration.models import Application, Ban
from scheduling.models import ExamSession, Sitting
from skilleval.core.clock import SHANGHAI
from tests.discipline import making
from tests.discipline.test_effects import certified
from tests.fees.makers import order_for
from tests.golden import packs_on_disk

pytestmark = pytest.mark.django_db
CASES = [case for case in packs_on_disk.read(packs_on_disk.folder()) if case.pack == "sanctions"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_decision_does_what_the_example_says(case: packs_on_disk.Case) -> None:
    facts, scene = case.inputs, making.scene()
    order_for(scene.application, paid=True, state="paid")
    certificate = certified(scene)
    clause, severity = f"M-{facts['clause']}", facts["severity"] or ""
    opened = making.proposed(scene, clause, severity)
    _sat_on(scene.session, date.fromisoformat(facts["assessed_on"]))
    noon = datetime.combine(date.fromisoformat(facts["decided_on"]), time(12), tzinfo=SHANGHAI)
    decision = making.decide(making.fresh(opened), scene, clause, severity, at=noon)
    assert _found(scene, certificate, decision.number) == case.expect


@pytest.mark.parametrize("case", CASES[:3], ids=str)
def test_without_the_effect_the_example_fails(case: packs_on_disk.Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the services' effect that is compared."""
    monkeypatch.setattr(effects, "apply", lambda decision, found, **told: None)
    with pytest.raises(AssertionError):
        test_a_decision_does_what_the_example_says(case)


def _found(scene: making.Scene, certificate: Certificate, number: str) -> dict[str, Any]:
    """What came of it, read from the rows it left everywhere."""
    cancelled = MarkCancellation.objects.live().filter(application=scene.application, source=number).first()
    ban = Ban.objects.filter(candidate=scene.application.candidate, source=number).first()
    return {
        "cancels": None if cancelled is None else "subject" if cancelled.subject else "all",
        "qualification_cancelled": Application.objects.get(pk=scene.application.pk).state == "void",
        "ban_from": ban.starts_on.isoformat() if ban else None,
        "ban_until": ban.ends_on.isoformat() if ban else None,
        "refundable": number not in scene.application_line().kept_for,
        "certificate": Certificate.objects.get(pk=certificate.pk).state,
        "refer_to_authority": Decision.objects.get(number=number).refer_to_authority,
    }


def _sat_on(session: ExamSession, day: date) -> None:
    """Move a session that was sat to the example's day."""
    ExamSession.objects.filter(pk=session.pk).update(held_on=day, period_override_reason="示例日期")
    for sitting in session.sittings.all():
        shift = day - sitting.during.lower.astimezone(SHANGHAI).date()
        moved = DateTimeTZRange(sitting.during.lower + shift, sitting.during.upper + shift)
        Sitting.objects.filter(pk=sitting.pk).update(during=moved)
