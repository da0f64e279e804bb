"""A case closes after the publication, and marks that nobody could read before are read now, for this person alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from certificates.models import MarkEntry, MarkSheet, Result
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import faults_of, left_behind, lines_of
from certificates.queries.results import current_result
from certificates.services import holds, marking
from certificates.services.cancelling import cancel_marks, restore_marks
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import OutboxMessage
from tests import factories
from tests.certificates.marking import PUBLISHED, marker, people, published, read, sat

pytestmark = pytest.mark.django_db
LATER = factories.at(2026, 5, 20)


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


@pytest.fixture
def readers(session: ExamSession) -> tuple[User, User]:
    """The session is published; one person was held by a case, their theory cancelled by another that was lifted."""
    person, _ = people(session)
    holds.hold(person, source="案1", at=PUBLISHED)
    cancel_marks(person, subject="theory", source="决定2", by=None, at=PUBLISHED, reason="处理决定2号")
    readers = published(session)
    restore_marks("决定2", by=None, at=LATER, reason="处理决定2号已撤销")
    return readers


def theory(session: ExamSession) -> MarkSheet:
    return MarkSheet.objects.get(session=session, subject="theory")


def person_of(session: ExamSession) -> Application:
    return people(session)[0]


def test_the_results_staff_are_told_once(session: ExamSession, readers: tuple[User, User]) -> None:
    assert left_behind(session) == frozenset()
    for _ in range(2):
        holds.release("案1", by=None, at=LATER)
    person = person_of(session)
    assert left_behind(session) == {person.pk}
    assert current_result(person) is None
    told = OutboxMessage.objects.filter(key__startswith=f"result-left:{person.pk}:")
    assert set(told.values_list("recipient_id", flat=True)) == {reader.pk for reader in readers}
    assert person.candidate.name not in told[0].body


def test_read_by_two_it_is_published_at_once_and_nobody_else_s_changes(
    session: ExamSession, readers: tuple[User, User]
) -> None:
    first, second = readers
    holds.release("案1", by=None, at=LATER)
    person, other = people(session)
    sheet = marking.reopen(theory(session), by=second, at=LATER, reason="补录一人")
    with pytest.raises(Refused, match="名单刚有变化"):
        read(sheet, FIRST, {other.pk: "10"}, by=first, at=LATER)
    read(sheet, FIRST, {person.pk: "61.5"}, by=first, at=LATER)
    marking.submit(sheet, by=first, at=LATER)
    read(sheet, SECOND, {person.pk: "61.5"}, by=second, at=LATER)
    assert current_result(person) is None
    marking.confirm(sheet, by=second, at=LATER)
    result = current_result(person)
    assert result is not None
    assert [(mark.subject, mark.score) for mark in result.marks.all()] == [
        ("theory", Decimal("61.50")),
        ("practical", Decimal("80.00")),
    ]
    assert Result.objects.filter(application=other).count() == 1
    with pytest.raises(Conflict, match="成绩更正"):
        marking.reopen(theory(session), by=second, at=LATER, reason="再改")


def test_another_who_takes_over_empties_this_person_s_line_alone(
    session: ExamSession, readers: tuple[User, User]
) -> None:
    _, second = readers
    holds.release("案1", by=None, at=LATER)
    sheet = marking.reopen(theory(session), by=second, at=LATER, reason="补录一人")
    before = MarkEntry.objects.filter(sheet=sheet).count()
    marking.start_over(sheet, by=marker(session.batch.offering.provider), at=LATER)
    assert MarkEntry.objects.filter(sheet=sheet).count() == before == 2


def test_one_reading_is_no_mark(session: ExamSession) -> None:
    person, other = people(session)
    provider = session.batch.offering.provider
    first, second = marker(provider), marker(provider)
    holds.hold(person, source="案1", at=PUBLISHED)
    sheet = marking.open_sheet(session, subject="theory", by=first, at=PUBLISHED)
    read(sheet, FIRST, {person.pk: "99", other.pk: "80"}, by=first)
    marking.submit(sheet, by=first, at=PUBLISHED)
    cancel_marks(person, subject="theory", source="决定2", by=None, at=PUBLISHED, reason="处理决定2号")
    read(sheet, SECOND, {other.pk: "80"}, by=second)
    marking.confirm(sheet, by=second, at=PUBLISHED)
    restore_marks("决定2", by=None, at=PUBLISHED, reason="处理决定2号已撤销")
    assert any("未经两人录入一致" in fault for fault in faults_of(session, lines_of(session)))
