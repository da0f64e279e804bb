"""The papers of a session's day, read back from the PDFs: every page says what it is of, everybody is on it once."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from scheduling import sheets
from scheduling.enums import SheetKind
from scheduling.models import AdmissionTicket, Attendance, ExamSession, Seat
from scheduling.queries.rolls import Roll, groups_of, members_of, rolls_of
from scheduling.services.printing import named
from tests import factories
from tests.scheduling.people import NOON, batch_of, room
from tests.scheduling.sheet_people import LONG, NINE, enrolled, published, sitting, whole_day

pytestmark = pytest.mark.django_db
PEOPLE = 60


def pages_of(content: bytes) -> list[str]:
    """The text of each page, without spaces: lines break where they like."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture
def session() -> ExamSession:
    return named(whole_day(factories.OfferingFactory(), PEOPLE).pk)


@pytest.fixture
def hall(session: ExamSession) -> Roll:
    return rolls_of(session)[1]


def made(session: ExamSession, roll: Roll, kind: SheetKind) -> list[str]:
    return pages_of(sheets.sheets_pdf(session, [roll], kind, at=NOON))


@pytest.mark.parametrize("kind", SheetKind)
def test_every_page_says_what_it_is_of_and_everybody_is_on_it_once(
    session: ExamSession, hall: Roll, kind: SheetKind
) -> None:
    pages = made(session, hall, kind)
    number = f"{sheets.CODES[kind]}-20260418-{session.pk:05d}-02"
    for place, page in enumerate(pages, start=1):
        assert number in page
        assert f"第{place}页共{len(pages)}页" in page
        assert "打印时间2026年4月2日（周四）12:00" in page
        assert re.search(r"第1版", page)
        assert "第一阶梯教室" in page
        assert "理论知识" in page
    whole = "".join(pages)
    for seat in Seat.objects.filter(sitting=hall.sitting).select_related("candidate"):
        assert seat.candidate.id_number not in whole
    if kind == SheetKind.RECORD:
        assert len(pages) == 1
        return
    for line in hall.lines:
        assert whole.count(line.name) == 1, line.name
        if kind != SheetKind.PLAN:
            assert whole.count(line.ticket) == 1
    assert LONG in whole


def test_the_sign_in_sheet_repeats_its_head_and_masks_numbers(session: ExamSession, hall: Roll) -> None:
    pages = made(session, hall, SheetKind.SIGN_IN)
    assert 3 <= len(pages) <= 4  # long names of offerings take a line more at the head
    for page in pages:
        assert "座位姓名证件号码准考证号签到（本人签名）备注" in page
    whole = "".join(pages)
    assert all(line.masked_id in whole for line in hall.lines)
    assert "应到60人" in pages[-1]
    assert "监考人员样本监考甲、样本监考乙、样本监考丙" in pages[0]


def test_nobody_is_kept_out_for_a_ticket_whose_day_has_not_come(session: ExamSession) -> None:
    first, second = rolls_of(session)[1].sitting.seats.order_by("number")[:2]
    AdmissionTicket.objects.filter(application=first.application_id).delete()
    factories.BanFactory(candidate=second.candidate)
    hall = rolls_of(session)[1]
    before = "".join(made(session, hall, SheetKind.SIGN_IN))
    on_the_day = "".join(pages_of(sheets.sheets_pdf(session, [hall], SheetKind.SIGN_IN, at=NINE)))
    assert (before.count("不得入场"), on_the_day.count("不得入场")) == (1, 2)


def test_what_hangs_on_the_door_has_no_document_numbers(session: ExamSession, hall: Roll) -> None:
    for kind in (SheetKind.DOOR, SheetKind.LABELS, SheetKind.PLAN):
        assert "*" not in "".join(made(session, hall, kind))


def test_stations_and_turns_are_named(session: ExamSession) -> None:
    second = rolls_of(session)[3]
    page = made(session, second, SheetKind.SIGN_IN)[0]
    assert "操作技能（第2轮，共3轮）" in page
    assert "工位姓名" in page
    assert "12:00–13:00" in page
    assert "（待安排）" in page
    plan = made(session, second, SheetKind.PLAN)
    assert len(plan) == 1
    assert "工位按编号排列" in plan[0]


def test_the_plan_shows_what_is_out_of_use_empty_and_accessible(session: ExamSession, hall: Roll) -> None:
    pages = made(session, hall, SheetKind.PLAN)
    assert len(pages) == 1
    assert (pages[0].count("停用"), pages[0].count("空"), pages[0].count("无障碍")) == (2, 2, 1)
    assert "A样本甲职业技术学校（演示）" in pages[0]
    assert "讲台（前方）" in pages[0]


def test_the_room_record_takes_over_what_was_noted(session: ExamSession) -> None:
    last = rolls_of(session)[4]
    blank = made(session, last, SheetKind.RECORD)[0]
    assert "实到人数人" in blank
    noted = {"noted_at": NOON, "noted_by_id": 1, "noted_by_label": "考务"}
    for seat in last.sitting.seats.all():
        Attendance.objects.create(seat=seat, present=seat.number != 5, **noted)
    roll = rolls_of(session)[4]
    page = made(session, roll, SheetKind.RECORD)[0]
    assert "应到人数12人实到人数11人缺考人数1人" in page
    assert roll.absent[0].name in page
    assert roll.absent[0].ticket in page


def test_everything_of_a_session_is_one_file_that_begins_with_what_is_in_it(session: ExamSession) -> None:
    rolls, done = rolls_of(session), []
    groups = [(group, members_of(group)) for group in groups_of(session)]
    content = sheets.session_pdf(session, rolls, groups, at=NOON, step=done.append)
    pages = pages_of(content)
    assert done == [1, 2, 3, 4, 5]
    cover = pages[0]
    assert "考务材料交接单" in cover
    assert "没有参评人员，不设材料" in cover
    numbers = {found for page in pages[1:] for found in re.findall(r"(?:MT|QD|ZW|JL|ZT)-20260418-\d{5}-(\d\d)", page)}
    assert numbers == {"02", "03", "04", "05"}
    for group, members in groups:
        own = [page for page in pages[1:] if f"MD-{group.number}" in page]
        assert len(own) >= 1
        listed = "".join(own)
        assert len(members) == 20
        assert all(member.ticket in listed for member in members)
        assert "操作技能10:30–11:30" in listed
    assert PdfReader(io.BytesIO(content)).metadata["/Title"] == "考务材料交接单"


def test_a_proposed_session_s_papers_say_that_they_are_drafts() -> None:
    offering = factories.OfferingFactory()
    session = published(batch_of(offering), size=3, state="proposed")
    sitting(session, room(offering.provider), enrolled(offering, 3))
    session = named(session.pk)
    (roll,) = rolls_of(session)
    for kind in SheetKind:
        (page,) = made(session, roll, kind)
        assert "草稿" in page
