"""A workbook's rows on their way: what each says, what is wrong with it, and whether it is there already. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registration.rosters.faults import Fault
from registration.rosters.reading import Reading
from registration.takeovers.columns import column_of
from registration.takeovers.market import Market
from registration.takeovers.reading import PersonFacts, in_order, read_row

#: What an app makes of a sound reading: the facts it will load, None where the row doesn't say enough.
Judge = Callable[[Reading, PersonFacts | None, Market, date], Any]


@dataclass(frozen=True)
class Checked:
    """A row by its number in the file and what it says by itself; `key` is the same for rows about the same thing."""

    number: int
    cells: Mapping[str, str]
    faults: tuple[Fault, ...]
    facts: Any = None
    key: Hashable = None

    @property
    def sound(self) -> bool:
        return self.facts is not None and not any(fault.stops for fault in self.faults)


@dataclass(eq=False)
class Line:
    """A checked row as it is held against the database: `known` says in words what is there already."""

    checked: Checked
    faults: list[Fault] = field(default_factory=list)
    known: str = ""
    record: Any = None  # the person's record, where there is one

    @property
    def facts(self) -> Any:
        return self.checked.facts

    @property
    def sound(self) -> bool:
        return self.checked.sound and not any(fault.stops for fault in self.faults)

    @property
    def is_new(self) -> bool:
        """Whether there is something to load."""
        return self.sound and not self.known

    def stop(self, column: str, kind: str, message: str, cure: str) -> None:
        """Note what stops the row."""
        self.faults.append(Fault(column, kind, message, cure))

    def hint(self, column: str, kind: str, message: str, cure: str) -> None:
        """Note what is worth knowing and stops nothing."""
        self.faults.append(Fault(column, kind, message, cure, stops=False))

    @property
    def told(self) -> tuple[Fault, ...]:
        """All that is wrong with the row, its own faults first."""
        return (*self.checked.faults, *self.faults)


def check_row(
    kind: str, number: int, cells: Mapping[str, str], lossy: Iterable[str], *, judge: Judge, market: Market, on: date
) -> Checked:
    """Judge a row by what it says alone."""
    row, person = read_row(kind, cells, lossy, on)
    facts = judge(row, person, market, on)
    faults = in_order(kind, row.faults)
    sound = facts is not None and not row.bad
    return Checked(number, cells, faults, facts if sound else None, facts.key if sound else None)


def mark_doubles(rows: Sequence[Checked]) -> list[Checked]:
    """Of rows about the same thing the first one stands, the others are told (as with rosters)."""
    first: dict[Hashable, int] = {}
    found = []
    for row in rows:
        if row.sound and (earlier := first.setdefault(row.key, row.number)) != row.number:
            fault = Fault(_blamed(row), "duplicate", f"与第 {earlier} 行重复", "请只保留一行")
            row = Checked(row.number, row.cells, (*row.faults, fault))
        found.append(row)
    return found


def report_of(kind: str, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines of the report: row, column, what is wrong and how to mend it; nothing of what the cells say."""
    found: list[dict[str, Any]] = []
    for line in lines:
        row = line.checked.number
        if line.sound and line.known:
            found.append(
                {"row": row, "key": "", "column": "", "message": line.known, "cure": "不会重复导入", "stops": False}
            )
            continue
        found += [{"row": row, "column": column_of(kind, fault.column).title, **_told(fault)} for fault in line.told]
    return found


def _told(fault: Fault) -> dict[str, Any]:
    return {"key": fault.column, "message": fault.message, "cure": fault.cure, "stops": fault.stops}


def _blamed(row: Checked) -> str:
    return "id_number" if "id_number" in row.cells else "serial"
