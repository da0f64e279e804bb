"""A mark sheet goes out as a workbook and comes back whole or not at all, each fault told by row, column and cure."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.models import MarkEntry, MarkSheet
from certificates.models.marks import FIRST, SECOND
from certificates.queries.readings import rows_of
from certificates.services import marking
from certificates.services.cancelling import cancel_marks
from certificates.services.importing import import_reading, workbook_of
from certificates.workbook import Report
from scheduling.models import AdmissionTicket, ExamSession, Seat
from scheduling.services import attendance
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.certificates.marking import AFTER, marker, sat

pytestmark = pytest.mark.django_db
SCORE, ABSENT = 4, 5  # columns of the template


@pytest.fixture
def session() -> ExamSession:
    session = sat(factories.OfferingFactory(), 3)
    for number, application in enumerate(Seat.objects.filter(subject="theory").values_list("application", flat=True)):
        AdmissionTicket.objects.create(
            application_id=application, session=session, number=f"2604000000{number:04d}", released_at=AFTER
        )
    return session


@pytest.fixture
def first(session: ExamSession) -> User:
    return marker(session.batch.offering.provider)


@pytest.fixture
def sheet(session: ExamSession, first: User) -> MarkSheet:
    return marking.open_sheet(session, subject="theory", by=first, at=AFTER)


def template(sheet: MarkSheet, by: User) -> Any:
    return openpyxl.load_workbook(BytesIO(workbook_of(sheet, by=by)))


def send(sheet: MarkSheet, book: Any, by: User, reading: int = FIRST) -> Report:
    content = BytesIO()
    book.save(content)
    upload = SimpleUploadedFile("成绩.xlsx", content.getvalue())
    return import_reading(sheet, reading=reading, upload=upload, by=by, at=AFTER)


def filled(sheet: MarkSheet, by: User, *texts: str) -> Any:
    book = template(sheet, by)
    for row, text in enumerate(texts or ("80", "59.5", "缺考"), start=2):
        book.active.cell(row, SCORE).value = text
    return book


def told(report: Report) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in report.faults]


def entries() -> list[tuple[str, str]]:
    return [(entry.status, str(entry.score)) for entry in MarkEntry.objects.order_by("application")]


def test_the_template_holds_no_more_of_a_person_than_it_needs(sheet: MarkSheet, first: User) -> None:
    rows = [[cell.value for cell in row] for row in template(sheet, first).active.iter_rows()]
    assert rows[0] == ["准考证号", "考场", "座位号", "成绩", "缺考", f"成绩册编号 {sheet.uuid}"]
    assert [row[0] for row in rows[1:]] == [row.ticket for row in rows_of(sheet.session, "theory")]
    names = {seat.candidate.name for seat in Seat.objects.select_related("candidate")}
    assert not names & {cell for row in rows for cell in row}
    assert AuditEvent.objects.filter(action="marks.exported", details__lines=3).exists()


def test_it_comes_back_in_any_order(sheet: MarkSheet, first: User) -> None:
    book = filled(sheet, first)
    lines = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    for place, line in enumerate(reversed(lines), start=2):
        for column, value in enumerate(line, start=1):
            book.active.cell(place, column).value = value
    report = send(sheet, book, first)
    assert report.accepted
    assert sorted(entries()) == [("absent", "None"), ("marked", "59.50"), ("marked", "80.00")]


@pytest.mark.parametrize(
    ("text", "stored"),
    [("60", "60.00"), ("６０", "60.00"), ("60.0", "60.00"), ("59.5", "59.50"), (60, "60.00"), (59.99, "59.99")],
)
def test_marks_that_are_taken(sheet: MarkSheet, first: User, text: Any, stored: str) -> None:
    assert send(sheet, filled(sheet, first, text, "80", "80"), first).accepted
    assert ("marked", stored) in entries()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "不是数字"),
        ("100.01", "超出范围"),
        ("−1", "超出范围"),
        ("60分", "不带单位"),
        ("", "没有成绩"),
        ("59.999", "两位"),
        (59.999, "两位"),
    ],
)
def test_one_bad_mark_refuses_the_sheet(sheet: MarkSheet, first: User, text: Any, message: str) -> None:
    report = send(sheet, filled(sheet, first, "80", text, "80"), first)
    assert told(report) == [(3, "成绩")]
    assert message in report.faults[0].text
    assert entries() == []


def _extra(page: Any) -> None:
    for column, value in enumerate(("26040000009999", "测试考点 考场", "9", "80"), start=1):
        page.cell(5, column).value = value


def _doubled(page: Any) -> None:
    for column in range(1, 6):
        page.cell(4, column).value = page.cell(3, column).value


def _swapped(page: Any) -> None:
    page["C2"].value, page["C3"].value = page["C3"].value, page["C2"].value


@pytest.mark.parametrize(
    ("spoil", "faults", "message"),
    [
        (lambda page: page.delete_rows(3), [(0, "准考证号")], "缺少 26040000000001"),
        (_extra, [(5, "准考证号")], "不在本成绩册中"),
        (_doubled, [(4, "准考证号"), (0, "准考证号")], "与第 3 行重复"),
        (_swapped, [(2, "座位号"), (3, "座位号")], "与准考证号不符"),
        (lambda page: page.delete_cols(5), [(1, "缺考")], "没有这些列"),
        (lambda page: page.delete_cols(6), [(1, "成绩册编号")], "没有成绩册编号"),
        (lambda page: setattr(page.cell(2, ABSENT), "value", "是"), [(2, "成绩")], "只填其中一项"),
        (lambda page: setattr(page.cell(2, ABSENT), "value", "病"), [(2, "成绩")], "无法识别"),
    ],
)
def test_rows_and_columns_that_dont_fit(
    sheet: MarkSheet, first: User, spoil: Callable[[Any], None], faults: list[Any], message: str
) -> None:
    book = filled(sheet, first)
    spoil(book.active)
    report = send(sheet, book, first)
    assert told(report) == faults
    assert message in report.faults[0].text
    assert entries() == []


def test_another_sheets_workbook_is_refused(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    other = marking.open_sheet(session, subject="practical", by=first, at=AFTER)
    elsewhere = sat(factories.OfferingFactory())
    stranger = marker(elsewhere.batch.offering.provider)
    foreign = marking.open_sheet(elsewhere, subject="theory", by=stranger, at=AFTER)
    for book in (filled(other, first), filled(foreign, stranger, "80", "80")):
        report = send(sheet, book, first)
        assert told(report) == [(1, "成绩册编号")]
        assert "另一场次、科目或机构" in report.faults[0].text
    assert entries() == []


def test_absent_by_the_rooms_record_is_carried_over(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    seat = Seat.objects.filter(sitting__session=session, subject="theory").order_by("number")[0]
    officer = factories.staff(session.batch.offering.provider, Role.SCHEDULING)
    attendance.note(seat, present=False, by=officer, at=AFTER)
    book = filled(sheet, first, "", "70", "75")
    assert book.active.cell(2, ABSENT).value == "是"
    book.active.cell(2, SCORE).value, book.active.cell(2, ABSENT).value = "66", None
    report = send(sheet, book, first)
    assert told(report) == [(2, "成绩")]
    assert "考场记录为缺考" in report.faults[0].text
    book.active.cell(2, SCORE).value = None
    assert send(sheet, book, first).accepted
    assert sorted(entries()) == [("marked", "70.00"), ("marked", "75.00")]  # seats are drawn, not in their order
    with pytest.raises(Refused, match="考场记录为缺考"):
        marking.save_reading(
            sheet, reading=FIRST, marks={seat.application_id: next(iter(send(sheet, book, first).marks.values()))},
            by=first, at=AFTER,
        )  # fmt: skip
    marking.submit(sheet, by=first, at=AFTER)
    attendance.note(seat, present=True, by=officer, at=AFTER)
    second = marker(session.batch.offering.provider)
    assert send(sheet, filled(sheet, second, "66", "70", "75"), second, SECOND).accepted
    with pytest.raises(Refused, match="还有 1 人没有成绩"):
        marking.confirm(sheet, by=second, at=AFTER)


def test_a_cancelled_line_stays_empty(session: ExamSession, sheet: MarkSheet, first: User) -> None:
    application = Seat.objects.filter(sitting__session=session, subject="theory").order_by("number")[0].application
    cancel_marks(application, source="决定1", by=None, at=AFTER, reason="处理决定")
    book = template(sheet, first)
    assert book.active.cell(2, SCORE).value == "成绩取消"
    for row in (3, 4):
        book.active.cell(row, SCORE).value = "80"
    assert send(sheet, book, first).accepted
    book.active.cell(2, SCORE).value = "80"
    assert told(send(sheet, book, first)) == [(2, "成绩")]


def test_a_file_that_is_no_workbook(sheet: MarkSheet, first: User) -> None:
    for content in (b"", b"%PDF-1.7 ", b"x" * (5 * 1024 * 1024 + 1)):
        upload = SimpleUploadedFile("成绩.xlsx", content)
        with pytest.raises(Refused):
            import_reading(sheet, reading=FIRST, upload=upload, by=first, at=AFTER)
