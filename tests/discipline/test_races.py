"""Two at once: two deciders, a decision against a submission, a publication and a lifting, each with its control.

Both meet where the guard lets them, so that without the guard the wrong state is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from certificates.models import Certificate, MarkCancellation, Result
from certificates.services import issuing, publishing, reviewing
from discipline.models import Case, Decision
from discipline.services import appeals, deciding, effects, lifting, reporting
from registration.models import Application, Ban, Candidate, Window
from registration.services import applications
from skilleval.catalogue.models import Offering
from skilleval.core.errors import Conflict, Refused
from tests import factories
from tests.certificates.makers import portrait
from tests.certificates.marking import all_marked, marker, published
from tests.discipline import making
from tests.discipline.making import DECIDED, REPORTED, SERVED, Scene
from tests.races import run_together

pytestmark = pytest.mark.django_db(transaction=True)
MEET_SECONDS = 0.7  # below the lock time-out


@pytest.fixture
def scene() -> Scene:
    return making.scene()


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make functions wait until two threads are about to enter one of them, or a moment where a guard keeps one out."""

    def patch(*places: tuple[Any, str]) -> None:
        barrier = Barrier(2)
        for module, name in places:
            monkeypatch.setattr(module, name, _waiting(getattr(module, name), barrier))

    return patch


def _waiting(original: Callable[..., Any], barrier: Barrier) -> Callable[..., Any]:
    def waiting(*args: Any, **kwargs: Any) -> Any:
        with suppress(BrokenBarrierError):
            barrier.wait(MEET_SECONDS)
        return original(*args, **kwargs)

    return waiting


def decide(case: Case, scene: Scene, by: str) -> Decision:
    return making.decide(Case.objects.get(pk=case.pk), scene, by=getattr(scene, by))


def unlocked(case: Case) -> Case:
    return Case.objects.select_related("candidate__user", "provider", "session", "application__offering").get(
        pk=case.pk
    )


def test_two_reports_of_one_act_open_one_case(scene: Scene) -> None:
    """Two invigilators send their forms at once; the control is the same without the sitting's lock."""
    second = factories.staff(scene.offering.provider, "results")
    outcomes = run_together(lambda: making.reported(scene), lambda: making.reported(scene, by=second))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Case", "Conflict"], outcomes
    assert Case.objects.count() == 1


def test_without_the_sittings_lock_both_open_one(
    scene: Scene, meet: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = factories.staff(scene.offering.provider, "results")
    monkeypatch.setattr(reporting, "lock_sitting", lambda application: None)
    monkeypatch.setattr(reporting.counters, "take", lambda name: [next(serials)])
    serials = iter(range(1, 10))
    meet((reporting, "_check_evidence"))
    run_together(lambda: making.reported(scene), lambda: making.reported(scene, by=second))
    assert Case.objects.count() == 2


def test_of_two_deciders_one_wins_and_the_other_is_told(scene: Scene, meet: Callable[..., None]) -> None:
    case = making.proposed(scene)
    meet((deciding, "check_told"))
    outcomes = run_together(lambda: decide(case, scene, "supervisor"), lambda: decide(case, scene, "other_supervisor"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Decision"]
    assert "待送达" in next(outcome.message for outcome in outcomes if isinstance(outcome, Conflict))
    assert (Decision.objects.count(), Ban.objects.count(), MarkCancellation.objects.count()) == (1, 1, 1)


def test_without_the_lock_both_decide_and_only_the_database_stops_one(
    scene: Scene, meet: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = making.proposed(scene)
    monkeypatch.setattr(deciding, "locked", unlocked)
    monkeypatch.setattr(effects, "lock", lambda case: None)
    meet((deciding, "draw_up"))
    outcomes = run_together(lambda: decide(case, scene, "supervisor"), lambda: decide(case, scene, "other_supervisor"))
    lost = next(outcome for outcome in outcomes if isinstance(outcome, Exception))
    assert not isinstance(lost, Refused)
    assert Decision.objects.count() == 1


def begin_elsewhere(scene: Scene, offering: Offering) -> Application:
    return applications.start(
        scene.application.candidate,
        offering=offering,
        window=Window.objects.get(provider=offering.provider),
        fee_published=True,
        by=scene.person,
        at=DECIDED,
    )


def open_in_may() -> Offering:
    offering = factories.OfferingFactory()
    factories.window_of(offering.provider, 5)
    return offering


def begun_and_left(offering: Offering) -> bool:
    return Application.objects.filter(offering=offering, state="draft").exists()


def test_nobody_begins_an_application_past_a_decision(scene: Scene, meet: Callable[..., None]) -> None:
    case, offering = making.proposed(scene), open_in_may()
    meet((effects, "apply"), (applications, "begin"))
    outcomes = run_together(lambda: decide(case, scene, "supervisor"), lambda: begin_elsewhere(scene, offering))
    assert isinstance(outcomes[0], Decision), outcomes
    assert not begun_and_left(offering)


def test_without_the_persons_lock_a_draft_stays(
    scene: Scene, meet: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, offering = making.proposed(scene), open_in_may()
    monkeypatch.setattr(effects, "lock", lambda case: None)
    meet((effects, "apply"), (applications, "begin"))
    outcomes = run_together(lambda: decide(case, scene, "supervisor"), lambda: begin_elsewhere(scene, offering))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert begun_and_left(offering)
    assert Ban.objects.active_on(DECIDED.date()).exists()


def test_marks_published_meanwhile_are_cancelled_all_the_same(scene: Scene) -> None:
    case = making.proposed(scene, "M-2.1")
    provider = scene.offering.provider
    first, second = marker(provider, name="录入人"), marker(provider, name="复核人")
    all_marked(scene.session, first=first, second=second)
    outcomes = run_together(
        lambda: making.decide(Case.objects.get(pk=case.pk), scene, "M-2.1"),
        lambda: publishing.publish(scene.session, by=second, at=DECIDED),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    last = Result.objects.filter(application=scene.application).order_by("version").last()
    assert last
    assert {mark.subject: mark.status for mark in last.marks.all()}["theory"] == "cancelled"
    assert not last.passed
    assert Application.objects.get(pk=scene.application.pk).state == "completed"


def test_no_certificate_is_numbered_past_a_decision(scene: Scene) -> None:
    """Reviewed before the case was opened, its number is asked for while it is decided."""
    published(scene.session)
    Candidate.objects.update(photo=portrait())
    rows = Certificate.objects.filter(application=scene.application)
    certifier = factories.staff(scene.offering.provider, "certificates")
    reviewing.review(rows, by=certifier, at=REPORTED)
    case = making.proposed(scene)
    assert rows.get().state == "reviewed"
    outcomes = run_together(
        lambda: decide(case, scene, "supervisor"), lambda: issuing.issue(rows, by=certifier, at=DECIDED)
    )
    assert isinstance(outcomes[0], Decision), outcomes
    assert (rows.get().state, rows.get().number) == ("dropped", None)


def test_lifted_and_appealed_at_once_one_is_told(scene: Scene) -> None:
    decision = making.served(scene)
    outcomes = run_together(
        lambda: lifting.lift(decision, reason="查无此事。", by=scene.other_supervisor, at=SERVED),
        lambda: appeals.appeal(decision.case, text="不服。", by=scene.person, at=SERVED),
    )
    told = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(told) == 1, outcomes
    assert making.fresh(decision.case).state in ("lifted", "appealed")


def test_two_lifters_lift_once(scene: Scene, meet: Callable[..., None]) -> None:
    decision, third = making.served(scene), making.supervisor("监管丙")
    meet((lifting, "check_reviews"))
    outcomes = run_together(
        lambda: lifting.lift(decision, reason="查无此事。", by=scene.other_supervisor, at=SERVED),
        lambda: lifting.lift(decision, reason="查无此事。", by=third, at=SERVED),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Decision"]
    assert Decision.objects.get().lift_number == "违撤〔2026〕1号"
