"""What a statement's page shows: where it stands, its lines by what is to become of them, and what each may be for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from fees.enums import LineState, OrderState, StatementState
from fees.models import Order, OrderLine, Statement, StatementLine
from fees.queries.statements import RUNNING, is_stuck, job_of, may_be_discarded, overlapping, sums_of

LINES_SHOWN = 50
TONES = {
    LineState.MATCHED: "success",
    LineState.DOUBTFUL: "warning",
    LineState.KNOWN: "neutral",
    LineState.OUTGOING: "neutral",
    LineState.UNRELATED: "neutral",
    LineState.FAULTY: "danger",
    LineState.BOOKED: "success",
}
STATEMENT_TONES = {
    StatementState.READING: "info",
    StatementState.COLUMNS: "action",
    StatementState.READY: "action",
    StatementState.COMMITTING: "info",
    StatementState.DONE: "success",
    StatementState.DISCARDED: "neutral",
    StatementState.REFUSED: "danger",
}
#: What is looked at first.
ORDER = (
    *(LineState.DOUBTFUL, LineState.MATCHED, LineState.BOOKED, LineState.FAULTY),
    *(LineState.KNOWN, LineState.UNRELATED, LineState.OUTGOING),
)
STUCK = "处理中断，已入账的不会重复。按“继续处理”由您接着办理；仍然中断的，请联系平台管理员。"


@dataclass(frozen=True)
class Offer:
    """A suggestion as its button says it; `value` is what pressing it sends."""

    value: str
    label: str
    why: str


@dataclass(frozen=True)
class Line:
    """A line with the orders it is for and what it may be for."""

    row: StatementLine
    tone: str
    orders: Sequence[Order]
    offers: Sequence[Offer]
    open_to: bool


def context_of(statement: Statement, request: HttpRequest) -> dict[str, Any]:
    """Everything the page of a statement shows, in a number of queries that doesn't grow with its lines."""
    sums = sums_of(statement)
    state = state_of(request, sums)
    rows, previous, following = _page(statement, state, request)
    return {
        "statement": statement,
        "tone": STATEMENT_TONES[StatementState(statement.state)],
        "sums": {one.name.lower(): sums[one] for one in LineState},
        "tabs": _tabs(sums, state),
        "state": state,
        "lines": _lines(statement, rows),
        "prev_key": previous,
        "next_key": following,
        "query": urlencode({key: request.GET[key] for key in ("state", "after", "before") if key in request.GET}),
        "running": statement.state in RUNNING,
        "progress": _progress(statement) if statement.state in RUNNING else None,
        "others": overlapping(statement) if statement.state == StatementState.READY and statement.first_day else [],
        "may_discard": may_be_discarded(statement),
        "may_decide": statement.state == StatementState.READY,
    }


def state_of(request: HttpRequest, sums: dict[str, dict[str, Any]]) -> str:
    """The tab that an address opens; else the first with something in it."""
    wanted = request.GET.get("state", "")
    filled = [state.value for state in ORDER if sums[state]["count"]]
    return wanted if wanted in filled or wanted in LineState.values else next(iter(filled), LineState.DOUBTFUL.value)


def people_of(orders: Sequence[int] | QuerySet[Any]) -> int:
    """How many people stand in orders."""
    return OrderLine.objects.filter(order__in=orders, live=True).count()


def _page(statement: Statement, state: str, request: HttpRequest) -> tuple[list[StatementLine], int | None, int | None]:
    """The lines of a tab by their numbers, and the numbers that lead on and back."""
    rows = statement.lines.filter(state=state).defer("payer_account")
    before, after = _number(request, "before"), _number(request, "after")
    if before is not None:
        shown = list(rows.filter(number__lt=before).order_by("-number")[: LINES_SHOWN + 1])
        more, shown = len(shown) > LINES_SHOWN, shown[:LINES_SHOWN][::-1]
        return shown, shown[0].number if more else None, shown[-1].number if shown else None
    shown = list(rows.filter(number__gt=after or 0).order_by("number")[: LINES_SHOWN + 1])
    more, shown = len(shown) > LINES_SHOWN, shown[:LINES_SHOWN]
    return shown, shown[0].number if after and shown else None, shown[-1].number if more else None


def _number(request: HttpRequest, key: str) -> int | None:
    given = request.GET.get(key, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _tabs(sums: dict[str, dict[str, Any]], current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": state.label,
            "url": f"?state={state.value}",
            "count": sums[state]["count"],
            "current": state.value == current,
        }
        for state in ORDER
        if sums[state]["count"] or state.value == current
    ]


def _lines(statement: Statement, rows: Sequence[StatementLine]) -> list[Line]:
    named = {pk for row in rows for pk in row.orders}
    named |= {pk for row in rows for told in row.suggestions for pk in told["orders"]}
    orders = Order.objects.filter(provider=statement.provider_id).in_bulk(list(named))
    ready = statement.state == StatementState.READY
    return [
        Line(
            row,
            TONES[LineState(row.state)],
            [orders[pk] for pk in row.orders if pk in orders],
            offers_of(row, orders) if ready and row.state == LineState.DOUBTFUL else [],
            ready and row.state not in (LineState.FAULTY, LineState.OUTGOING),
        )
        for row in rows
    ]


def offers_of(row: StatementLine, orders: dict[int, Order]) -> list[Offer]:
    """The suggestions of a line that can still be taken."""
    found = []
    for place, told in enumerate(row.suggestions):
        mine = [orders[pk] for pk in told["orders"] if pk in orders]
        if "receipt" in told:
            found.append(Offer(f"{row.pk}:{place}", "是同一笔，不再入账", told["why"]))
        elif mine and all(order.state in (OrderState.OPEN, OrderState.LAPSED) for order in mine):
            called = "、".join(f"{order.number} {order.payer}" for order in mine)
            found.append(Offer(f"{row.pk}:{place}", f"用于 {called}", told["why"]))
    return found


def _progress(statement: Statement) -> dict[str, Any]:
    job = job_of(statement)
    return {
        "done": job.progress_done if job else 0,
        "total": job.progress_total if job else 0,
        "stuck": STUCK if is_stuck(statement) else "",
    }
