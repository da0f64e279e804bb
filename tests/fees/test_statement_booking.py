"""A statement on its way to the ledger: killed, stuck, overtaken, or of money that was taken back before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fees import services
from fees.enums import LineState
from fees.models import LedgerEntry, Order, Receipt, Statement
from fees.queries.statements import may_be_discarded
from fees.services import statement_booking, statements
from skilleval.accounts.enums import Role
from skilleval.core.errors import Conflict
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.factories import ProviderFactory, staff
from tests.fees.test_statements import NOW, commit, orders_of, provider_of, ready, row, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    return staff(ProviderFactory(), Role.FINANCE)


def test_an_order_that_ends_between_commit_and_booking_leaves_the_money_to_a_person(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    commit(statement, clerk)
    Order.objects.update(state="cancelled")
    drain()
    found = statement.lines.get()
    assert (found.state, found.receipt.amount) == ("doubtful", 400)
    assert "已取消" in found.reason
    assert not LedgerEntry.objects.exists()


def test_a_booking_killed_half_way_goes_on_where_it_was(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = orders_of(clerk, 4)
    statement = ready(clerk, *[row(number, "400", order.payer) for number, order in enumerate(orders, start=1)])
    commit(statement, clerk)
    book_line, seen = statement_booking._book_line, []

    def dying(*args: Any) -> None:
        book_line(*args)
        seen.append(args[1].number)
        if len(seen) == 3:
            raise MemoryError  # after the booking, before its commit

    monkeypatch.setattr(statement_booking, "_book_line", dying)
    drain()
    assert Receipt.objects.count() == 2
    assert Job.objects.get(kind="fees.book_statement").progress_done == 2
    monkeypatch.undo()
    Job.objects.update(run_after=NOW)
    drain()
    assert states(statement) == ["booked"] * 4
    assert (Receipt.objects.count(), LedgerEntry.objects.count()) == (4, 4)
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == Decimal(1600)


def test_a_movement_whose_receipt_was_reversed_is_booked_again_by_a_person_s_word(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    first = ready(clerk, row(1, "400", "某人"))
    commit(first, clerk)
    drain()
    services.reverse_receipt(Receipt.objects.get(), by=clerk, at=NOW, reason="付款人录错")
    again = ready(clerk, row(1, "400", "某人"), row(2, "1", "某人"))
    line = again.lines.get(number=2)
    assert (line.state, "已冲销" in line.reason) == ("doubtful", True)
    statements.decide(again, lines=[line.pk], to=LineState.MATCHED, orders=[order], by=clerk, at=NOW)
    commit(again, clerk)
    drain()
    assert states(again) == ["booked", "doubtful"]
    assert states(ready(clerk, row(1, "400", "某人"), row(3, "1"))) == ["known", "doubtful"]


def test_a_colleague_goes_on_where_whoever_committed_lost_the_role(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    commit(statement, clerk)
    with pytest.raises(Conflict, match="已在继续处理"):
        statements.resume_statement(statement, by=clerk, at=NOW)
    clerk.memberships.all().delete()
    for _ in range(3):
        Job.objects.update(run_after=NOW)
        drain()
    colleague = staff(provider_of(clerk), Role.FINANCE)
    statement.refresh_from_db()
    assert may_be_discarded(statement)
    statements.resume_statement(statement, by=colleague, at=NOW)
    drain()
    statement.refresh_from_db()
    assert (states(statement), statement.committed_by_id) == (["booked"], colleague.pk)
    with pytest.raises(Conflict, match="已入账"):
        statements.discard_statement(statement, by=colleague, at=NOW)


@pytest.mark.parametrize("state", ["reading", "committing"])
def test_work_that_broke_down_before_anything_was_booked_can_be_given_up(clerk: Any, state: str) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    commit(statement, clerk)
    Job.objects.update(state="quarantined", finished_at=None)
    Statement.objects.update(state=state)
    statements.discard_statement(statement, by=clerk, at=NOW)
    Job.objects.update(state="queued")  # by an administrator, too late
    drain()
    statement.refresh_from_db()
    assert (statement.state, Receipt.objects.count()) == ("discarded", 0)
