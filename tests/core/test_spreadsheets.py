"""Every spreadsheet of the corpus is read as it should be, or refused with what to do about it."""

import subprocess
import sys
from pathlib import Path

import pytest

from skilleval.core import files
from skilleval.core.errors import Refused
from skilleval.core.spreadsheets import Column, Sheet, inspector, read_table, reading, write_workbook
from tests.core.hostile_sheets import GOOD, SHEETS, cell, far, workbook

OURS = [Sheet("名册", [Column("姓名", choices=("甲", "乙"), editable=True)], [["甲"]], empty_rows=3, locked=True)]


@pytest.fixture
def kept(tmp_path):
    """Write a spreadsheet down under a name that says nothing."""

    def keep(content):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return keep


@pytest.mark.parametrize("name", SHEETS)
def test_each_spreadsheet_of_the_corpus(name, kept):
    content, outcome = SHEETS[name]
    if isinstance(outcome, str):
        with pytest.raises(Refused, match=outcome) as refusal:
            read_table(kept(content))
        assert refusal.value.field == "upload"
    elif isinstance(outcome, int):
        assert len(read_table(kept(content)).rows) == outcome
    else:
        table = read_table(kept(content))
        assert [table.header, *(row.cells for row in table.rows)] == outcome


@pytest.mark.parametrize("content", [GOOD, write_workbook(OURS)], ids=["openpyxl", "our own"])
def test_what_the_usual_programs_write_isnt_walked_through(content, kept, monkeypatch):
    """The walk finds more, but takes far longer."""
    monkeypatch.setattr(inspector, "_Cells", None)
    assert inspector.inspect(str(kept(content)), 2000, 60) == ("xlsx", 0)


def test_rows_keep_their_number_in_the_file(kept):
    table = read_table(kept("\n姓名\n\n甲\n\n\n乙\n".encode()))
    assert [(row.number, row.cells) for row in table.rows] == [(4, ("甲",)), (7, ("乙",))]


@pytest.mark.parametrize(
    ("number", "lossy"),
    [("310101199001010356", True), ("1000000000000000", True), ("999999999999999", False), ("12345678901234", False)],
)
def test_a_number_that_has_lost_its_last_digits_is_marked(kept, number, lossy):
    table = read_table(kept(cell(f'<c r="B2"><v>{number}</v></c>'.encode())))
    assert table.rows[0].lossy == (frozenset({1}) if lossy else frozenset())


def test_a_number_as_text_has_lost_nothing(kept):
    table = read_table(kept(workbook(("姓名", "证件号码"), ("甲", "310101199001010356"))))
    assert (table.rows[0].cells[1], table.rows[0].lossy) == ("310101199001010356", frozenset())


def test_limits_are_the_callers(kept):
    path = kept(b"a,b,c\n1,2,3\n4,5,6\n")
    with pytest.raises(Refused, match="最多 1 行"):
        read_table(path, max_rows=1)
    with pytest.raises(Refused, match="最多 2 列"):
        read_table(path, max_columns=2)
    assert len(read_table(path, max_rows=2, max_columns=3).rows) == 2


@pytest.mark.django_db
def test_a_stored_file_is_read_before_and_after_its_commit(media):
    stored = files.keep(GOOD, kind="spreadsheet", name="成绩.xlsx", content_type="text/csv", owner_label="场次 1")
    assert read_table(stored).header == ("姓名", "成绩")


def test_a_child_that_dies_is_a_file_that_cant_be_read(kept):
    """Two cells in opposite corners, past the inspector: the reader asks for more memory than a child may have."""
    corners = kept(far("XFD1048576"))
    with pytest.raises(Refused, match="文件无法读取"):
        read_table(corners, max_rows=200_000, max_columns=20_000)


def test_a_file_that_is_gone_is_refused_too(tmp_path):
    with pytest.raises(Refused, match="文件无法读取"):
        read_table(tmp_path / "nothing")


def test_the_child_imports_nothing_of_the_portal():
    program = "import sys; sys.path.append(sys.argv[1]); import extractor; print([m for m in sys.modules if 'sk' in m])"
    folder = str(Path(reading.__file__).parent)
    done = subprocess.run([sys.executable, "-I", "-c", program, folder], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
