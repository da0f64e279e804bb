"""What the portal hands out as a spreadsheet: text as text, nothing that calculates, the same bytes each time."""

import io
import time
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from skilleval.core.spreadsheets import Column, Marked, Sheet, read_table, write_workbook
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
    assert [[cell.protection.locked for cell in row] for row in sheet.iter_rows()] == [[True, True], [True, False]]
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}


def test_what_is_typed_later_is_text_too():
    columns = [Column("座位"), Column("成绩", editable=True), Column("人数", number=True)]
    shapes = opened(Sheet("表", columns, empty_rows=2000, locked=True)).active.column_dimensions
    assert [shapes[letter].number_format for letter in "ABC"] == ["@", "@", "General"]
    assert [shapes[letter].protection.locked for letter in "ABC"] == [True, False, True]
    assert opened(Sheet("表", columns)).active.column_dimensions["A"].number_format == "General"


def test_a_drop_down_covers_the_rows_and_the_empty_ones():
    columns = [Column("姓名"), Column("状态", choices=("正常", "缺考"))]
    sheet = opened(Sheet("表", columns, [("甲", None)], empty_rows=3)).active
    (offered,) = sheet.data_validations.dataValidation
    assert (offered.type, offered.formula1, str(offered.sqref)) == ("list", '"正常,缺考"', "B2:B5")
    assert not opened(Sheet("表", columns)).active.data_validations.dataValidation


@pytest.mark.parametrize("choices", [("a,b",), ('a"b', "c"), ("长" * 256,)])
def test_choices_that_dont_fit_into_a_cell_stand_on_a_hidden_sheet(choices):
    book = opened(
        Sheet("表", [Column("a", choices=("是", "否")), Column("b", choices=choices)], empty_rows=9),
        Sheet("另表", [Column("c", choices=choices)], empty_rows=9),
    )
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("表", "visible"),
        ("另表", "visible"),
        ("词表", "hidden"),
    ]
    offered = [sheet.data_validations.dataValidation for sheet in book.worksheets]
    assert [[one.formula1 for one in some] for some in offered] == [
        ['"是,否"', f"'词表'!$A$1:$A${len(choices)}"],
        [f"'词表'!$B$1:$B${len(choices)}"],
        [],
    ]
    for letter in "AB":
        assert tuple(cell.value for cell in book["词表"][letter][: len(choices)]) == choices


def test_a_marked_cell_is_filled_and_says_why(tmp_path):
    columns = [Column("姓名"), Column("手机号码")]
    rows = [("甲", Marked("=12", "位数不符\n请改\x07正")), (Marked(None, "请填写", hint=True), "1")]
    made = write_workbook([Sheet("表", columns, rows)])
    sheet = load_workbook(io.BytesIO(made)).active
    assert {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment} == {
        "B2": "位数不符\n请改正",
        "A3": "请填写",
    }
    fills = [[cell.fill.fgColor.rgb for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert fills[0][0] == fills[1][1] == "00000000"
    assert len({fills[0][0], fills[0][1], fills[1][0]}) == 3
    assert sheet["B2"].number_format == "@"
    path = tmp_path / "file"
    path.write_bytes(made)
    assert [row.cells for row in read_table(path).rows] == [("甲", "=12"), ("", "1")]


def test_a_required_column_stands_out_and_a_note_stands_at_the_name():
    sheet = opened(Sheet("表", [Column("姓名", required=True, note="与证件一致"), Column("备注", wrapped=True)])).active
    assert [cell.value for cell in sheet[1]] == ["姓名*", "备注"]
    assert [cell.comment and cell.comment.text for cell in sheet[1]] == ["与证件一致", None]
    assert sheet["A1"].fill.fgColor.rgb != sheet["B1"].fill.fgColor.rgb


def test_long_text_goes_on_beneath_and_columns_can_be_kept_out_of_sight_or_in_view():
    columns = [Column("姓名"), Column("问题", wrapped=True), Column("标识", hidden=True)]
    sheet = opened(Sheet("表", columns, [("甲", "一\n二", "x")], frozen=1)).active
    assert [cell.alignment.wrap_text for cell in sheet[2]] == [None, True, None]
    assert [sheet.column_dimensions[letter].hidden for letter in "ABC"] == [False, False, True]
    assert sheet.freeze_panes == "B2"


def test_a_row_of_another_length_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="row 2 has 1 cells for 2"):
        write_workbook([Sheet("表", [Column("a"), Column("b")], [("x",)])])


@pytest.mark.parametrize(("title", "kept"), [("a/b:c", "a b c"), ("长" * 40, "长" * 31), ("", "Sheet")])
def test_a_sheet_has_a_name_that_spreadsheets_allow(title, kept):
    assert opened(Sheet(title, [Column("a")])).sheetnames == [kept]


def test_the_same_sheets_give_the_same_bytes():
    columns = [Column("a", choices=("x",), note="注"), Column("b", choices=("长" * 256,))]
    sheets = [Sheet("表", columns, [("x", Marked("y", "改"))], locked=True)]
    first = write_workbook(sheets)
    time.sleep(1.1)
    assert write_workbook(sheets) == first
