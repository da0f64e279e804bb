"""How a decision's measures are read by somebody: the provider's people, a supervisor, the person (SPEC 10, 12).

The measures themselves are worded in one place, `queries.measures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from discipline.models import Decision
from discipline.queries.consequences import Consequences
from discipline.queries.measures import Line, decision_lines, preview_lines
from discipline.sanctions import BAN_YEARS
from registration.models import Application
from skilleval.core.wording import cn_date


def effects_of(found: Consequences, *, at: int | None = None) -> list[Line]:
    """Every measure of a decision that isn't made yet, and how its ban was computed.

    `at` is the provider whose staff read it: what it does at others they learn as a number only.
    """
    lines = _with_ban(preview_lines(found), found.ban_from, found.ban_until, found.severity, found.sanction.clause)
    return _read_at(lines, (ended.application for ended in found.ended), at)


def decided_effects(decision: Decision, *, at: int | None = None) -> list[Line]:
    """The measures of a decision that was made; `at` as in `effects_of`."""
    clause = decision.heaviest.removeprefix("M-")
    lines = _with_ban(decision_lines(decision), decision.ban_from, decision.ban_until, decision.severity, clause)
    if at is None:
        return lines
    ended = [entry["id"] for entry in decision.effects.get("ended", ())]
    return _read_at(lines, Application.objects.filter(pk__in=ended).select_related("offering"), at)


def _with_ban(lines: list[Line], first: date | None, last: date | None, severity: str, clause: str) -> list[Line]:
    """The ban's line says how its days were computed, too."""
    if first is None or last is None:
        return lines
    how = _computed(last, severity, clause)
    return [Line(line.title, f"{line.text}。{how}") if line.title == "禁考" else line for line in lines]


def _computed(last: date, severity: str, clause: str) -> str:
    if clause.startswith("3"):
        return f"自决定之日起，到评价当年（{last.year} 年）年底为止"
    years = BAN_YEARS[severity]
    return f"自决定之日起 {years} 年，到满 {years} 年之日（{cn_date(last + timedelta(days=1))}）的前一日为止"


def _read_at(lines: list[Line], ended: Iterable[Application], at: int | None) -> list[Line]:
    """Without what happens at other providers, which is counted instead."""
    elsewhere = {f"申报 {one.number}" for one in ended if at is not None and one.offering.provider_id != at}
    if not elsewhere:
        return lines
    kept = [line for line in lines if line.title not in elsewhere]
    return [*kept, Line("其他机构的申报", f"{len(elsewhere)} 项取消")]
