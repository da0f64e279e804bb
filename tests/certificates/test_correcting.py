"""A published result is corrected by two people; both versions stay, and what follows from them follows anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from certificates.entering import Entered, read_mark
from certificates.models import Certificate, ResultCorrection
from certificates.queries.results import current_result, versions_of
from certificates.services import correcting
from certificates.services.cancelling import cancel_marks, restore_marks
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from tests import factories
from tests.certificates.marking import marker, people, published, sat

pytestmark = pytest.mark.django_db
LATER = factories.at(2026, 5, 20)


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


@pytest.fixture
def staff(session: ExamSession) -> tuple[User, User]:
    failed = people(session)[1]
    return published(session, practical={failed.pk: "59.5"})


def marks(**told: str) -> dict[str, Entered]:
    return {subject: mark for subject, text in told.items() if (mark := read_mark(text))}


def propose(session: ExamSession, by: User, reason: str = "合分有误", **told: str) -> ResultCorrection:
    application = people(session)[1]
    return correcting.propose(application, marks=marks(**told), reason=reason, by=by, at=LATER)


def test_accepted_it_is_the_next_version(session: ExamSession, staff: tuple[User, User]) -> None:
    first, second = staff
    failed = people(session)[1]
    correction = propose(session, first, theory="80", practical="60")
    assert correction.marks == {"practical": {"status": "marked", "score": "60.00"}}
    result = correcting.accept(correction, by=second, at=LATER)
    assert [(r.version, r.passed, r.reason) for r in versions_of(failed)] == [(1, False, ""), (2, True, "合分有误")]
    assert {m.subject: m.score for m in result.marks.all()} == {"theory": Decimal(80), "practical": Decimal(60)}
    correction.refresh_from_db()
    assert (correction.state, correction.result_id, correction.decided_by_id) == ("accepted", result.pk, second.pk)
    assert Certificate.objects.live().filter(application=failed).count() == 1


def test_a_pass_corrected_away_takes_the_certificate(session: ExamSession, staff: tuple[User, User]) -> None:
    first, second = staff
    passed = people(session)[0]
    correction = correcting.propose(passed, marks=marks(theory="缺考"), reason="录错人", by=first, at=LATER)
    correcting.accept(correction, by=second, at=LATER)
    assert not Certificate.objects.live().filter(application=passed).exists()
    assert not current_result(passed).passed  # type: ignore[union-attr]


def test_four_eyes(session: ExamSession, staff: tuple[User, User]) -> None:
    first, second = staff
    correction = propose(session, first, practical="60")
    for step in (
        lambda: correcting.accept(correction, by=first, at=LATER),
        lambda: correcting.refuse(correction, note="不", by=first, at=LATER),
    ):
        with pytest.raises(NotAllowed, match="另一位"):
            step()
    second.memberships.all().delete()
    with pytest.raises(NotAllowed, match="只有您一人"):
        correcting.accept(correction, by=first, at=LATER)


def test_one_at_a_time_and_decided_once(session: ExamSession, staff: tuple[User, User]) -> None:
    first, second = staff
    correction = propose(session, first, practical="60")
    with pytest.raises(Conflict, match="待核准"):
        propose(session, second, practical="61")
    with pytest.raises(Refused, match="理由"):
        correcting.refuse(correction, note=" ", by=second, at=LATER)
    correcting.refuse(correction, note="原始评分表为 59.5", by=second, at=LATER)
    with pytest.raises(Conflict):
        correcting.accept(correction, by=second, at=LATER)
    assert versions_of(people(session)[1]).count() == 1
    propose(session, second, practical="61")


@pytest.mark.parametrize(
    ("told", "reason", "message"),
    [
        ({"practical": "59.50"}, "复查", "相同"),
        ({}, "复查", "相同"),
        ({"review": "80"}, "复查", "只能更正本次参加的科目"),
        ({"practical": "60"}, " ", "原因"),
        ({"practical": "60"}, "长" * 301, "不超过 300 字"),
    ],
)
def test_proposals_that_are_refused(
    session: ExamSession, staff: tuple[User, User], told: dict[str, str], reason: str, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        propose(session, staff[0], reason, **told)


def test_nothing_to_correct_before_publication(session: ExamSession) -> None:
    with pytest.raises(Refused, match="还没有公布"):
        propose(session, marker(session.batch.offering.provider), practical="60")


def test_a_decision_and_a_correction_keep_out_of_each_others_way(
    session: ExamSession, staff: tuple[User, User]
) -> None:
    first, second = staff
    failed = people(session)[1]
    correction = propose(session, first, practical="75")
    cancel_marks(failed, subject="practical", source="决定1", by=None, at=LATER, reason="处理决定1号")
    correcting.accept(correction, by=second, at=LATER)
    shown = {m.subject: (m.status, m.score) for m in current_result(failed).marks.all()}  # type: ignore[union-attr]
    assert shown["practical"] == ("cancelled", Decimal(75))
    restore_marks("决定1", by=None, at=LATER, reason="已撤销")
    assert [(r.version, r.passed) for r in versions_of(failed)] == [(1, False), (2, False), (3, False), (4, True)]


def test_ones_own_result_is_for_others(session: ExamSession, staff: tuple[User, User]) -> None:
    candidate = people(session)[1].candidate
    candidate.user = staff[0]
    candidate.save()
    with pytest.raises(NotAllowed, match="您本人"):
        propose(session, staff[0], practical="60")
