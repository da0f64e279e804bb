"""Who is let in on the day (SPEC 8, 10). Pure: facts about one place in, the reason against it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registration.enums import ApplicationState
from skilleval.core.wording import cn_period

NO_TICKET = "准考证尚未发放；报名表签字原件补交登记后即发放"


@dataclass(frozen=True)
class Banned:
    """A period in which somebody may not sit; both days included."""

    first: date
    last: date
    source: str


@dataclass(frozen=True)
class Facts:
    """What is known of a person and their seat when they stand at the door."""

    on: date  # the sitting's day
    state: str  # of the application
    ticket_in_force: bool
    ticket_withdrawn: bool = False
    bans: tuple[Banned, ...] = ()


def refusal(facts: Facts) -> str:
    """Why somebody isn't let in; empty for whom nothing stands against. The heaviest reason comes first (SPEC 10)."""
    active = [ban for ban in facts.bans if ban.first <= facts.on <= ban.last]
    if active:
        ban = max(active, key=lambda one: one.last)
        return f"{cn_period(ban.first, ban.last)}期间不得参加评价（处理决定 {ban.source}）"
    if facts.state != ApplicationState.SCHEDULED:
        return f"申报目前为“{ApplicationState(facts.state).label}”，没有排定的考试"
    if facts.ticket_in_force:
        return ""
    if facts.ticket_withdrawn:
        return "准考证已收回"
    return NO_TICKET


def excused(tickets_from: date | None, today: date) -> str:
    """The refusal that stands against nobody yet: tickets aren't given out before their day."""
    return NO_TICKET if tickets_from and today < tickets_from else ""
