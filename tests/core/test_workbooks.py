"""What the portal hands out as a spreadsheet: text as text, nothing that calculates, the same bytes each time."""

import io
import time
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from skilleval.core.spreadsheets import Column, Sheet, read_table, write_workbook
from skilleval.core.spreadsheets.escaping import escaped, unescaped


def opened(*sheets):
    return load_workbook(io.BytesIO(write_workbook(sheets)))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1＋1", "'＝1＋1"),
        ("＋", "'＋"),
        ("－", "'－"),
        ("＠", "'＠"),
        ("\t=1", "'=1"),
        (" =1", "'=1"),
        ("'=1", "''=1"),
        ("1=1", "1=1"),
        ("'甲", "'甲"),
        ("甲-乙", "甲-乙"),
        ("", ""),
    ],
)
def test_what_begins_like_a_formula_is_plain_text(text, safe):
    assert escaped(text) == safe
    assert unescaped(safe) == text.strip()


def test_text_is_text_and_numbers_only_where_they_are_meant():
    columns = [Column("准考证号"), Column("日期"), Column("金额", number=True), Column("备注", number=True)]
    rows = [("00012604000017", date(2026, 3, 21), Decimal("95.50"), "=1+1")]
    sheet = opened(Sheet("成绩", columns, rows)).active
    cells = sheet[2]
    assert [cell.value for cell in cells] == ["00012604000017", "2026-03-21", 95.5, "'=1+1"]
    assert [cell.data_type for cell in cells] == ["s", "s", "n", "s"]
    assert [cell.number_format for cell in cells] == ["@", "@", "General", "@"]


def test_what_is_written_is_read_back(tmp_path):
    texts = ("=1+1", "＠x", "'=1", "59.50", "𠮷 䶮", "甲\n乙", "310101199001010356", "a\x07b")
    path = tmp_path / "file"
    path.write_bytes(write_workbook([Sheet("表", [Column(f"列{n}") for n in range(8)], [texts])]))
    table = read_table(path)
    assert table.rows[0].cells == ("=1+1", "＠x", "'=1", "59.50", "𠮷 䶮", "甲 乙", "310101199001010356", "ab")
    assert table.rows[0].lossy == frozenset()


def test_the_header_stays_in_view_and_columns_have_their_width():
    sheet = opened(Sheet("表", [Column("姓名", width=20), Column("成绩", width=8)])).active
    assert sheet.freeze_panes == "A2"
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [20, 8]
    assert all(cell.font.bold for cell in sheet[1])


def test_only_what_is_to_be_filled_in_is_unlocked():
    columns = [Column("座位"), Column("成绩", editable=True)]
    book = opened(
        Sheet("表", columns, [("1", None)], empty_rows=1, locked=True), Sheet("说明", [Column("说明")], [("文",)])
    )
    sheet, notes = book.worksheets
    assert (sheet.protection.sheet, notes.protection.sheet) == (True, False)
    assert [[cell.protection.locked for cell in row] for row in sheet.iter_rows()] == [
        [True, True],
        [True, False],
        [True, False],
    ]
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}


def test_a_drop_down_covers_the_rows_and_the_empty_ones():
    columns = [Column("姓名"), Column("状态", choices=("正常", "缺考"))]
    sheet = opened(Sheet("表", columns, [("甲", None)], empty_rows=3)).active
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.type, offered.formula1, str(offered.sqref)) == ("list", '"正常,缺考"', "B2:B5")
    assert not opened(Sheet("表", columns)).active.data_validations.dataValidation


@pytest.mark.parametrize("choices", [("a,b",), ('a"b',), ("长" * 256,)])
def test_choices_that_dont_fit_are_a_mistake_of_ours(choices):
    with pytest.raises(ValueError, match="don't fit"):
        write_workbook([Sheet("表", [Column("a", choices=choices)], [("x",)])])


def test_a_row_of_another_length_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="row 2 has 1 cells for 2"):
        write_workbook([Sheet("表", [Column("a"), Column("b")], [("x",)])])


@pytest.mark.parametrize(("title", "kept"), [("a/b:c", "a b c"), ("长" * 40, "长" * 31), ("", "Sheet")])
def test_a_sheet_has_a_name_that_spreadsheets_allow(title, kept):
    assert opened(Sheet(title, [Column("a")])).sheetnames == [kept]


def test_the_same_sheets_give_the_same_bytes():
    sheets = [Sheet("表", [Column("a", choices=("x",)), Column("b")], [("x", "y")], locked=True)]
    first = write_workbook(sheets)
    time.sleep(1.1)
    assert write_workbook(sheets) == first
