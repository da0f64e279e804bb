"""Of the rows of a group that bear the same document number one stands, the others are told (SPEC 5.2). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from registration.enums import STANDING_ROWS
from registration.rosters.faults import Fault

BY_HAND = "逐人添加"
CURE = "请核对证件号码；确为同一人的，只保留一行，移除多余的一行"


class Member(NamedTuple):
    """A row among those with its document number. `pk` is None before it is kept."""

    pk: int | None
    roster: int
    roster_name: str
    number: int
    state: str

    @property
    def place(self) -> tuple[int, int]:
        return self.roster, self.number

    @property
    def stands(self) -> bool:
        return self.state in STANDING_ROWS


def keeper(members: Iterable[Member]) -> Member:
    """The row that stands for the person: the one that does already, else the one that was there first."""
    return min(members, key=lambda one: (not one.stands, one.pk is None, one.pk or one.number))


def fault(member: Member, kept: Member) -> Fault:
    """What to tell about a row while another one stands for the person."""
    where = "" if member.roster == kept.roster else f"“{kept.roster_name}”" if kept.roster_name else BY_HAND
    return Fault("id_number", "duplicate", f"与{where}第 {kept.number} 行重复", CURE)
