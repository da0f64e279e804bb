"""A mark sheet as a workbook: what it holds when it is handed out, and what is made of it when it comes back.

It carries ticket number, room and seat, nothing else of a person. It comes back whole or not at all: each fault is
told by row and column with its cure, and none of the marks is taken while there is one (SPEC 9.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from certificates.entering import Entered, normalised, read_mark
from certificates.grading import MarkError

TICKET, ROOM, SEAT, SCORE, ABSENT = "准考证号", "考场", "座位号", "成绩", "缺考"
COLUMNS = (TICKET, ROOM, SEAT, SCORE, ABSENT)
NAMES_SHEET = "成绩册编号 "  # the last column's name ends in the sheet's uuid
HEADER = 1  # the row of the column names


class Line(Protocol):
    """A line of the sheet, as `queries.readings.SheetRow` is one."""

    @property
    def application_id(self) -> int: ...
    @property
    def ticket(self) -> str: ...
    @property
    def room(self) -> str: ...
    @property
    def seat(self) -> int: ...
    @property
    def absent(self) -> bool: ...
    @property
    def cancelled(self) -> bool: ...


class Filled(Protocol):
    """A row as it came back: its number in the file and its cells as text."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell, and how to mend it."""

    row: int
    column: str
    text: str


@dataclass
class Report:
    """What a returned workbook says: the marks by application, or the faults for which none is taken."""

    marks: dict[int, Entered] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return not self.faults

    def refuse(self, row: int, column: str, text: str) -> None:
        self.faults.append(Fault(row, column, text))


def cells_of(lines: Iterable[Line]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """The rows handed out: who is absent by the room's record or cancelled is marked so, and needs nothing."""
    for line in lines:
        score = "成绩取消" if line.cancelled else ""
        yield line.ticket, line.room, str(line.seat), score, "是" if line.absent and not line.cancelled else "", ""


def judge(header: Sequence[str], rows: Iterable[Filled], *, uuid: str, lines: Sequence[Line]) -> Report:
    """Compare a returned workbook with its sheet: every line once, in whatever order, each with a mark or 缺考."""
    report = Report()
    if not _names_its_sheet(header, uuid, report):
        return report
    places = {name: header.index(name) for name in COLUMNS}
    known = {_key(line.ticket, line.room, str(line.seat)): line for line in lines}
    seen: dict[str, int] = {}
    for row in rows:
        cells = {name: normalised(row.cells[place]) for name, place in places.items()}
        _judge_row(row.number, cells, known, seen, report)
    for key, line in known.items():
        if key not in seen:
            report.refuse(
                0, TICKET, f"缺少 {line.ticket or '无准考证'}（{line.room} {line.seat} 号）的行，请从模板补上"
            )
    return report


def _names_its_sheet(header: Sequence[str], uuid: str, report: Report) -> bool:
    missing = [name for name in COLUMNS if name not in header]
    named = [name.removeprefix(NAMES_SHEET) for name in header if name.startswith(NAMES_SHEET)]
    if missing:
        report.refuse(HEADER, "、".join(missing), "没有这些列，请使用本页下载的模板")
    elif not named:
        report.refuse(HEADER, NAMES_SHEET.strip(), "没有成绩册编号，请使用本页下载的模板，不要删改第一行")
    elif named != [uuid]:
        report.refuse(HEADER, NAMES_SHEET.strip(), "这是另一场次、科目或机构的成绩册，请下载本成绩册的模板后填写")
    return report.accepted


def _judge_row(
    number: int, cells: dict[str, str], known: dict[str, Line], seen: dict[str, int], report: Report
) -> None:
    key = _key(cells[TICKET], cells[ROOM], cells[SEAT])
    line = known.get(key)
    if line is None:
        report.refuse(number, TICKET, f"“{cells[TICKET] or key}”不在本成绩册中，请核对号码，多余的行请删除")
    elif key in seen:
        report.refuse(number, TICKET, f"与第 {seen[key]} 行重复，请只保留一行")
    elif cells[SEAT] != str(line.seat) or cells[ROOM] != normalised(line.room):
        report.refuse(number, SEAT, f"与准考证号不符，应为{line.room} {line.seat} 号，请核对是否错行")
    else:
        _read(number, cells, line, report)
    seen.setdefault(key, number)


def _read(number: int, cells: dict[str, str], line: Line, report: Report) -> None:
    if line.cancelled:
        if cells[SCORE] not in ("", "成绩取消") or cells[ABSENT]:
            report.refuse(number, SCORE, "成绩已被处理决定取消，请清空该行的成绩和缺考")
        return
    try:
        mark = read_mark(cells[SCORE], cells[ABSENT])
    except MarkError as error:
        report.refuse(number, SCORE, str(error))
        return
    if line.absent:
        if mark is not None and mark.score is not None:
            report.refuse(number, SCORE, "考场记录为缺考，不能填成绩；记录有误的，请先由考务人员更正考场记录")
    elif mark is None:
        report.refuse(number, SCORE, "没有成绩；请填写成绩，缺考的请在“缺考”栏填“是”")
    else:
        report.marks[line.application_id] = mark


def _key(ticket: str, room: str, seat: str) -> str:
    return ticket or f"{normalised(room)} {seat}"
