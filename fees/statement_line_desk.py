"""One line of a bank's statement: what the bank said, and the orders a person gives its money to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fees.enums import LineState, OrderState
from fees.models import Order, StatementLine
from fees.services import statements
from fees.statement_desk import PAGE, found_statement, keys_sent, render
from fees.statement_page import TONES
from fees.statements.cells import Unreadable, amount_of
from skilleval.core import clock
from skilleval.core.errors import Refused

MOST_FOUND = 20
PAYABLE = (OrderState.OPEN, OrderState.LAPSED)


def line_page(model_admin: Any, request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """A line beside the orders it may be for; others are searched for by number, payer or amount."""
    statement = found_statement(model_admin, request, pk)
    row = statement.lines.filter(pk=line).first()
    if row is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            told = _decided(row, request)
        except Refused as refused:
            error = refused.message
        else:
            messages.success(request, told)
            return redirect(f"{reverse(PAGE, args=[statement.pk])}?state={LineState.DOUBTFUL}")
    sought = request.GET.get("q", "").strip()[:50]
    offered = _offered(row)
    context = {
        "title": f"第 {row.number} 行",
        "statement": statement,
        "line": row,
        "tone": TONES[LineState(row.state)],
        "suggestions": row.suggestions,
        "sought": sought,
        "offered": offered,
        "found": [order for order in _found(row, sought) if order not in offered] if sought else [],
        "chosen": row.orders,
        "may_decide": statement.state == "ready" and row.state in statements.OPEN_LINES,
        "error": error,
    }
    return render(model_admin, request, "fees/statement_line.html", context, 400 if error else 200)


def _decided(row: StatementLine, request: HttpRequest) -> str:
    act: dict[str, Any] = {"lines": [row.pk], "by": request.user, "at": clock.now()}
    to = request.POST.get("to", "")
    if to in (LineState.UNRELATED, LineState.DOUBTFUL, LineState.KNOWN):
        statements.decide(row.statement, to=LineState(to), **act)
        return f"第 {row.number} 行：{LineState(to).label}"
    orders = list(Order.objects.select_related("provider").filter(pk__in=keys_sent(request, "order")).order_by("pk"))
    statements.decide(row.statement, to=LineState.MATCHED, orders=orders, **act)
    owed = sum((order.amount for order in orders), Decimal(0))
    partly = "；金额与应缴不一致，入账后按实际金额处理" if owed != row.amount else ""
    return f"第 {row.number} 行用于 {len(orders)} 个订单{partly}"


def _offered(row: StatementLine) -> list[Order]:
    """What was chosen or suggested, and the payer's own open orders."""
    named = {*row.orders, *(pk for told in row.suggestions for pk in told["orders"])}
    own = Q(payer=row.payer, state__in=PAYABLE) if row.payer else Q(pk__in=())
    return list(_payable(row).filter(Q(pk__in=named) | own).order_by("-state", "pk")[:MOST_FOUND])


def _found(row: StatementLine, sought: str) -> Iterable[Order]:
    wanted = Q(number__icontains=sought) | Q(payer__icontains=sought) | Q(lines__application__number=sought)
    try:
        amount = amount_of(sought)
    except Unreadable:
        amount = None
    if amount:
        wanted |= Q(amount=amount)
    return _payable(row).filter(wanted).distinct().order_by("-pk")[:MOST_FOUND]


def _payable(row: StatementLine) -> QuerySet[Order]:
    orders = Order.objects.filter(provider=row.statement.provider_id, state__in=PAYABLE)
    return orders.select_related("group__offering__work_type__occupation")
