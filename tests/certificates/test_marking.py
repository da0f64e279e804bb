"""A sheet is read by one and read again by another who can't see the first marks; only equal readings are confirmed."""

from __future__ import annotations

import pytest

from certificates.enums import SheetState
from certificates.models import MarkEntry, MarkSheet
from certificates.models.marks import FIRST, SECOND
from certificates.queries.opened import marks_opened
from certificates.queries.readings import rows_of
from certificates.services import marking, publishing
from certificates.services.cancelling import cancel_marks, restore_marks
from scheduling import bars
from scheduling.models import ExamSession
from skilleval.accounts.models import User
from skilleval.core.errors import Conflict, NotAllowed, Refused
from tests import factories
from tests.certificates.marking import AFTER, PUBLISHED, all_marked, confirmed, entered, marker, needing, read, sat

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ExamSession:
    return sat(factories.OfferingFactory())


@pytest.fixture
def first(session: ExamSession) -> User:
    return marker(session.batch.offering.provider, name="录入人")


@pytest.fixture
def second(session: ExamSession) -> User:
    return marker(session.batch.offering.provider, name="复核人")


@pytest.fixture
def sheet(session: ExamSession, first: User) -> MarkSheet:
    return marking.open_sheet(session, subject="theory", by=first, at=AFTER)


def all_of(session: ExamSession, text: str = "80") -> dict[int, str]:
    return dict.fromkeys(needing(session, "theory"), text)


def state(sheet: MarkSheet) -> str:
    sheet.refresh_from_db()
    return sheet.state


def test_from_the_first_sheet_on_its_session_isnt_moved(session: ExamSession, first: User) -> None:
    assert marks_opened([session.pk]) == ""
    marking.open_sheet(session, subject="theory", by=first, at=AFTER)
    assert marks_opened([session.pk]) == "第 1 场已有成绩册，不能再变更安排"
    assert bars.reasons([session.pk]) == ["第 1 场已有成绩册，不能再变更安排"]


def test_a_sheet_is_made_once_the_subject_is_over(session: ExamSession, first: User) -> None:
    with pytest.raises(Refused, match="结束后才能录入") as refusal:
        marking.open_sheet(session, subject="theory", by=first, at=factories.at(2026, 4, 25, 1))  # 09:00, it begins
    assert str(refusal.value.from_on) == "2026-04-25"
    made = marking.open_sheet(session, subject="theory", by=first, at=AFTER)
    assert marking.open_sheet(session, subject="theory", by=first, at=AFTER) == made
    assert made.log.count() == 1
    with pytest.raises(Refused, match="没有已发布的"):
        marking.open_sheet(session, subject="review", by=first, at=AFTER)


def test_only_the_results_role_of_the_provider(session: ExamSession, sheet: MarkSheet) -> None:
    for stranger in (factories.staff(session.batch.offering.provider), marker(factories.ProviderFactory())):
        with pytest.raises(NotAllowed):
            marking.open_sheet(session, subject="theory", by=stranger, at=AFTER)
        with pytest.raises(NotAllowed):
            read(sheet, FIRST, all_of(session), by=stranger)


def test_nobody_marks_where_they_sat_themselves(session: ExamSession, sheet: MarkSheet) -> None:
    own = marker(session.batch.offering.provider)
    candidate = session.sittings.all()[0].seats.all()[0].candidate
    candidate.user = own
    candidate.save()
    with pytest.raises(NotAllowed, match="您本人参加了"):
        read(sheet, FIRST, all_of(session), by=own)


def test_drafts_are_kept_line_by_line(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    one, two = needing(session, "theory")
    read(sheet, FIRST, {one: "59.5"}, by=first)
    with pytest.raises(Refused, match="还有 1 人没有成绩（测试考点 考场"):
        marking.submit(sheet, by=first, at=AFTER)
    read(sheet, FIRST, {two: "缺考"}, by=first)
    read(sheet, FIRST, {one: "60", two: ""}, by=first)
    assert [(e.application_id, str(e.score)) for e in MarkEntry.objects.all()] == [(one, "60.00")]
    read(sheet, FIRST, {two: "缺考"}, by=first)
    assert marking.submit(sheet, by=first, at=AFTER).state == SheetState.ENTERED


def test_one_person_reads_the_whole_sheet(session: ExamSession, sheet: MarkSheet, first: User, second: User) -> None:
    read(sheet, FIRST, all_of(session), by=first)
    with pytest.raises(NotAllowed, match="正由录入人录入"):
        read(sheet, FIRST, all_of(session, "70"), by=second)
    with pytest.raises(NotAllowed):
        marking.submit(sheet, by=second, at=AFTER)
    marking.start_over(sheet, by=second, at=AFTER)
    assert not MarkEntry.objects.exists()
    read(sheet, FIRST, all_of(session), by=second)
    marking.submit(sheet, by=second, at=AFTER)
    with pytest.raises(NotAllowed, match="另一位"):
        read(sheet, SECOND, all_of(session), by=second)
    read(sheet, SECOND, all_of(session), by=first)


def test_the_first_reader_is_no_second(session: ExamSession, first: User) -> None:
    sheet = entered(session, "theory", all_of(session), by=first)
    for step in (
        lambda: read(sheet, SECOND, all_of(session), by=first),
        lambda: marking.confirm(sheet, by=first, at=AFTER),
        lambda: marking.send_back(sheet, by=first, at=AFTER, reason="看错"),
        lambda: marking.start_over(sheet, by=first, at=AFTER),
    ):
        with pytest.raises(NotAllowed, match="只有您一人有“成绩”角色"):
            step()


def test_differences_are_settled_before_confirming(session: ExamSession, first: User, second: User) -> None:
    one, _ = needing(session, "theory")
    sheet = entered(session, "theory", all_of(session), by=first)
    with pytest.raises(Refused, match="还没有复核成绩"):
        marking.confirm(sheet, by=second, at=AFTER)
    read(sheet, SECOND, all_of(session) | {one: "缺考"}, by=second)
    with pytest.raises(Refused, match="1 处不一致"):
        marking.confirm(sheet, by=second, at=AFTER)
    read(sheet, SECOND, {one: "80.00"}, by=second)
    assert marking.confirm(sheet, by=second, at=AFTER).state == SheetState.CONFIRMED
    with pytest.raises(Conflict, match="已是“已复核”"):
        marking.confirm(sheet, by=second, at=AFTER)


def test_sent_back_both_readings_are_kept(session: ExamSession, first: User, second: User) -> None:
    one, _ = needing(session, "theory")
    sheet = entered(session, "theory", all_of(session), by=first)
    read(sheet, SECOND, all_of(session) | {one: "90"}, by=second)
    with pytest.raises(Refused, match="原因"):
        marking.send_back(sheet, by=second, at=AFTER, reason=" ")
    marking.send_back(sheet, by=second, at=AFTER, reason="第一行看错了")
    assert sheet.log.last().reason == "第一行看错了"  # type: ignore[union-attr]
    with pytest.raises(Conflict):
        read(sheet, SECOND, {one: "80"}, by=second)
    with pytest.raises(NotAllowed):
        read(sheet, FIRST, {one: "90"}, by=second)
    read(sheet, FIRST, {one: "90"}, by=first)
    marking.submit(sheet, by=first, at=AFTER)
    assert marking.confirm(sheet, by=second, at=AFTER).state == SheetState.CONFIRMED


def test_reopened_until_published(session: ExamSession, first: User, second: User) -> None:
    sheet = confirmed(session, "theory", all_of(session), first=first, second=second)
    marking.reopen(sheet, by=first, at=AFTER, reason="漏看一页")
    assert state(sheet) == SheetState.OPEN
    all_marked(session, first=first, second=second)
    publishing.publish(session, by=second, at=PUBLISHED)
    for step in (
        lambda: marking.reopen(sheet, by=first, at=PUBLISHED, reason="漏看一页"),
        lambda: read(sheet, FIRST, {}, by=first),
        lambda: marking.start_over(sheet, by=first, at=PUBLISHED),
    ):
        with pytest.raises(Conflict, match="成绩更正"):
            step()


def test_a_stale_page_saves_nothing(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    read(sheet, FIRST, all_of(session), by=first)
    marking.submit(sheet, by=first, at=AFTER)
    with pytest.raises(Conflict, match="没有保存"):
        read(sheet, FIRST, all_of(session, "0"), by=first)
    other = marker(session.batch.offering.provider)
    with pytest.raises(Refused, match="名单刚有变化"):
        read(sheet, SECOND, {0: "80"}, by=other)


def test_a_cancelled_line_needs_no_mark_and_takes_none(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    one, two = needing(session, "theory")
    application = session.sittings.all()[0].seats.get(application=one).application
    cancel_marks(application, subject="practical", source="决定1", by=None, at=AFTER, reason="处理决定")
    assert needing(session, "theory") == [one, two]
    cancel_marks(application, subject="theory", source="决定2", by=None, at=AFTER, reason="处理决定")
    assert needing(session, "theory") == [two]
    with pytest.raises(Refused, match="已被处理决定取消"):
        read(sheet, FIRST, {one: "80"}, by=first)
    read(sheet, FIRST, {two: "80"}, by=first)
    marking.submit(sheet, by=first, at=AFTER)
    restore_marks("决定2", by=None, at=AFTER, reason="撤销")
    second = marker(session.batch.offering.provider)
    read(sheet, SECOND, {two: "80"}, by=second)
    with pytest.raises(Refused, match="还有 1 人没有成绩"):
        marking.confirm(sheet, by=second, at=AFTER)


def test_whoever_left_the_session_isnt_on_the_sheet(session: ExamSession) -> None:
    one, two = needing(session, "theory")
    seat = session.sittings.filter(subject="theory")[0].seats.get(application=one)
    type(seat.application).objects.filter(pk=one).update(state="void")
    assert [row.application_id for row in rows_of(session, "theory")] == [two]
