"""The workbooks of a group: what is to be filled in, what comes back marked, and what the city gets (SPEC 5.2, 5.7)."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from registration.models import RosterRow, Window
from registration.queries.backgrounds import rules_of
from registration.rosters import row_ids
from registration.rosters.clauses import read_clause
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.header import read_header
from registration.services import roster_books
from registration.services.judging import cells_of
from skilleval.catalogue.models import EligibilityRuleSet, Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from skilleval.core.spreadsheets import read_table
from tests import factories
from tests.registration.rosters import officer_of, roster_of, row_of

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 10)
FEE = "理论知识 ¥100.00，操作技能 ¥300.50，合计 ¥400.50；补考按所考科目收取"
KEYS = [column.key for column in COLUMNS]


def offering_of(level: str = "4", **fields) -> Offering:
    return factories.OfferingFactory(level=level, **fields)


def window_of(offering: Offering) -> Window:
    return factories.window_of(offering.provider)


def template(offering: Offering, fee=FEE):
    return roster_books.template(offering, window_of(offering), ON, fee=fee)


def opened(content: bytes):
    return load_workbook(io.BytesIO(content))


def texts(sheet) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def examples(content: bytes) -> list[dict[str, str]]:
    """The example rows by column key, as a reader would see them once they were copied."""
    return [dict(zip(KEYS, row, strict=True)) for row in texts(opened(content)["示例"])]


def clauses_of(offering: Offering):
    return rules_of(offering.rule_set).of_level(offering.level)


def words(book, formula: str) -> list[str]:
    """What a drop-down offers: its own list, or a column of the hidden sheet."""
    if "!" not in formula:
        return formula.split(",")
    return [cell.value for (cell,) in book["词表"][formula.rpartition("!")[2].replace("$", "")]]


def test_the_first_sheet_is_the_empty_one_and_has_the_columns_we_read(tmp_path):
    path = tmp_path / "template"
    path.write_bytes(template(offering_of()))
    table = read_table(path)
    header = read_header(table.header)
    assert (list(header.keys), header.row_id, header.ignored) == (KEYS, None, ())
    assert table.rows == []
    assert opened(path.read_bytes()).sheetnames == ["名册", "示例", "填写说明", "申报条件"]


def test_required_columns_are_marked_and_every_cell_to_fill_in_is_text():
    sheet = opened(template(offering_of()))["名册"]
    assert [cell.value for cell in sheet[1] if cell.value.endswith("*")] == [
        "姓名*",
        "证件号码*",
        "手机号码*",
        "申报条件*",
    ]
    assert {sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]} == {"@"}
    assert sheet.freeze_panes == "B2"
    noted = {cell.value.rstrip("*"): cell.comment.text for cell in sheet[1] if cell.comment}
    assert noted["证件号码"] == COLUMN["id_number"].hint
    assert noted["性别"] == "居民身份证可不填，按号码确定。可选：男、女"


@pytest.mark.parametrize(
    ("level", "clauses", "resits", "kinds"),
    [
        ("5", ["5.1", "5.2"], "理论知识,操作技能", "正考,补考"),
        ("4", ["4.1", "4.2", "4.3"], "理论知识,操作技能", "正考,补考"),
        (
            "2",
            ["2.1", "2.2", "2.3", "2.4", "2.5"],
            "理论知识,操作技能,综合评审,理论知识、操作技能,理论知识、综合评审,操作技能、综合评审",
            "正考,补考",
        ),
        ("special", ["S.1"], None, "正考"),
    ],
)
def test_drop_downs_have_the_offerings_own_clauses_and_subjects(level, clauses, resits, kinds):
    book = opened(template(offering := offering_of(level)))
    sheet = book["名册"]
    offered = {str(one.sqref): one.formula1.strip('"') for one in sheet.data_validations.dataValidation}
    by_title = {
        cell.value.rstrip("*"): offered.get(f"{cell.column_letter}2:{cell.column_letter}2001") for cell in sheet[1]
    }
    assert [read_clause(text, clauses_of(offering)) for text in words(book, by_title["申报条件"])] == clauses
    assert by_title["补考科目"] == resits
    assert by_title["申报类型"] == kinds
    for column in COLUMNS:
        if column.words and column.key != "kind":
            assert by_title[column.title] == ",".join(column.words)
    assert by_title["姓名"] is None


def test_there_is_an_example_of_every_clause_and_one_of_another_document():
    offering = offering_of()
    clauses = clauses_of(offering)
    rows = examples(template(offering))
    assert [read_clause(row["clause"], clauses) for row in rows] == ["4.1", "4.2", "4.3", "4.1"]
    assert [row["id_type"] for row in rows] == ["", "", "", "护照"]


def test_the_conditions_come_with_papers_columns_age_schooling_and_fee():
    occupation = factories.OccupationFactory(minimum_schooling="junior_middle")
    offering = offering_of(work_type=factories.WorkTypeFactory(occupation=occupation))
    rows = texts(opened(template(offering))["申报条件"])
    assert [row[0] for row in rows] == ["四级(1)", "四级(2)", "四级(3)", "所有人", "所有人", "所有人"]
    assert rows[1][2:] == (
        "五级/初级工证书；取证后的工作年限证明（单位盖章）或社会保险缴费记录",
        "持有证书等级、持有证书发证日期、从事职业起始日期",
    )
    assert [row[1] for row in rows[3:]] == [
        "年龄：提交申报之日年满 16 周岁",
        "普通受教育程度：初中毕业及以上",
        "考核费：理论知识 ¥100.00，操作技能 ¥300.50，合计 ¥400.50；补考按所考科目收取",
    ]


def test_a_schooling_that_isnt_registered_is_said():
    rows = texts(opened(template(offering_of()))["申报条件"])
    assert rows[-2][1] == "普通受教育程度：未登记，以职业标准为准，由评价机构核对"


def test_the_instructions_name_the_offering_the_close_and_every_column():
    offering = offering_of()
    rows = texts(opened(template(offering))["填写说明"])
    assert offering.provider.filing_number in rows[0][2]
    assert rows[1][:3] == ("申报截止", "", "2026年3月31日 24:00 前。此前须完成上传、资格初审和提交。")
    assert [row[0] for row in rows[-len(COLUMNS) :]] == [column.title for column in COLUMNS]
    assert {row[0] for row in rows if row[1] == "必填"} == {"姓名", "证件号码", "手机号码", "申报条件"}


def test_the_same_day_gives_the_same_bytes():
    offering = offering_of()
    assert template(offering) == template(offering)


def test_without_rules_there_is_no_template():
    offering = offering_of(rule_set=None)
    EligibilityRuleSet.objects.all().delete()
    with pytest.raises(Refused, match="尚未登记"):
        template(offering)


def test_the_templates_name_fits_into_a_file_system():
    offering = offering_of()
    name = roster_books.template_name(offering, window_of(offering))
    assert name == f"名册模板-{offering.work_type}四级中级工-2026年3月批次.xlsx"


# --- 退改名册 --------------------------------------------------------------------------------------------------------

AT = factories.at(2026, 3, 10)
WRONG = [
    {"column": "phone", "kind": "phone", "message": "号码只有 10 位", "cure": "请核对", "stops": True},
    {"column": "held_on", "kind": "certificate", "message": "日期很早", "cure": "请核对", "stops": False},
    {"column": "", "kind": "ban", "message": "该人员目前不能申报", "cure": "", "stops": True},
]


@pytest.fixture
def group():
    return factories.GroupFactory(offering=offering_of())


@pytest.fixture
def officer(group):
    return officer_of(group.institution)


def faulty(group, faults=WRONG, **cells):
    row = row_of(group, state="faulty", **cells)
    row.faults = faults
    row.save()
    return row


def returned(group, officer, **chosen):
    return roster_books.returned_book(group, by=officer, at=AT, **chosen)


def test_a_returned_book_marks_the_faulty_cells_and_says_what_to_do(group, officer):
    row = faulty(group, held_on="2001-02-03")
    sheet = opened(returned(group, officer)).active
    titles = [cell.value.rstrip("*") for cell in sheet[1]]
    assert titles == ["问题", *(column.title for column in COLUMNS), "行标识"]
    cells = dict(zip(titles, sheet[2], strict=True))
    assert cells["问题"].value == (
        f"名册.xlsx 第 {row.number} 行\n1. 号码只有 10 位；请核对\n2. 日期很早；请核对\n3. 该人员目前不能申报"
    )
    noted = {title: cell.comment.text for title, cell in cells.items() if cell.comment}
    assert noted == {"手机号码": "号码只有 10 位；请核对", "持有证书发证日期": "日期很早；请核对"}
    filled = {title: cell.fill.fgColor.rgb for title, cell in cells.items() if cell.fill.fill_type}
    assert set(filled) == set(noted)
    assert len(set(filled.values())) == 2  # what stops, and what is only to be read


def test_only_what_is_to_be_mended_can_be_changed(group, officer):
    faulty(group)
    sheet = opened(returned(group, officer)).active
    assert sheet.protection.sheet
    assert [cell.protection.locked for cell in sheet[2]] == [True, *(False for _ in COLUMNS), True]
    assert sheet.column_dimensions["AD"].hidden
    assert sheet.data_validations.dataValidation


def test_read_back_it_says_what_the_rows_say(group, officer, tmp_path):
    rows = [
        faulty(group, name="=样本𠮷·㛃", photo_name="@一.jpg"),
        faulty(group, held_number="0012", major_name="x 10"),
    ]
    path = tmp_path / "file"
    path.write_bytes(returned(group, officer))
    table = read_table(path)
    header = read_header(table.header)
    assert (header.row_id, header.ignored) == (29, ())
    for row, line in zip(rows, table.rows, strict=True):
        cells = {key: cell for key, cell in zip(header.keys, line.cells, strict=True) if key}
        filled = [{key: cell for key, cell in found.items() if cell} for found in (cells, cells_of(row))]
        assert filled[0] == filled[1]
        named = row_ids.parse(line.cells[29])
        assert named
        assert named.row == row.uuid
        assert named.describes(cells)


def test_it_holds_the_faulty_rows_or_those_chosen_but_never_a_removed_or_a_strange_one(group, officer):
    wrong, clear = faulty(group), row_of(group)
    gone, strange = row_of(group, state="removed"), faulty(factories.GroupFactory())
    everybody = [wrong.pk, clear.pk, gone.pk, strange.pk]
    for chosen, expected in ((None, [wrong]), (everybody, [wrong, clear])):
        sheet = opened(returned(group, officer, rows=chosen)).active
        numbers = [cell.value for cell in sheet["D"][1:]]
        assert numbers == [row.id_cipher for row in expected]


def test_each_book_is_an_audit_event_with_its_purpose_and_count(group, officer):
    faulty(group)
    returned(group, officer)
    event = AuditEvent.objects.get(action="group.returned_book")
    assert (event.actor_id, event.object_id) == (officer.pk, str(group.pk))
    assert event.details == {"purpose": "退改名册", "rows": 1, "fields": ["id_number", "phone", "photo_name"]}


def test_a_stranger_gets_none_and_nothing_to_mend_is_said(group, officer):
    row_of(group)
    stranger = officer_of(factories.InstitutionFactory())
    for somebody in (stranger, factories.staff(group.offering.provider)):
        with pytest.raises(NotAllowed):
            returned(group, somebody)
    with pytest.raises(Refused, match="没有需要修改的行"):
        returned(group, officer)
    assert not AuditEvent.objects.filter(action="group.returned_book").exists()


def test_no_book_is_larger_than_what_can_come_back(group, officer):
    roster = roster_of(group)
    RosterRow.objects.bulk_create(
        RosterRow(roster=roster, group=group, number=number, state="faulty") for number in range(2, 2003)
    )
    with pytest.raises(Refused, match="最多 2,000 行"):
        returned(group, officer)
    RosterRow.objects.first().delete()
    assert opened(returned(group, officer)).active.max_row == 2001


def test_its_name_tells_the_time_and_nobody(group):
    assert roster_books.returned_book_name(group, AT) == f"退改名册-{group.number}-0310-1200.xlsx"
