"""Results come out once and together, by a second person; held ones stay back; decisions reach what is out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from certificates.models import Certificate, Publication, Result
from certificates.queries.results import current_result, due_of, versions_of
from certificates.services import cancelling, holds, publishing
from certificates.services.cancelling import cancel_marks, restore_marks
from registration.enums import ApplicationState
from registration.models import Application
from scheduling.models import ExamSession
from skilleval.catalogue.models import Subject
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests import factories
from tests.certificates.marking import PUBLISHED, all_marked, marker, people, published, sat
from tests.scheduling.people import days

pytestmark = pytest.mark.django_db
LATER = factories.at(2026, 5, 20)


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


def states(session: ExamSession) -> list[str]:
    return [one.state for one in people(session)]


def marks_of(application: Application) -> dict[str, tuple[str, Any]]:
    result = current_result(application)
    assert result is not None
    return {mark.subject: (mark.status, mark.score) for mark in result.marks.all()}


def test_everybody_gets_a_first_version_and_is_told(session: ExamSession) -> None:
    passed, failed = people(session)
    _, second = published(session, practical={failed.pk: "59.99"})
    assert states(session) == [ApplicationState.COMPLETED] * 2
    assert marks_of(failed) == {"theory": ("marked", Decimal("80.00")), "practical": ("marked", Decimal("59.99"))}
    assert [(r.version, r.passed, r.reason, r.published_by_label) for r in versions_of(passed)] == [
        (1, True, "", second.label)
    ]
    assert not current_result(failed).passed  # type: ignore[union-attr]
    told = OutboxMessage.objects.filter(key__startswith="result-published:", channel="portal")
    assert set(told.values_list("recipient_id", flat=True)) == {one.candidate.user_id for one in (passed, failed)}
    assert "80" not in told[0].body
    assert list(Certificate.objects.values_list("application", flat=True)) == [passed.pk]
    assert AuditEvent.objects.filter(action="results.published", actor_id=second.pk).exists()
    publication = Publication.objects.get(session=session)
    assert (publication.due_on, publication.published_by_id) == (date(2026, 5, 22), second.pk)


def test_nothing_is_out_before(session: ExamSession) -> None:
    provider = session.batch.offering.provider
    all_marked(session, first=marker(provider), second=marker(provider))
    (one, _) = people(session)
    assert not Result.objects.visible_to(one.candidate.user).exists()
    assert current_result(one) is None
    assert states(session) == [ApplicationState.SCHEDULED] * 2


def test_whoever_entered_marks_doesnt_publish_them(session: ExamSession) -> None:
    provider = session.batch.offering.provider
    first, second = marker(provider), marker(provider)
    all_marked(session, first=first, second=second)
    with pytest.raises(NotAllowed, match="另一位"):
        publishing.publish(session, by=first, at=PUBLISHED)
    second.memberships.all().delete()
    with pytest.raises(NotAllowed, match="只有您一人"):
        publishing.publish(session, by=first, at=PUBLISHED)
    assert not Publication.objects.exists()


def test_other_roles_and_other_providers_dont_publish(session: ExamSession) -> None:
    for stranger in (factories.staff(session.batch.offering.provider), marker(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            publishing.publish(session, by=stranger, at=PUBLISHED)


def test_unconfirmed_sheets_stand_in_the_way(session: ExamSession) -> None:
    with pytest.raises(Refused, match=r"理论知识：成绩册尚未录入.*操作技能：成绩册尚未录入"):
        publishing.publish(session, by=marker(session.batch.offering.provider), at=PUBLISHED)


def test_the_second_time_is_a_conflict(session: ExamSession) -> None:
    _, second = published(session)
    with pytest.raises(Conflict, match="已由"):
        publishing.publish(session, by=second, at=PUBLISHED)
    assert Result.objects.count() == 2


def test_published_rows_never_change(session: ExamSession) -> None:
    published(session)
    for change in (
        lambda: Result.objects.update(passed=False),
        lambda: Result.objects.all()._raw_delete("default"),
        lambda: Publication.objects.update(due_on=date(2026, 1, 1)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("weights", [(None, None), (20, None), (20, 70)])
def test_a_special_capability_needs_weights(weights: tuple[int | None, int | None]) -> None:
    offering = factories.OfferingFactory(level="special")
    for kind, weight in zip(("theory", "practical"), weights, strict=True):
        Subject.objects.filter(offering=offering, kind=kind).update(weight=weight)
    session = sat(offering)
    with pytest.raises(Refused, match="权重须全部填写且合计为 100%，请先在评价项目中填写"):
        published(session)
    assert not Publication.objects.exists()
    assert states(session) == [ApplicationState.SCHEDULED] * 2


def test_a_held_result_waits_for_its_case_alone(session: ExamSession) -> None:
    held, _ = people(session)
    holds.hold(held, source="案1", at=PUBLISHED)
    holds.hold(held, source="案2", at=PUBLISHED)
    published(session)
    assert (current_result(held), states(session)) == (None, ["scheduled", "completed"])
    holds.release("案1", by=None, at=LATER)
    assert current_result(held) is None
    assert holds.release("案2", by=None, at=LATER) == 1
    result = current_result(held)
    assert result is not None
    assert (result.version, result.published_at) == (1, LATER)
    assert states(session) == ["completed", "completed"]
    assert holds.release("案2", by=None, at=LATER) == 0
    assert OutboxMessage.objects.filter(key__startswith=f"result-published:{held.pk}:", channel="portal").count() == 1


def test_a_hold_released_before_the_publication_publishes_nothing(session: ExamSession) -> None:
    held, _ = people(session)
    holds.hold(held, source="案1", at=PUBLISHED)
    holds.release("案1", by=None, at=PUBLISHED)
    assert current_result(held) is None
    published(session)
    assert states(session) == ["completed", "completed"]


def test_what_was_cancelled_before_is_published_so(session: ExamSession) -> None:
    offender, _ = people(session)
    cancel_marks(offender, subject="theory", source="决定1", by=None, at=PUBLISHED, reason="处理决定1号")
    published(session)
    assert marks_of(offender) == {"theory": ("cancelled", None), "practical": ("marked", Decimal("80.00"))}
    restore_marks("决定1", by=None, at=LATER, reason="处理决定1号已撤销")
    assert marks_of(offender)["theory"] == ("cancelled", None)  # nobody has marked it: a correction does
    assert versions_of(offender).count() == 1


def test_what_is_cancelled_afterwards_comes_back(session: ExamSession) -> None:
    offender, other = people(session)
    published(session, theory={offender.pk: "缺考"})
    cancel_marks(offender, source="决定1", by=None, at=LATER, reason="处理决定1号")
    cancel_marks(offender, source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert marks_of(offender) == {"theory": ("cancelled", None), "practical": ("cancelled", Decimal("80.00"))}
    cancel_marks(offender, subject="theory", source="决定2", by=None, at=LATER, reason="处理决定2号")
    restore_marks("决定1", by=None, at=LATER + days(1), reason="处理决定1号已撤销")
    assert marks_of(offender) == {"theory": ("cancelled", None), "practical": ("marked", Decimal("80.00"))}
    restore_marks("决定2", by=None, at=LATER + days(2), reason="处理决定2号已撤销")
    assert marks_of(offender) == {"theory": ("absent", None), "practical": ("marked", Decimal("80.00"))}
    versions = list(versions_of(offender))
    assert [v.reason for v in versions] == ["", "处理决定1号", "处理决定1号已撤销", "处理决定2号已撤销"]
    assert restore_marks("决定2", by=None, at=LATER, reason="再次") == 0
    assert versions_of(other).count() == 1
    told = OutboxMessage.objects.filter(key__startswith=f"result-corrected:{offender.pk}:", channel="portal")
    assert told.count() == 3


def test_a_cancelled_pass_takes_the_certificate_and_gives_it_back(session: ExamSession) -> None:
    offender, _ = people(session)
    published(session)
    cancel_marks(offender, source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert not Certificate.objects.live().filter(application=offender).exists()
    restore_marks("决定1", by=None, at=LATER, reason="处理决定1号已撤销")
    assert Certificate.objects.live().filter(application=offender).count() == 1


def test_the_decision_is_recorded_where_nobody_sat() -> None:
    application = factories.ApplicationFactory(state="confirmed")
    cancelling.cancel_marks(application, source="决定1", by=None, at=LATER, reason="处理决定1号")
    assert current_result(application) is None


@pytest.mark.parametrize(
    ("inspection", "days_of_provider", "due"),
    [(False, 20, date(2026, 5, 22)), (True, 20, date(2026, 6, 5)), (False, 1, date(2026, 4, 27))],
)
def test_due_by_the_provider_and_the_offering(inspection: bool, days_of_provider: int, due: date) -> None:
    provider = factories.ProviderFactory(results_days=days_of_provider)
    session = sat(factories.OfferingFactory(provider=provider, inspection=inspection))
    assert due_of(session).date == due
