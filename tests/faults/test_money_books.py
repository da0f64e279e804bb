"""The negative control of the books of money: whatever a fault could leave behind is found, though no guard stood."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from fees.queries import finance, months
from tests.faults import books, money_books
from tests.fees.monthly import Bank

pytestmark = pytest.mark.django_db

COPY = "INSERT INTO {0} SELECT (jsonb_populate_record(r, {1})).* FROM {0} r WHERE {2} ORDER BY id LIMIT 1"


def copied(table: str, changes: str, where: str = "true") -> str:
    """A statement that adds a row once more, changed."""
    return COPY.format(table, f"jsonb_build_object('id', 900000, 'uuid', gen_random_uuid(), {changes})", where)


#: What a fault does, in statements, and what the books say of it.
FAULTS = {
    "an entry is doubled": (
        [copied("fees_ledgerentry", "'key', 'x'", "kind = 'payment'")],
        "holds less than nothing or more",
    ),
    "an entry is lost": (
        ["DELETE FROM fees_ledgerentry WHERE id = (SELECT min(id) FROM fees_ledgerentry WHERE kind = 'refund')"],
        "entries aren't its items",
    ),
    "a payment is lost": (
        ["DELETE FROM fees_ledgerentry e USING fees_orderline l WHERE l.id = e.line_id AND e.kind = 'payment'"],
        "money doesn't add up",
    ),
    "a confirmed person's money is gone": (
        ["DELETE FROM fees_ledgerentry WHERE kind = 'payment'"],
        "fee isn't there",
    ),
    "a receipt is spent twice": (
        ["UPDATE fees_receipt SET amount = 0.01 WHERE reverses_id IS NULL"],
        "more is gone than came",
    ),
    "a reversed receipt pays": (
        ["UPDATE fees_ledgerentry SET receipt_id = (SELECT min(reverses_id) FROM fees_receipt)"],
        "was reversed and is used",
    ),
    "a reversal pays": (
        ["UPDATE fees_ledgerentry SET receipt_id = (SELECT max(id) FROM fees_receipt WHERE reverses_id IS NOT NULL)"],
        "reversal that pays",
    ),
    "an order forgets that it is paid": (
        ["UPDATE fees_order SET state = 'open'"],
        "isn't paid and holds money",
    ),
    "an entry goes astray": (
        ["UPDATE fees_ledgerentry SET order_id = (SELECT max(id) FROM fees_order) WHERE order_id IS NOT NULL"],
        "another order or provider",
    ),
    "a refund isn't booked": (
        ["UPDATE fees_refund SET state = 'approved', paid_on = NULL"],
        "entries aren't its items",
    ),
    "who asked approved": (
        [
            "ALTER TABLE fees_refund DROP CONSTRAINT refund_four_eyes",
            "UPDATE fees_refund SET decided_by_id = asked_by_id",
        ],
        "approved by who asked",
    ),
}


@pytest.fixture(autouse=True)
def bank() -> Bank:
    """A month of money: whoever holds a seat's fee is confirmed, the others left."""
    made = Bank(21)
    made.run(date(2026, 3, 28), 6, 10)
    do("SET CONSTRAINTS ALL IMMEDIATE")
    do(
        """UPDATE registration_application SET state = 'withdrawn' WHERE id IN (
            SELECT l.application_id FROM fees_orderline l WHERE (
                SELECT coalesce(sum(amount), 0) FROM fees_ledgerentry WHERE line_id = l.id) <> l.amount)""",
        """UPDATE fees_order o SET state = 'cancelled' WHERE NOT EXISTS (
            SELECT FROM fees_ledgerentry e WHERE e.order_id = o.id AND e.kind <> 'correction'
            AND NOT EXISTS (SELECT FROM fees_ledgerentry c WHERE c.line_id = e.line_id AND c.kind = 'correction'))""",
    )
    for table in ("fees_receipt", "fees_ledgerentry"):
        do(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return made


def do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def said() -> list[str]:
    """What the books of money say: these rows were made past the portal, so that the others have to complain."""
    names = [*money_books.AMISS, *(f"twice: {name}" for name in money_books.TWICE), "overview", "month"]
    return [problem for problem in books.problems() if problem.startswith(tuple(names))]


def test_sound_books_say_nothing() -> None:
    assert said() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_fault_leaves_behind_is_found(fault: str) -> None:
    statements, says = FAULTS[fault]
    do(*statements)
    assert [problem for problem in said() if says in problem]


def test_an_overview_that_leaves_something_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finance, "_free", lambda *_: None)
    assert [problem for problem in said() if "doubtful 0" in problem]


@pytest.mark.parametrize("kind", ["payment", "refund"])
def test_a_month_that_leaves_something_out_is_found(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = months._movements
    some = lambda *args: (one for one in whole(*args) if one.kind != kind)  # noqa: E731
    monkeypatch.setattr(months, "_movements", some)
    assert [problem for problem in said() if "don't close with" in problem]


def test_a_month_that_opens_otherwise_is_found(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = months._movements
    monkeypatch.setattr(months, "_movements", lambda *args: (one for one in whole(*args) if one.on))
    assert [problem for problem in said() if "doesn't open as the one before closed" in problem]
