"""A group's orders: its officers draw them from approved members, and the institution pays (SPEC 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fees.models import Order, OrderLine
from fees.pricing import Fee
from fees.queries.members import members_due, undrawn
from fees.queries.prices import fees_at_approval
from fees.services import telling
from fees.services.locks import GROUP, lock_group
from fees.services.numbering import reference_of, take_number
from registration.models import Application, Group
from registration.policy import ENTER
from registration.services import notify, progress
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin
from skilleval.core.wording import cn_deadline

#: As many as a roster's file holds: an order is one transfer that somebody has to be able to check.
MOST_IN_AN_ORDER = 2000


@dataclass(frozen=True)
class Draft:
    """The order that would be drawn for some members: their fees and their own last days by the application's key."""

    fees: Mapping[int, Fee]
    due: Mapping[int, date]

    @property
    def due_on(self) -> date:
        """The earliest of the members' last days: drawing late, or with others, prolongs nobody's time."""
        return min(self.due.values())

    @property
    def later(self) -> int:
        """How many of them could pay later in an order of their own."""
        return sum(last > self.due_on for last in self.due.values())

    @property
    def amount(self) -> Decimal:
        return sum((fee.amount for fee in self.fees.values() if fee.amount), Decimal(0))

    @property
    def heads(self) -> int:
        return len(self.fees)


def bill_members(members: QuerySet[Application], *, by: User | None, at: datetime) -> int:
    """What follows the approval of groups' members: who has nothing to pay is confirmed; of the others they are told
    that their institution pays, and its officers that they have an order to draw. Returns how many those are.

    In the caller's transaction, which approved them. Raises Refused where a subject has no published price.
    """
    assert_in_transaction()
    names = ("candidate__user", "institution", "offering__work_type__occupation")
    rows = list(members.select_related(*names, *GROUP).order_by("pk"))
    fees = fees_at_approval(rows)
    if any(fee.amount is None for fee in fees.values()):
        raise Refused("该评价项目现无有效的收费标准（费用待公布），请先由财务公布后再审核通过", source="收费标准")
    today = timezone.localdate(at)
    free = [pk for pk, fee in fees.items() if not fee.amount]
    if free:
        progress.mark_all_confirmed(Application.objects.filter(pk__in=free), value_on=today, by=by, at=at)
    paying = [row for row in rows if fees[row.pk].amount]
    notify.tell_all(telling.passed(row) for row in paying)
    for group, due_on in _first_due(paying).items():
        people = sum(row.group_id == group.pk for row in paying)
        telling.tell_to_draw(group, people=people, due_on=due_on, at=at)
    return len(paying)


def draft_of(
    group: Group, *, applications: Iterable[Application] | None = None, on: date
) -> tuple[Draft, list[Application]]:
    """The order that would be drawn on a day for some approved members (all of them that still can pay), and those.

    It is due when the first of its members is: drawing late prolongs nobody's time. Raises Conflict where one of those
    chosen is in another order or has left meanwhile, Refused where nobody is left, somebody's time to pay is over, a
    price is missing, or there are too many for one order.
    """
    chosen = None if applications is None else {row.pk for row in applications}
    members = undrawn().filter(group=group)
    if chosen is not None:
        members = members.filter(pk__in=chosen)
    due = members_due(members)
    rows = [row for row in members.select_related("offering").order_by("pk") if row.pk in due]
    if chosen is not None:
        _check_chosen(chosen, rows, due, on)
    rows = [row for row in rows if due[row.pk] >= on]
    _check_number(len(rows))
    fees = fees_at_approval(rows)
    unpriced = next((row for row in rows if fees[row.pk].amount is None), None)
    if unpriced:
        raise Refused(f"申报 {unpriced.number} 的收费标准待公布，请联系评价机构", source="收费标准")
    return Draft(fees, {row.pk: due[row.pk] for row in rows}), rows


@transaction.atomic
def draw_group_order(
    group: Group, *, applications: Iterable[Application] | None = None, by: User, at: datetime
) -> Order:
    """Draw one order for approved members that stand in none: those chosen, or all that still can pay.

    The institution is the payer. Each line's price is that of the member's approval, a resit's that of its subjects;
    the due date is the earliest of the members'. Raises NotAllowed for anybody but the institution's officers, and what
    `draft_of` raises.
    """
    require(by, ENTER, group.institution)
    lock_group(group.pk)
    today = timezone.localdate(at)
    chosen = None if applications is None else list(applications)
    _lock(
        undrawn().filter(group=group) if chosen is None else Application.objects.filter(pk__in=[r.pk for r in chosen])
    )
    draft, rows = draft_of(group, applications=chosen, on=today)
    provider, payer = group.offering.provider, group.institution.name
    order = Order.objects.create(
        number=take_number(provider, today),
        provider=provider,
        group=group,
        payer=payer,
        reference=reference_of(group.offering, payer, draft.heads),
        amount=draft.amount,
        drawn_on=today,
        due_on=draft.due_on,
        invoice_title=payer,
        invoice_tax_number=group.institution.credit_code,
    )
    begin(order, by=by, at=at)
    OrderLine.objects.bulk_create([_line(order, row, draft.fees[row.pk]) for row in rows], batch_size=1000)
    telling.tell_drawn(order)
    return order


def _lock(applications: QuerySet[Application]) -> None:
    """Nobody of them leaves or is confirmed until the order is drawn."""
    list(applications.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def _line(order: Order, application: Application, fee: Fee) -> OrderLine:
    return OrderLine(order=order, application=application, amount=fee.amount or 0, prices=fee.frozen)


def _check_chosen(chosen: set[int], rows: Sequence[Application], due: Mapping[int, date], on: date) -> None:
    gone = len(chosen) - len(rows)
    if gone:
        raise Conflict(f"所选人员中有 {gone} 人刚列入其他订单或已不在待缴费中，请刷新后重新选择")
    late = next((row for row in rows if due[row.pk] < on), None)
    if late:
        raise Refused(
            f"申报 {late.number} 的缴费截止 {cn_deadline(due[late.pk])}已过，不能再开具订单，请不要选择该人员"
        )


def _check_number(heads: int) -> None:
    if not heads:
        raise Refused("没有待开订单的人员：通过资格审核、尚未列入订单且缴费未截止的人员，才能开具订单")
    if heads > MOST_IN_AN_ORDER:
        raise Refused(f"一个订单最多 {MOST_IN_AN_ORDER} 人，现有 {heads} 人，请分几次选择人员开具")


def _first_due(rows: Sequence[Application]) -> dict[Group, date]:
    """The earliest last day to pay of each group's members."""
    due = members_due(Application.objects.filter(pk__in=[row.pk for row in rows])) if rows else {}
    found: dict[Any, date] = {}
    for row in rows:
        found[row.group] = min(found.get(row.group, due[row.pk]), due[row.pk])
    return found
