"""What each application owes or has paid; and a group's approved members that no order asks for yet (SPEC 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fees.deadlines import last_day
from fees.enums import EntryKind, OrderState
from fees.models import LedgerEntry, Order, OrderLine
from fees.pricing import Part
from fees.queries.prices import fees_at_approval
from fees.queries.receipts import held_of
from fees.queries.refunds import lines_to_refund
from registration.enums import ApplicationState
from registration.models import Application, Window
from skilleval.catalogue.queries import work_calendar
from skilleval.core.workdays import WorkCalendar


@dataclass(frozen=True)
class Standing:
    """Where one application stands with its fee. `amount` is in yuan, None while nothing is asked."""

    amount: Decimal | None = None
    due_on: date | None = None  # while it is unpaid
    order: Order | None = None  # the one it stands in, else its last one
    paid_on: date | None = None  # the day the money came
    parts: tuple[Part, ...] = ()  # of the amount
    word: str = ""  # 未开订单, 待缴费, 已逾期, 已到账, 待退费, 已退费, 不退费; empty where nothing is asked

    @property
    def member_word(self) -> str:
        """The same for the member: whether there is an order is between institution and provider."""
        return str(OrderState.OPEN.label) if self.word == UNDRAWN else self.word


UNDRAWN = "未开订单"


def standing_of(applications: Iterable[Application]) -> dict[int, Standing]:
    """What each application owes or has paid, by its key; at most five queries however many there are."""
    keys = {row.pk for row in applications}
    lines = {line.application_id: line for line in _last_lines(keys)}
    asked = [pk for pk in keys if pk not in lines or not lines[pk].live]
    unasked = _unasked(undrawn().filter(pk__in=asked)) if asked else {}
    return {pk: unasked.get(pk) or (_standing(lines[pk]) if pk in lines else Standing()) for pk in keys}


def undrawn() -> QuerySet[Application]:
    """Approved members of groups that stand in no order: their officers have one to draw."""
    live = OrderLine.objects.filter(application=OuterRef("pk"), live=True)
    approved = Application.objects.filter(state=ApplicationState.APPROVED, group__isnull=False)
    return approved.filter(~Exists(live))


def members_due(applications: QuerySet[Application]) -> dict[int, date]:
    """The last day to pay of each approved application by its key: its own, whenever its order is drawn (SPEC 6)."""
    last = _LastDays()
    return {pk: last(*facts) for pk, *facts in applications.values_list("pk", *DUE)}


def undrawn_by_day() -> Counter[tuple[int, date]]:
    """How many approved members each group (by its key) has in no order, by their last day to pay; two queries."""
    last, found = _LastDays(), Counter[tuple[int, date]]()
    rows = undrawn().order_by().values_list("group", *DUE).annotate(people=Count("pk"))
    for group, *facts, people in rows:
        found[group, last(*facts)] += people
    return found


def last_undrawn(windows: Iterable[Window | int]) -> dict[int, date]:
    """The latest last day to pay of those submitted in each window whom no order asks for yet; none is left out."""
    last, found = _LastDays(), dict[int, date]()
    rows = undrawn().filter(first_window__in=list(windows)).order_by().values_list("first_window", *DUE).distinct()
    for window, *facts in rows:
        found[window] = max(found.get(window, date.min), last(*facts))
    return found


#: Of an application: its window's last day to pay, its approval's day, its provider's payment days.
DUE = (
    Coalesce("window__pay_by", "window__closes_on", "first_window__pay_by", "first_window__closes_on"),
    "approved_on",
    "offering__provider__payment_days",
)


class _LastDays:
    """`deadlines.last_day`, reckoned once for equal facts: a group's members mostly share theirs."""

    def __init__(self) -> None:
        self._known: dict[tuple[date, date, int], date] = {}

    def __call__(self, payable_until: date, approved_on: date, days: int) -> date:
        key = (payable_until, approved_on, days)
        if key not in self._known:
            self._known[key] = last_day(payable_until, approved_on, days, self._calendar)
        return self._known[key]

    @cached_property
    def _calendar(self) -> WorkCalendar:
        return work_calendar()


def _unasked(members: QuerySet[Application]) -> dict[int, Standing]:
    due, fees = members_due(members), fees_at_approval(members)
    return {pk: Standing(fees[pk].amount, due[pk], parts=fees[pk].parts or (), word=UNDRAWN) for pk in due}


def _last_lines(keys: set[int]) -> QuerySet[Any]:
    entries = LedgerEntry.objects.filter(line=OuterRef("pk"))
    lines = OrderLine.objects.filter(application__in=keys).select_related("order")
    lines = lines.order_by("application_id", "-live", "-id").distinct("application_id")
    paid = entries.filter(kind=EntryKind.PAYMENT).order_by("-value_on")
    rows: QuerySet[Any] = held_of(lines).annotate(
        last_paid_on=Subquery(paid.values("value_on")[:1]),
        refunded=Exists(entries.filter(kind=EntryKind.REFUND)),
        owed=Exists(lines_to_refund().filter(pk=OuterRef("pk"))),
    )
    return rows


def _standing(line: Any) -> Standing:
    order = line.order
    if not line.held and not line.refunded:
        return _unpaid(line, order)
    word = "已退费" if line.refunded else "待退费" if line.owed else "不退费" if line.kept_for else "已到账"
    return Standing(line.amount, None, order, line.last_paid_on, line.parts, word)


def _unpaid(line: OrderLine, order: Order) -> Standing:
    """Who left an order before it was paid is asked for nothing any more."""
    if order.state not in (OrderState.OPEN, OrderState.LAPSED):
        return Standing(order=order)
    waits = order.state == OrderState.OPEN
    due = order.due_on if waits else None
    return Standing(line.amount, due, order, parts=line.parts, word=str(order.get_state_display()))
