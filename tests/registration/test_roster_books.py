"""The workbooks of a group: what is to be filled in, what comes back marked, and what the city gets (SPEC 5.2, 5.7)."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from registration.models import Window
from registration.rosters.columns import COLUMN, COLUMNS
from registration.rosters.header import read_header
from registration.services import roster_books
from skilleval.catalogue.models import EligibilityRuleSet, Offering
from skilleval.core import identity
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import read_table
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 10)
PRICES = {"theory": Decimal(100), "practical": Decimal("300.5"), "review": Decimal(200)}
KEYS = [column.key for column in COLUMNS]


def offering_of(level: str = "4", **fields) -> Offering:
    return factories.OfferingFactory(level=level, **fields)


def window_of(offering: Offering) -> Window:
    return factories.window_of(offering.provider)


def template(offering: Offering, prices=PRICES):
    return roster_books.template(offering, window_of(offering), ON, prices=prices)


def opened(content: bytes):
    return load_workbook(io.BytesIO(content))


def texts(sheet) -> list[tuple[str, ...]]:
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def examples(content: bytes) -> list[dict[str, str]]:
    """The example rows by column key, as a reader would see them once they were copied."""
    return [dict(zip(KEYS, row, strict=True)) for row in texts(opened(content)["示例"])]


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
        ("5", "5.1,5.2", "理论知识,操作技能", "正考,补考"),
        ("4", "4.1,4.2,4.3", "理论知识,操作技能", "正考,补考"),
        (
            "2",
            "2.1,2.2,2.3,2.4,2.5",
            "理论知识,操作技能,综合评审,理论知识、操作技能,理论知识、综合评审,操作技能、综合评审",
            "正考,补考",
        ),
        ("special", "S.1", None, "正考"),
    ],
)
def test_drop_downs_have_the_offerings_own_clauses_and_subjects(level, clauses, resits, kinds):
    sheet = opened(template(offering_of(level)))["名册"]
    offered = {str(one.sqref): one.formula1.strip('"') for one in sheet.data_validations.dataValidation}
    by_title = {
        cell.value.rstrip("*"): offered.get(f"{cell.column_letter}2:{cell.column_letter}2001") for cell in sheet[1]
    }
    assert by_title["申报条件"] == clauses
    assert by_title["补考科目"] == resits
    assert by_title["申报类型"] == kinds
    for column in COLUMNS:
        if column.words and column.key != "kind":
            assert by_title[column.title] == ",".join(column.words)
    assert by_title["姓名"] is None


@pytest.mark.parametrize("level", ["5", "4", "3", "2", "1", "special"])
def test_there_is_an_example_of_every_clause_and_one_of_another_document(level):
    offering = offering_of(level)
    rows = examples(template(offering))
    codes = [clause.code for clause in roster_books.backgrounds.rules_of(offering.rule_set).of_level(level)]
    assert [row["clause"] for row in rows] == [*codes, codes[0]]
    assert len({row["id_number"] for row in rows}) == len({row["phone"] for row in rows}) == len(rows)
    for row in rows:
        assert row["name"].startswith("样本")
        kind = identity.IdentityType.PASSPORT if row["id_type"] else identity.IdentityType.RESIDENT
        assert identity.check(row["id_number"], kind, as_of=ON) == ()
    assert (rows[-1]["id_type"], rows[-1]["sex"], rows[-1]["born"]) == ("护照", "女", "1988-01-15")


def test_the_conditions_come_with_papers_columns_age_schooling_and_fee():
    occupation = factories.OccupationFactory(minimum_schooling="junior_middle")
    offering = offering_of(work_type=factories.WorkTypeFactory(occupation=occupation))
    rows = texts(opened(template(offering))["申报条件"])
    assert [row[:2] for row in rows] == [
        ("4.1", "四级(1)"),
        ("4.2", "四级(2)"),
        ("4.3", "四级(3)"),
        ("", "所有人"),
        ("", "所有人"),
        ("", "所有人"),
    ]
    assert rows[1][3:] == (
        "五级/初级工证书；取证后的工作年限证明（单位盖章）或社会保险缴费记录",
        "从事职业起始日期、从事职业截止日期、持有证书等级、持有证书编号、持有证书发证日期",
    )
    assert [row[2] for row in rows[3:]] == [
        "年龄：提交申报之日年满 16 周岁",
        "普通受教育程度：初中毕业及以上",
        "考核费：理论知识 ¥100.00，操作技能 ¥300.50，合计 ¥400.50；补考按所考科目收取",
    ]


@pytest.mark.parametrize("prices", [{}, {"theory": Decimal(100)}])
def test_a_fee_that_isnt_published_is_said(prices):
    rows = texts(opened(template(offering_of(), prices))["申报条件"])
    assert rows[-1][2] == "考核费：费用待公布"
    assert rows[-2][2] == "普通受教育程度：未登记，以职业标准为准，由评价机构核对"


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


def test_its_name_fits_into_a_file_system():
    offering = offering_of()
    name = roster_books.template_name(offering, window_of(offering))
    assert name == f"名册模板-{offering.work_type}四级中级工-2026年3月批次.xlsx"
