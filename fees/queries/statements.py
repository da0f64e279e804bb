"""What a bank's statement is compared with, and what its page shows (SPEC 6)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Least

from fees.enums import LineState, OrderState, ReceiptSource, StatementState
from fees.models import Order, OrderLine, Receipt, ReceiptOrder, Statement, StatementLine
from fees.queries.receipts import free_of
from fees.statements.bills import Bill, Bills, Verdict
from fees.statements.judging import DAYS_NEAR, Noted
from fees.statements.names import reference_key
from skilleval.catalogue.models import Provider
from skilleval.core.enums import JobState
from skilleval.core.models import Job

#: An order ended longer ago is found by its number alone.
LOOKED_BACK = timedelta(days=180)
NUMBER = re.compile(r"[0-9A-Z]{6,20}")
#: States of a statement in which somebody has something to do.
WAITING = (StatementState.COLUMNS, StatementState.READY)
#: States in which a job works on it.
RUNNING = (StatementState.READING, StatementState.COMMITTING)
#: What a line's decision stays in later files that bring it again.
DECIDED_BEFORE = {
    LineState.UNRELATED: (LineState.UNRELATED, "上次已标为与考评无关"),
    LineState.KNOWN: (LineState.KNOWN, "上次已确认为同一笔"),
}
_BILL = ("pk", "number", "reference", "payer", "amount", "state", "due_on", "first", "since")
_WHOSE = ("group__institution", "candidate")
#: Money can have come since the first order it goes back to was drawn, replaced or split.
_SINCE = Least(
    "drawn_on",
    "first__drawn_on",
    "split_from__drawn_on",
    "split_from__first__drawn_on",
    "first__split_from__drawn_on",
    "first__split_from__first__drawn_on",
)


def receipt_key(provider: Provider, key: str) -> str:
    """The key of the receipt that a line with this key becomes first."""
    return f"statement:{provider.pk}:{key}"


def standing_key(provider: Provider, key: str) -> str:
    """The key under which a line's money stands on the account or will: each reversal makes room for another."""
    first = found = receipt_key(provider, key)
    while reversal := Receipt.objects.filter(reverses__key=found).values_list("pk", flat=True).first():
        found = f"{first}:again:{reversal}"
    return found


def bills_of(provider: Provider, *, since: date, texts: Iterable[str]) -> Bills:
    """The orders a statement from a day on may speak of: all open ones, lately ended ones, and those it names."""
    named = {number for text in texts for number in NUMBER.findall(reference_key(text))}
    orders = Order.objects.filter(provider=provider).filter(
        Q(state=OrderState.OPEN) | Q(due_on__gte=since - LOOKED_BACK) | Q(number__in=named)
    )
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by("pk")
    orders = orders.annotate(since=_SINCE, candidate=Subquery(lines.values("application__candidate")[:1]))
    rows = list(orders.order_by("pk").values_list(*_BILL, *_WHOSE))
    last: dict[int, int] = {}
    for row in rows:
        last[row[7] or row[0]] = row[0]
    there = _waiting(provider)
    return Bills(_bill(row, last[row[7] or row[0]], there) for row in rows)


def _bill(row: Sequence[Any], last: int, there: dict[int, Decimal]) -> Bill:
    pk, number, reference, payer, amount, state, due_on, _, payable_from, institution, candidate = row
    owed = max(amount - there.get(pk, Decimal(0)), Decimal(0))
    successor = last if last != pk else None
    person = f"institution {institution}" if institution else f"candidate {candidate}"
    return Bill(pk, number, reference, payer, owed, state, payable_from, due_on, person, successor)


def _waiting(provider: Provider) -> dict[int, Decimal]:
    """What money in time waits with unpaid orders for the rest, in yuan.

    Money that waits with several counts for none: for which of them the rest is, a person has to say.
    """
    unpaid = (OrderState.OPEN, OrderState.LAPSED)
    links = ReceiptOrder.objects.filter(order__provider=provider, order__state__in=unpaid)
    in_time = links.filter(receipt__value_on__lte=F("order__due_on"))
    pairs = list(in_time.values_list("order", "receipt"))
    several = Counter(receipt for _, receipt in pairs)
    pairs = [(order, receipt) for order, receipt in pairs if several[receipt] == 1]
    receipts = free_of(Receipt.objects.filter(pk__in={receipt for _, receipt in pairs}))
    free = dict(receipts.filter(free__gt=0).values_list("pk", "free"))
    there: defaultdict[int, Decimal] = defaultdict(Decimal)
    for order, receipt in pairs:
        there[order] += free.get(receipt, Decimal(0))
    return dict(there)


def known_keys(statement: Statement, keys: Collection[str]) -> dict[str, Verdict]:
    """Movements met before, by their keys: booked, or decided in another statement that was committed."""
    by_key = _standing(statement, keys)
    booked = Receipt.objects.filter(key__in=list(by_key), reversal=None).values_list("key", flat=True)
    said = _decided_before(statement, keys).exclude(receipt__reversal__isnull=False)
    before = said.order_by("pk").values_list("key", "state")
    known = {key: Verdict(*DECIDED_BEFORE[LineState(state)]) for key, state in before}
    return known | {by_key[key]: Verdict(LineState.KNOWN, "以前导入的流水已入账") for key in booked}


def reversed_keys(statement: Statement, keys: Collection[str]) -> set[str]:
    """The keys of movements whose receipt was taken back: whether the money came after all, a person has to say."""
    by_key = {receipt_key(statement.provider, key): key for key in keys}
    booked = Receipt.objects.filter(key__in=list(by_key), reversal__isnull=False).values_list("key", flat=True)
    said = _decided_before(statement, keys).filter(receipt__reversal__isnull=False)
    return {by_key[key] for key in booked} | set(said.values_list("key", flat=True))


def _standing(statement: Statement, keys: Collection[str]) -> dict[str, str]:
    """The keys that receipts of these movements can have, with the movements' own."""
    provider = statement.provider
    first = {receipt_key(provider, key): key for key in keys}
    return first | {standing_key(provider, key): key for key in reversed_keys(statement, keys)}


def _decided_before(statement: Statement, keys: Collection[str]) -> QuerySet[StatementLine]:
    done = StatementLine.objects.filter(
        statement__provider=statement.provider_id, statement__state=StatementState.DONE, key__in=list(keys)
    ).exclude(statement=statement)
    return done.filter(state__in=DECIDED_BEFORE).exclude(decided_at=None, receipt=None)


def noted_for(statement: Statement, days: Collection[date], keys: Collection[str]) -> list[Noted]:
    """Money on the account on some days, or noted by hand near them, that no line is known to be by its key."""
    own = list(_standing(statement, keys))
    spoken_for = StatementLine.objects.filter(state=LineState.KNOWN, receipt__isnull=False).values("receipt")
    rows = Receipt.objects.filter(provider=statement.provider, reverses=None, reversal=None)
    about = (min(days) - DAYS_NEAR, max(days) + DAYS_NEAR)
    rows = rows.filter(Q(value_on__in=list(days)) | Q(source=ReceiptSource.DESK, value_on__range=about))
    rows = rows.exclude(key__in=own).exclude(pk__in=spoken_for).order_by("pk")
    orders: defaultdict[int, list[str]] = defaultdict(list)
    links = ReceiptOrder.objects.filter(receipt__in=rows.values("pk"))
    for receipt, *words in links.values_list("receipt", "order__number", "order__reference", "order__payer"):
        orders[receipt] += words
    told = rows.values_list("pk", "value_on", "amount", "payer", "source", "statement_line__serial")
    return [
        Noted(
            *(pk, on, amount, payer, tuple(orders[pk]), serial or ""),
            source=str(ReceiptSource(source).label),
            by_hand=source == ReceiptSource.DESK,
        )
        for pk, on, amount, payer, source, serial in told
    ]


def sums_of(statement: Statement) -> dict[str, dict[str, Any]]:
    """How many lines are in each state and how much they are in yuan, in one query; 0 where there are none."""
    rows = statement.lines.order_by().values_list("state").annotate(Count("pk"), Sum("amount"))
    found = {state: (count, amount or Decimal(0)) for state, count, amount in rows}
    nothing = (0, Decimal(0))
    return {
        state.value: dict(zip(("count", "amount"), found.get(state.value, nothing), strict=True)) for state in LineState
    }


def job_of(statement: Statement) -> Job | None:
    """The job that reads or books a statement, or did last."""
    what = "read" if statement.state == StatementState.READING else "book"
    return Job.objects.filter(key__startswith=f"statement-{what}:{statement.pk}:").order_by("-pk").first()


def is_stuck(statement: Statement) -> bool:
    """Whether the work on a statement was given up until somebody mends the cause."""
    job = job_of(statement) if statement.state in RUNNING else None
    return job is not None and job.state == JobState.QUARANTINED


def may_be_discarded(statement: Statement) -> bool:
    """Whether 放弃 loses nothing: a person has to look at it, or work on it broke down before anything was booked."""
    booked = statement.state == StatementState.COMMITTING and statement.lines.filter(receipt__isnull=False).exists()
    return statement.state in WAITING or (is_stuck(statement) and not booked)


def waiting_statements(providers: Iterable[int]) -> QuerySet[Statement]:
    """Statements that wait for a person: columns to be named, or lines to be looked at and booked."""
    return Statement.objects.filter(provider__in=list(providers), state__in=WAITING)


def overlapping(statement: Statement) -> QuerySet[Statement]:
    """Other statements of the provider, uploaded and not yet booked, that speak of the same days."""
    others = Statement.objects.filter(provider=statement.provider, state__in=(*WAITING, StatementState.COMMITTING))
    return others.exclude(pk=statement.pk).filter(first_day__lte=statement.last_day, last_day__gte=statement.first_day)
