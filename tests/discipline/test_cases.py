"""Who sees which cases, and whom they wait for (SPEC 12)."""

from __future__ import annotations

from datetime import date

import pytest

from discipline import policy
from discipline.models import Case
from discipline.queries.cases import decision_of, waiting_for_provider, workdays_waited
from skilleval.accounts.enums import Role
from skilleval.catalogue.queries import work_calendar
from tests import factories
from tests.discipline import making
from tests.discipline.making import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return making.scene()


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.MANAGER, True),
        (Role.REVIEWING, True),
        (Role.SCHEDULING, True),
        (Role.FINANCE, False),
        (Role.RESULTS, False),
        (Role.CERTIFICATES, False),
    ],
)
def test_staff_see_their_providers_by_role(scene: Scene, role: str, sees: bool) -> None:
    case = making.reported(scene)
    colleague = factories.staff(scene.offering.provider, role)
    stranger = factories.staff(factories.ProviderFactory(), role)
    assert list(Case.objects.visible_to(colleague)) == ([case] if sees else [])
    assert list(Case.objects.handled_by(colleague)) == ([case] if sees else [])
    assert not Case.objects.visible_to(stranger).exists()


def test_supervisors_see_all_and_the_person_once_they_were_told(scene: Scene) -> None:
    case = making.reported(scene)
    assert list(Case.objects.visible_to(scene.supervisor)) == [case]
    assert not Case.objects.visible_to(scene.person).exists()
    assert not Case.objects.visible_to(factories.MembershipFactory(role=Role.ADMINISTRATOR).user).exists()
    told = making.notified(scene, "M-3.2")
    assert list(Case.objects.visible_to(scene.person)) == [told]


def test_a_supervisor_handles_nothing_about_themself(scene: Scene) -> None:
    case = making.notified(scene)
    factories.MembershipFactory(user=scene.person, role=Role.SUPERVISOR)
    assert list(Case.objects.visible_to(scene.person)) == [case]  # as the person, not as the supervisor
    assert not Case.objects.handled_by(scene.person, policy.DECIDE).exists()


def test_the_heaviest_clause_makes_the_tier(scene: Scene) -> None:
    case = making.reported(scene, "M-2.1")
    Case.objects.filter(pk=case.pk).update(clauses=["M-2.1", "M-3.1"])
    assert [list(Case.objects.of_tier(tier)) for tier in (1, 2, 3, 4)] == [[], [], [case], []]
    assert making.fresh(case).tier == 3


@pytest.mark.parametrize(
    ("state", "waits"),
    [("reported", True), ("notified", False), ("heard", True), ("proposed", False), ("decided", True)],
)
def test_what_waits_for_the_provider(scene: Scene, state: str, waits: bool) -> None:
    case = making.at_state(scene, state)
    assert list(waiting_for_provider(scene.proposer)) == ([case] if waits else [])
    assert not waiting_for_provider(scene.invigilator).exists()


def test_the_decision_of_a_case_is_the_last_one(scene: Scene) -> None:
    assert decision_of(making.reported(scene)) is None
    decision = making.decided(scene, "M-3.2")
    assert decision_of(decision.case) == decision


@pytest.mark.parametrize(
    ("since", "on", "days"),
    [
        (date(2026, 4, 27), date(2026, 4, 27), 0),
        (date(2026, 4, 27), date(2026, 4, 28), 1),
        (date(2026, 4, 30), date(2026, 5, 6), 1),  # 1 to 5 May are off
        (date(2026, 5, 8), date(2026, 5, 9), 1),  # a make-up workday
    ],
)
def test_waiting_is_counted_in_working_days(since: date, on: date, days: int) -> None:
    making.holidays()
    assert workdays_waited(since, on, work_calendar()) == days
