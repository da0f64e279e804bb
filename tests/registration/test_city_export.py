"""A submission leaves for the city's 自助经办系统, and the city's number for it comes back (SPEC 5.2)."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from registration.models import Submission
from registration.services import roster_books
from registration.services.roster_people import handed_in, passed
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.registration.rosters import member, officer_of, row_of

pytestmark = pytest.mark.django_db

AT, LATER = factories.at(2026, 3, 20), factories.at(2026, 3, 21)


@pytest.fixture
def submission():
    group = factories.GroupFactory(number="TT2026000001")
    return Submission.objects.create(group=group, number=1, state="done", people=2, by_label="经办人", at=AT)


@pytest.fixture
def officer(submission):
    return officer_of(submission.group.institution)


def sent(submission, state: str = "review", **fields):
    return member(submission.group, state=state, submission=submission, **fields)


def lines(content: bytes) -> list[dict[str, str]]:
    header, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_export_says_who_what_and_by_whom_with_whole_numbers(submission, officer):
    candidate = factories.CandidateFactory(user=None, sex="男", id_cipher=factories.resident_number(17))
    application = sent(submission, candidate=candidate)
    application.roster_row.cells |= {"name": "样本𠮷", "schooling": "高中"}
    application.roster_row.phone_cipher = "139 0000 0017"
    application.roster_row.save()
    (line,) = lines(roster_books.city_export(submission, by=officer, at=AT))
    offering, institution = submission.group.offering, submission.group.institution
    assert line == {
        "序号": "1",
        "姓名": "样本𠮷",
        "证件类型": "居民身份证",
        "证件号码": candidate.id_number,
        "性别": "男",
        "出生日期": "1990-05-20",
        "手机号码": "13900000017",
        "文化程度": "高中毕业（或同等学力）",
        "申报条件": "四级(1)",
        "申报条件内容": "从事本职业或相关职业累计满 5 年",
        "申报类型": "正考",
        "评价科目": "理论知识、操作技能",
        "申报编号": application.number,
        "职业编码": offering.work_type.occupation.code,
        "职业": offering.work_type.occupation.name,
        "工种": None,
        "等级": "四级/中级工",
        "评价机构": offering.provider.name,
        "机构备案号": offering.provider.filing_number,
        "申报单位": institution.name,
        "统一社会信用代码": institution.credit_code,
        "申报批次": "2026年3月批次",
        "团体编号": "TT2026000001",
        "第几次提交": "1",
    }


def test_what_a_record_says_of_the_person_isnt_told(submission, officer):
    application = sent(submission)
    row = application.roster_row
    row.cells |= {"name": "样本甲"}
    row.phone_cipher = "19900009001"
    row.save()
    (line,) = lines(roster_books.city_export(submission, by=officer, at=AT))
    assert application.candidate.name != "样本甲"
    assert (line["姓名"], line["手机号码"]) == ("样本甲", "19900009001")


def test_it_holds_who_still_belongs_to_the_submission(submission, officer):
    staying = [sent(submission, state=state) for state in ("review", "approved", "confirmed", "scheduled", "completed")]
    for state in ("rejected", "lapsed", "withdrawn", "cancelled", "void"):
        sent(submission, state=state)
    back = sent(submission, state="returned", row_state="clear")
    again = sent(submission, state="returned")  # passed once more, not handed in yet
    member(submission.group)  # never handed in
    row_of(submission.group)
    exported = lines(roster_books.city_export(submission, by=officer, at=AT))
    assert [line["申报编号"] for line in exported] == [application.number for application in staying]
    day = AT.date()
    assert [person.application for person in handed_in(submission, day)] == staying
    waiting = [person.application.pk for person in passed(submission.group, day)]
    assert back.pk not in waiting
    assert again.pk in waiting
    assert len(waiting) == 2


def test_a_row_that_was_erased_leaves_its_line_empty(submission, officer):
    application = sent(submission)
    row = application.roster_row
    row.cells, row.id_cipher, row.phone_cipher = {}, "", ""
    row.save()
    (line,) = lines(roster_books.city_export(submission, by=officer, at=AT))
    assert [line[name] for name in ("姓名", "证件号码", "手机号码", "申报编号")] == [
        None,
        None,
        None,
        application.number,
    ]


def test_each_export_is_an_audit_event_and_leaves_its_moment(submission, officer):
    sent(submission)
    for at in (AT, LATER):
        roster_books.city_export(submission, by=officer, at=at)
        submission.refresh_from_db()
        assert submission.exported_at == at
    events = AuditEvent.objects.filter(action="submission.exported")
    assert [event.details for event in events] == [{"purpose": "市自助经办系统申报", "people": 1}] * 2
    assert {event.actor_id for event in events} == {officer.pk}
    assert roster_books.city_export_name(submission) == "自助经办系统名单-TT2026000001-1.xlsx"


def test_the_export_waits_for_the_end_and_needs_somebody(submission, officer):
    with pytest.raises(Refused, match="没有可导出的名单"):
        roster_books.city_export(submission, by=officer, at=AT)
    sent(submission)
    Submission.objects.update(state="running")
    with pytest.raises(Refused, match="还在进行"):
        roster_books.city_export(submission, by=officer, at=AT)
    with pytest.raises(Refused, match="还在进行"):
        roster_books.record_city_reference(submission, reference="1", by=officer, at=AT)
    assert not AuditEvent.objects.exists()


def test_strangers_neither_export_nor_record(submission):
    sent(submission)
    for somebody in (officer_of(factories.InstitutionFactory()), factories.staff(submission.group.offering.provider)):
        with pytest.raises(NotAllowed):
            roster_books.city_export(submission, by=somebody, at=AT)
        with pytest.raises(NotAllowed):
            roster_books.record_city_reference(submission, reference="1", by=somebody, at=AT)


def test_the_citys_number_is_kept_with_who_and_when_and_can_be_corrected(submission, officer):
    roster_books.record_city_reference(submission, reference=" ＳＨ-2026-1 ", by=officer, at=AT)
    submission.refresh_from_db()
    kept = submission.city_reference, submission.city_reference_by_label, submission.city_reference_at
    assert kept == ("SH-2026-1", officer.label, AT)
    roster_books.record_city_reference(submission, reference="SH-2026-1", by=officer, at=LATER)  # nothing new
    submission.refresh_from_db()
    assert submission.city_reference_at == AT
    roster_books.record_city_reference(submission, reference="SH-2026-2", by=officer, at=LATER)
    submission.refresh_from_db()
    assert (submission.city_reference, submission.city_reference_at) == ("SH-2026-2", LATER)
    events = AuditEvent.objects.filter(action="submission.city_reference").order_by("pk")
    assert [event.details["corrected"] for event in events] == [False, True]


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("", "请填写"),
        (" \u3000", "请填写"),
        ("1" * 61, "不超过 60"),
        ("SH\x00-1", "看不见的字符"),
        ("SH\u200b1", "看不见的字符"),
        ("SH\n1", "看不见的字符"),
        ("1" * 60, ""),
        ("沪〔2026〕1号", ""),
    ],
)
def test_a_citys_number_is_one_readable_line(submission, officer, reference, why):
    if why:
        with pytest.raises(Refused, match=why) as refused:
            roster_books.record_city_reference(submission, reference=reference, by=officer, at=AT)
        assert refused.value.field == "reference"
    else:
        assert roster_books.record_city_reference(submission, reference=reference, by=officer, at=AT).city_reference
