"""名册 as a sheet, in the template and in returned workbooks: widths, drop-downs, notes, marks (SPEC 5.2). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from registration.enums import ApplicationKind
from registration.rosters.clauses import choice
from registration.rosters.columns import COLUMNS, FAULTS_TITLE, ROW_ID_TITLE, RosterColumn
from registration.rosters.instructions import explained
from registration.rule_sets import Clause
from skilleval.catalogue.enums import Level, SubjectKind
from skilleval.core.spreadsheets import Cell, Column, Marked

WIDTHS = {
    "name": 14,
    "id_type": 24,
    "id_number": 24,
    "sex": 8,
    "schooling": 24,
    "clause": 40,
    "work_from": 18,
    "work_to": 18,
    "held_code": 18,
    "held_number": 26,
    "held_on": 18,
    "school_name": 24,
    "major_name": 20,
    "resit_subjects": 22,
    "photo_name": 34,
}
USUAL_WIDTH = 15
FAULTS_WIDTH = 44
JOINED = "、"

Faults = Sequence[Mapping[str, Any]]  # as RosterRow keeps them


def roster_columns(level: str, clauses: Sequence[Clause], subjects: Sequence[str]) -> list[Column]:
    """The 28 columns for an offering of a level, with its own clauses and its subjects to resit."""
    return [_column(column, _words(column, level, clauses, subjects)) for column in COLUMNS]


def returned_columns(level: str, clauses: Sequence[Clause], subjects: Sequence[str]) -> list[Column]:
    """The same between 问题 and 行标识, which only the portal writes."""
    return [
        Column(FAULTS_TITLE, width=FAULTS_WIDTH, wrapped=True, note="改好后不用删除本列；上传时不读取"),
        *roster_columns(level, clauses, subjects),
        Column(ROW_ID_TITLE, width=10, hidden=True),
    ]


def roster_cells(cells: Mapping[str, str]) -> list[Cell]:
    """A row's cells by column key, in the columns' order."""
    return [cells.get(column.key, "") for column in COLUMNS]


def returned_cells(cells: Mapping[str, str], *, faults: Faults, row_id: str, origin: str) -> list[Cell]:
    """A row as it was typed, its faulty cells marked, with all that is wrong in front and its id at the end.

    `origin` says which row of the earlier file this was.
    """
    said = [f"{number}. {sentence(fault)}" for number, fault in enumerate(faults, start=1)]
    marked = [_marked(column, cells.get(column.key, ""), faults) for column in COLUMNS]
    return ["\n".join([origin, *said]), *marked, row_id]


def sentence(fault: Mapping[str, Any]) -> str:
    """What is wrong and how to mend it, on one line."""
    return f"{fault['message']}；{fault['cure']}" if fault["cure"] else str(fault["message"])


def _marked(column: RosterColumn, value: str, faults: Faults) -> Cell:
    own = [fault for fault in faults if fault["column"] == column.key]
    if not own:
        return value
    return Marked(value, "\n".join(map(sentence, own)), hint=not any(fault["stops"] for fault in own))


def _column(column: RosterColumn, words: tuple[str, ...]) -> Column:
    return Column(
        column.title,
        width=WIDTHS.get(column.key, USUAL_WIDTH),
        choices=words,
        editable=True,
        required=column.required,
        note=column.hint if column.key == "clause" else explained(column, words),
    )


def _words(column: RosterColumn, level: str, clauses: Sequence[Clause], subjects: Sequence[str]) -> tuple[str, ...]:
    if column.key == "clause":
        return tuple(map(choice, clauses))
    if level == Level.SPECIAL and column.key in ("kind", "resit_subjects"):  # which has no resit (SPEC 9.3)
        return (str(ApplicationKind.NEW.label),) if column.key == "kind" else ()
    return _resits(subjects) if column.key == "resit_subjects" else column.words


def _resits(subjects: Sequence[str]) -> tuple[str, ...]:
    """What may be left to resit: any of the subjects, but not all of them."""
    names = [str(SubjectKind(subject).label) for subject in subjects]
    return tuple(JOINED.join(some) for count in range(1, len(names)) for some in combinations(names, count))
