"""The negative control of the books of misconduct: what a half-done decision would leave behind is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from discipline.models import Decision
from discipline.services import lifting
from tests import factories
from tests.discipline import making
from tests.discipline.test_effects import LIFTED, certified, seated_elsewhere
from tests.faults import books, case_books

pytestmark = pytest.mark.django_db

#: What a fault does, in statements, and what the ledger says of it.
FAULTS = {
    "the ban is lost": (["DELETE FROM registration_ban"], "without its ban"),
    "the marks count again": (["UPDATE certificates_markcancellation SET lifted_at = now()"], "whose marks count"),
    "nothing is written down": (["UPDATE discipline_decision SET effects = '{}'"], "without effects"),
    "another application goes on": (
        ["UPDATE registration_application SET state = 'confirmed' WHERE state = 'cancelled'"],
        "going on that a decision",
    ),
    "one that nobody ended goes on": (
        ["UPDATE discipline_decision SET effects = jsonb_set(effects, '{ended}', '[]')",
         "UPDATE registration_application SET created_at = '2026-04-01' WHERE state = 'cancelled'",
         "UPDATE registration_application SET state = 'confirmed' WHERE state = 'cancelled'"],
        "banned person that began before",
    ),
    "a result stays held": (["UPDATE certificates_resulthold SET released_at = NULL"], "result held"),
    "the case isn't decided": (["UPDATE discipline_case SET state = 'proposed'"], "doesn't match its decision"),
    "the history ends elsewhere": (["UPDATE discipline_case SET state = 'served'"], "history ends elsewhere"),
    "a case is lost": (["UPDATE core_counter SET value = 2 WHERE name LIKE 'case:%'"], "case counter"),
    "it is decided twice": (
        ["DROP INDEX decision_in_force_once",
         "CREATE TEMP TABLE copy AS SELECT * FROM discipline_decision",
         "UPDATE copy SET id = id + 1, uuid = gen_random_uuid(), number = number || 'x'",
         "INSERT INTO discipline_decision SELECT * FROM copy"],
        "twice: decision in force",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _decided(tmp_path: Path, settings: Any) -> None:
    """A decision in force with a ban, cancelled marks and two applications that ended with it."""
    settings.MEDIA_ROOT = str(tmp_path)
    scene = making.scene()
    factories.ApplicationFactory(candidate=scene.application.candidate, state="confirmed")
    seated_elsewhere(scene)
    certified(scene)
    making.decided(scene)
    do("SET CONSTRAINTS ALL IMMEDIATE")


def do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def problems() -> list[str]:
    """What the books of misconduct say, beside the others, which have tests of their own."""
    names = [*(f"twice: {name}" for name in case_books.TWICE), *case_books.AMISS]
    return [problem for problem in books.problems() if problem.startswith(tuple(names))]


def test_a_decision_in_force_and_one_lifted_say_nothing() -> None:
    assert problems() == []
    lifting.lift(Decision.objects.get(), reason="查无此事。", by=making.supervisor("监管丙"), at=LIFTED)
    assert problems() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_leaves_behind_is_found(fault: str) -> None:
    statements, says = FAULTS[fault]
    do(*statements)
    assert [problem for problem in problems() if says in problem]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE registration_ban SET lifted_on = NULL", "ban of a decision that was lifted"),
        ("UPDATE certificates_markcancellation SET lifted_at = NULL", "marks cancelled by a decision that was lifted"),
    ],
)
def test_what_a_half_done_lifting_leaves_behind_is_found(statement: str, says: str) -> None:
    lifting.lift(Decision.objects.get(), reason="查无此事。", by=making.supervisor("监管丙"), at=LIFTED)
    do(statement)
    assert [problem for problem in problems() if says in problem]
