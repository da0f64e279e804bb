"""The books of money: every receipt, line, order and refund adds up, and the pages say what the ledger says (SPEC 6).

Sums are formed here anew, past the models and past the queries of the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]

TWICE = {
    "receipt of a movement": "SELECT key FROM fees_receipt GROUP BY 1 HAVING count(*) > 1",
    "reversal": "SELECT reverses_id FROM fees_receipt WHERE reverses_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    "entry of a cause": "SELECT key FROM fees_ledgerentry GROUP BY 1 HAVING count(*) > 1",
    "receipt for an order": "SELECT receipt_id, order_id FROM fees_receiptorder GROUP BY 1, 2 HAVING count(*) > 1",
    "refund number": "SELECT number FROM fees_refund GROUP BY 1 HAVING count(*) > 1",
    "entry of a refund": """
        SELECT refund_id, receipt_id, line_id FROM fees_ledgerentry WHERE refund_id IS NOT NULL
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "receipt of a statement's line": """
        SELECT receipt_id FROM fees_statementline WHERE receipt_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1""",
    "movement booked from statements": """
        SELECT s.provider_id, l.key FROM fees_statementline l JOIN fees_statement s ON s.id = l.statement_id
        WHERE l.state = 'booked' GROUP BY 1, 2 HAVING count(*) > 1""",
}

#: For @taken, what left each receipt or went to a line, and for @held, what each line has and was paid.
SUMS = {
    "@taken": """(
    SELECT r.id, r.amount, r.reverses_id, r.provider_id, coalesce(sum(
        CASE WHEN e.kind <> 'refund' THEN e.amount WHEN e.line_id IS NULL THEN -e.amount ELSE 0 END), 0) AS taken
    FROM fees_receipt r LEFT JOIN fees_ledgerentry e ON e.receipt_id = r.id GROUP BY r.id)""",
    "@held": """(
    SELECT l.id, l.order_id, l.application_id, l.amount, l.live, coalesce(sum(e.amount), 0) AS held,
        coalesce(sum(e.amount) FILTER (WHERE e.kind <> 'refund'), 0) AS paid
    FROM fees_orderline l LEFT JOIN fees_ledgerentry e ON e.line_id = l.id GROUP BY l.id)""",
}

RULES = {
    "receipt of which more is gone than came": """
        SELECT t.id FROM @taken t WHERE t.reverses_id IS NULL AND (t.taken > t.amount OR t.taken < 0)""",
    "receipt that was reversed and is used": """
        SELECT t.id FROM @taken t JOIN fees_receipt b ON b.reverses_id = t.id
        WHERE t.taken <> 0 OR b.amount <> -t.amount OR b.provider_id <> t.provider_id""",
    "reversal that pays": "SELECT t.id FROM @taken t WHERE t.reverses_id IS NOT NULL AND t.taken <> 0",
    "line that holds less than nothing or more than it asks": """
        SELECT h.id FROM @held h WHERE h.held < 0 OR h.paid > h.amount""",
    "paid order whose money doesn't add up": """
        SELECT o.id FROM fees_order o JOIN @held h ON h.order_id = o.id AND h.live
        WHERE o.state = 'paid' AND h.paid <> h.amount""",
    "order that isn't paid and holds money": """
        SELECT o.id, o.state FROM fees_order o JOIN @held h ON h.order_id = o.id
        WHERE o.state <> 'paid' AND h.held <> 0""",
    "confirmed person whose fee isn't there": """
        SELECT a.id FROM registration_application a JOIN @held h ON h.application_id = a.id AND h.live
        WHERE a.state IN ('confirmed', 'scheduled') AND h.held <> h.amount""",
    "entry of another order or provider than its line's": """
        SELECT e.id FROM fees_ledgerentry e JOIN fees_receipt r ON r.id = e.receipt_id
        LEFT JOIN fees_orderline l ON l.id = e.line_id LEFT JOIN fees_order o ON o.id = l.order_id
        WHERE e.line_id IS NOT NULL AND (e.order_id IS DISTINCT FROM l.order_id OR o.provider_id <> r.provider_id)""",
    "refund whose entries aren't its items": """
        SELECT f.id FROM fees_refund f
        LEFT JOIN LATERAL (SELECT sum(amount) AS sum FROM fees_refunditem WHERE refund_id = f.id) i ON true
        LEFT JOIN LATERAL (SELECT -sum(amount) AS sum FROM fees_ledgerentry WHERE refund_id = f.id) e ON true
        WHERE i.sum IS DISTINCT FROM f.amount
        OR e.sum IS DISTINCT FROM CASE WHEN f.state = 'paid' THEN f.amount END""",
    "refund approved by who asked": """
        SELECT id FROM fees_refund WHERE state IN ('approved', 'paid')
        AND (decided_by_id IS NULL OR decided_by_id = asked_by_id)""",
    "booked line of a statement without its receipt": """
        SELECT l.id FROM fees_statementline l JOIN fees_statement s ON s.id = l.statement_id
        LEFT JOIN fees_receipt r ON r.id = l.receipt_id
        WHERE l.state = 'booked'
        AND (r.id IS NULL OR r.amount <> l.amount OR r.value_on <> l.value_on OR r.provider_id <> s.provider_id)""",
}

OF_PROVIDERS = """
    SELECT p.id,
        (SELECT coalesce(sum(amount), 0) FROM fees_receipt WHERE provider_id = p.id),
        (SELECT coalesce(sum(h.held), 0) FROM @held h JOIN fees_order o ON o.id = h.order_id
            WHERE o.provider_id = p.id),
        (SELECT coalesce(-sum(e.amount), 0) FROM fees_ledgerentry e JOIN fees_receipt r ON r.id = e.receipt_id
            WHERE r.provider_id = p.id AND e.kind = 'refund'),
        (SELECT coalesce(sum(l.amount), 0) FROM fees_orderline l JOIN fees_order o ON o.id = l.order_id
            WHERE o.provider_id = p.id AND o.state = 'open' AND l.live),
        (SELECT min(value_on) FROM fees_receipt WHERE provider_id = p.id),
        (SELECT greatest(max(r.value_on), (SELECT max(e.value_on) FROM fees_ledgerentry e JOIN fees_receipt s
            ON s.id = e.receipt_id WHERE s.provider_id = p.id)) FROM fees_receipt r WHERE r.provider_id = p.id)
    FROM catalogue_provider p WHERE EXISTS (SELECT FROM fees_order o WHERE o.provider_id = p.id)
    OR EXISTS (SELECT FROM fees_receipt r WHERE r.provider_id = p.id) ORDER BY 1"""


def whole(question: str) -> str:
    """A question with its sums written out."""
    for name, sums in SUMS.items():
        question = question.replace(name, sums)
    return question


AMISS = {name: whole(question) for name, question in RULES.items()}


def pages(ask: Ask) -> Iterator[str]:
    """Where the overview or a month's statement of a provider says another sum than the rows do."""
    from skilleval.catalogue.models import Provider

    for key, came, held, left, due, first, last in ask(whole(OF_PROVIDERS)):
        provider = Provider.objects.get(pk=key)
        yield from _overview(provider, held, came - left - held, due)
        if first:
            yield from _months(provider, first, last, came - left, held)


def _overview(provider: Any, held: Decimal, free: Decimal, due: Decimal) -> Iterator[str]:
    from fees.queries.finance import overview
    from fees.queries.members import undrawn
    from fees.queries.prices import fees_at_approval

    total = overview(provider).total
    waiting = fees_at_approval(undrawn().filter(offering__provider=provider)).values()
    for name, said, counted in (
        ("held", total.paid - total.refunded, held),
        ("doubtful", total.doubtful, free),
        ("due", total.due, due + sum(fee.amount or 0 for fee in waiting)),
    ):
        if said != counted:
            yield f"overview of provider {provider.pk}: {name} {said}, in the ledger {counted}"


def _months(provider: Any, first: date, last: date, there: Decimal, held: Decimal) -> Iterator[str]:
    from fees.queries.months import month_of
    from skilleval.core.dates import add_months

    day, before = first.replace(day=1), None
    while day <= last:
        statement = month_of(provider, day).statement
        if before is not None and statement.opening != before:
            yield f"month {day:%Y-%m} of provider {provider.pk} doesn't open as the one before closed"
        before, day = statement.closing, add_months(day, 1)
    if before is None or (before.total, before.held) != (there, held):
        yield f"months of provider {provider.pk} don't close with {there}, of which {held} is held"
