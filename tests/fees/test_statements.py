"""A bank's statement from the upload to the ledger: nothing before the commit, everything once after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile

from fees import services
from fees.enums import LineState, StatementState
from fees.models import LedgerEntry, Order, Receipt, Statement, StatementFormat
from fees.queries.receipts import free_of
from fees.services import statements
from fees.statements.columns import Columns
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.jobs import drain
from skilleval.core.models import AuditEvent, Job, OutboxMessage
from tests.factories import ApplicationFactory, MembershipFactory, ProviderFactory, UserFactory, at, staff
from tests.fees.makers import order_for
from tests.fees.statements.bank_files import HEADER, line, text
from tests.races import run_together

pytestmark = pytest.mark.django_db
NOW = at(2026, 3, 31)
COLUMNS = Columns(
    {"value_on": 0, "outgoing": 1, "incoming": 2, "balance": 3, "payer": 4, "payer_account": 5, "serial": 7}, (6,)
)


@pytest.fixture
def clerk() -> Any:
    return staff(ProviderFactory(), Role.FINANCE)


def provider_of(clerk: Any) -> Any:
    return clerk.scopes[0]


def orders_of(clerk: Any, count: int = 1) -> list[Order]:
    """Orders of ¥400, each of an application of its own."""
    made = [ApplicationFactory(state="approved", offering__provider=provider_of(clerk)) for _ in range(count)]
    return [order_for(application) for application in made]


def row(number: int, amount: str, payer: str = "", words: str = "", on: str = "2026-03-21") -> tuple[str, ...]:
    return line(交易日期=on, 贷方发生额=amount, 余额="", 对方户名=payer, 附言=words, 交易流水号=f"S2026032100{number}")


def upload(clerk: Any, *rows: tuple[str, ...], name: str = "流水.csv") -> Statement:
    return statements.upload_statement(
        provider_of(clerk), upload=ContentFile(text(HEADER, *rows), name=name), by=clerk, at=NOW
    )


def ready(clerk: Any, *rows: tuple[str, ...]) -> Statement:
    """A statement whose header is known, read."""
    statement = upload(clerk, *rows)
    drain()
    statement.refresh_from_db()
    if statement.state == StatementState.COLUMNS:
        statements.set_columns(statement, columns=COLUMNS, by=clerk, at=NOW)
        drain()
    statement.refresh_from_db()
    assert statement.state == StatementState.READY, statement.problem
    return statement


def commit(statement: Statement, clerk: Any) -> Statement:
    seen = statements.sums_to_book(statement).token
    return statements.commit_statement(statement, seen=seen, by=clerk, at=NOW)


def states(statement: Statement) -> list[str]:
    return list(statement.lines.order_by("number").values_list("state", flat=True))


def nothing_happened() -> bool:
    """No money, no booking, nobody told."""
    return not (Receipt.objects.exists() or LedgerEntry.objects.exists() or OutboxMessage.objects.exists())


def test_columns_are_asked_for_once_a_header(clerk: Any) -> None:
    first = upload(clerk, row(1, "400"))
    drain()
    first.refresh_from_db()
    assert (first.state, first.header) == (StatementState.COLUMNS, list(HEADER))
    statements.set_columns(first, columns=COLUMNS, by=clerk, at=NOW)
    drain()
    second = upload(clerk, row(2, "400"))
    drain()
    for statement in (first, second):
        statement.refresh_from_db()
        assert statement.state == StatementState.READY
    assert StatementFormat.objects.get().provider == provider_of(clerk)
    assert second.columns == COLUMNS.kept()


def test_what_a_day_brings_is_booked_after_the_commit_alone(clerk: Any) -> None:
    plain, short, twice, one, other = orders_of(clerk, 5)
    statement = ready(
        clerk,
        row(1, "400.00", "某公司", plain.reference + plain.number),
        row(2, "40.00", short.payer),  # a zero is missing
        row(3, "400.00", "某人", twice.number),
        row(4, "400.00", twice.payer, twice.number),
        row(5, "800.00", "某公司", f"{one.number}、{other.number}"),
        row(6, "400.00", "谁也不是"),
        row(7, "3.21", "", "结息"),
        line(借方发生额="15.00", 贷方发生额="", 余额="", 交易流水号="S20260321008"),
    )
    assert states(statement) == [
        *("matched", "doubtful", "matched", "doubtful", "matched", "doubtful", "unrelated", "outgoing")
    ]
    assert nothing_happened()
    commit(statement, clerk)
    assert nothing_happened(), "the commit books nothing by itself"
    drain()
    statement.refresh_from_db()
    assert statement.state == StatementState.DONE
    assert states(statement) == [
        *("booked", "doubtful", "booked", "doubtful", "booked", "doubtful", "unrelated", "outgoing")
    ]
    assert {order.state for order in Order.objects.filter(pk__in=[plain.pk, twice.pk, one.pk, other.pk])} == {"paid"}
    short.refresh_from_db()
    assert short.state == "open"
    assert sum(Receipt.objects.values_list("amount", flat=True)) == Decimal("2440.00")
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == Decimal("1600.00")
    free = free_of(Receipt.objects.all()).filter(free__gt=0).values_list("free", flat=True)
    assert sorted(free) == [Decimal(40), Decimal(400), Decimal(400)]
    assert set(Receipt.objects.values_list("source", flat=True)) == {"statement"}


def test_the_same_file_twice_and_overlapping_ones_book_once(clerk: Any) -> None:
    orders_of(clerk, 2)
    both = list(Order.objects.order_by("pk"))
    first = ready(clerk, row(1, "400", both[0].payer))
    commit(first, clerk)
    drain()
    assert upload(clerk, row(1, "400", both[0].payer)) == first
    overlapping = ready(clerk, row(1, "400", both[0].payer), row(2, "400", both[1].payer))
    assert states(overlapping) == ["known", "matched"]
    commit(overlapping, clerk)
    drain()
    assert Receipt.objects.count() == 2
    assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == Decimal(800)


def test_two_statements_ready_at_once_book_a_movement_once(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    one = ready(clerk, row(1, "400", order.payer))
    nameless = (*row(1, "400", order.payer)[:-1], "")  # this file has no serials, so another key
    other = ready(clerk, nameless, row(2, "15"))
    commit(one, clerk)
    with pytest.raises(Conflict, match="正在入账"):
        commit(other, clerk)
    drain()
    with pytest.raises(Conflict, match="刚有变化"):
        commit(other, clerk)
    commit(other, clerk)
    drain()
    assert (states(one), states(other)) == (["booked"], ["known", "doubtful"])
    assert Receipt.objects.count() == 2


def test_a_namesake_s_second_payment_isn_t_booked_for_the_other(clerk: Any) -> None:
    one, other = orders_of(clerk, 2)
    Order.objects.update(payer=one.payer)
    services.confirm_payment(other, value_on=date(2026, 3, 10), by=clerk, at=NOW, key="desk:1")
    statement = ready(clerk, row(1, "400", one.payer))
    assert states(statement) == ["doubtful"]
    assert [told["orders"] for told in statement.lines.get().suggestions] == [[one.pk]]


def _seen(statement: Statement) -> str:
    return statements.sums_to_book(statement).token


def test_money_noted_by_hand_isn_t_booked_again(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    services.confirm_payment(order, value_on=date(2026, 3, 21), by=clerk, at=NOW, key="desk:1")
    statement = ready(clerk, row(1, "400", order.payer, order.number), row(2, "400", order.payer, order.number))
    assert states(statement) == ["known", "doubtful"]
    assert "疑似重复缴费" in statement.lines.get(number=3).reason
    commit(statement, clerk)
    drain()
    assert statement.lines.get(number=2).receipt.source == "desk"
    again = ready(clerk, row(1, "400", order.payer, order.number), row(3, "1"))
    assert states(again) == ["known", "doubtful"], "and isn't in the next file either"


def test_money_noted_by_hand_by_the_voucher_s_day_isn_t_booked_again(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    services.confirm_payment(order, value_on=date(2026, 3, 20), amount=Decimal(200), by=clerk, at=NOW, key="desk:1")
    line = ready(clerk, row(1, "200", order.payer, order.number)).lines.get()
    assert (line.state, line.suggestions[0]["receipt"]) == ("doubtful", Receipt.objects.get().pk)


def test_money_for_two_orders_is_counted_for_neither(clerk: Any) -> None:
    one, other = orders_of(clerk, 2)
    statement = ready(clerk, row(1, "300", "某公司"))
    keys = [statement.lines.get().pk]
    statements.decide(statement, lines=keys, to=LineState.MATCHED, orders=[one, other], by=clerk, at=NOW)
    commit(statement, clerk)
    drain()
    assert states(ready(clerk, row(2, "100", "某公司", one.number))) == ["doubtful"]


def test_a_payment_confirmed_meanwhile_is_seen_before_the_commit(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    seen = _seen(statement)
    services.confirm_payment(order, value_on=date(2026, 3, 21), by=clerk, at=NOW, key="desk:1")
    with pytest.raises(Conflict, match="刚有变化"):
        statements.commit_statement(statement, seen=seen, by=clerk, at=NOW)
    assert states(statement) == ["known"]
    assert Receipt.objects.count() == 1


def test_a_person_s_word_goes_before_the_guess(clerk: Any) -> None:
    one, other = orders_of(clerk, 2)
    statement = ready(clerk, row(1, "300", one.payer), row(2, "12", "某人"), row(3, "13", "某人"))
    part, away, kept = statement.lines.order_by("number")
    decide = {"by": clerk, "at": NOW}
    statements.decide(statement, lines=[part.pk], to=LineState.MATCHED, orders=[one], **decide)
    statements.decide(statement, lines=[away.pk], to=LineState.UNRELATED, **decide)
    statements.decide(statement, lines=[kept.pk], to=LineState.KNOWN, **decide)
    assert statements.look_again(statement, by=clerk) == 0
    commit(statement, clerk)
    drain()
    assert states(statement) == ["booked", "unrelated", "known"]
    assert "尚缺 ¥100.00" in statement.lines.get(pk=part.pk).reason
    assert list(Receipt.objects.get().orders.values_list("order", flat=True)) == [one.pk]
    rest = ready(clerk, row(4, "100", one.payer), row(2, "12", "某人"), row(3, "13", "某人"))
    assert states(rest) == ["matched", "unrelated", "known"], "what was said is remembered, and the rest fits"
    commit(rest, clerk)
    drain()
    assert [order.state for order in Order.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")] == ["paid", "open"]


def test_more_than_was_asked_stays_free(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "500", order.payer))
    found = statement.lines.get()
    assert found.suggestions[0]["orders"] == [order.pk]
    statements.decide(statement, lines=[found.pk], to=LineState.MATCHED, orders=[order], by=clerk, at=NOW)
    commit(statement, clerk)
    drain()
    order.refresh_from_db()
    assert (order.state, statement.lines.get().reason) == ("paid", "多出 ¥100.00，在“到账款项”处理")


def test_a_line_moved_to_another_order_is_seen_before_the_commit(clerk: Any) -> None:
    one, other = orders_of(clerk, 2)
    statement = ready(clerk, row(1, "400", one.payer))
    seen = _seen(statement)
    _choose(statement, other, clerk)
    with pytest.raises(Conflict, match="刚有变化"):
        statements.commit_statement(statement, seen=seen, by=clerk, at=NOW)
    assert nothing_happened()


@pytest.mark.parametrize("state", ["paid", "replaced", "cancelled"])
def test_an_order_that_takes_no_money_can_t_be_chosen(clerk: Any, state: str) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "300", order.payer))
    Order.objects.update(state=state)
    with pytest.raises(Refused, match="不能再收款"):
        _choose(statement, order, clerk)
    foreign = order_for(ApplicationFactory(state="approved"))
    with pytest.raises(Refused, match="没有找到该订单"):
        _choose(statement, foreign, clerk)


def _choose(statement: Statement, order: Order, clerk: Any) -> None:
    order.refresh_from_db()
    keys = [statement.lines.get().pk]
    statements.decide(statement, lines=keys, to=LineState.MATCHED, orders=[order], by=clerk, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_commits_at_once_are_one(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer))
    seen = _seen(statement)
    other = staff(provider_of(clerk), Role.FINANCE)
    acts = [
        lambda who=who: statements.commit_statement(  # type: ignore[misc]
            Statement.objects.get(pk=statement.pk), seen=seen, by=who, at=NOW
        )
        for who in (clerk, other)
    ]
    run_together(*acts)
    drain()
    assert Job.objects.filter(kind="fees.book_statement").count() == 1
    assert AuditEvent.objects.filter(action="statement.committed").count() == 1
    assert (Receipt.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_an_account_of_somebody_else_s_is_refused(clerk: Any) -> None:
    content = text(("账号：6200000000000002",), HEADER, row(1, "400"))
    statement = statements.upload_statement(
        provider_of(clerk), upload=ContentFile(content, name="a.csv"), by=clerk, at=NOW
    )
    drain()
    statement.refresh_from_db()
    assert statement.state == StatementState.REFUSED
    assert "账号尾号是 0002" in statement.problem


def test_columns_that_don_t_do_are_asked_for_again(clerk: Any) -> None:
    statement = upload(clerk, row(1, "400"))
    drain()
    statements.set_columns(
        statement, columns=Columns({"value_on": 0, "incoming": 2, "own_account": 5}), by=clerk, at=NOW
    )
    drain()
    statement.refresh_from_db()
    assert (statement.state, "账号尾号" in statement.problem) == (StatementState.COLUMNS, True)
    with pytest.raises(Refused, match="请指定日期"):
        statements.set_columns(statement, columns=Columns({"incoming": 2}), by=clerk, at=NOW)


def test_a_statement_discarded_can_be_uploaded_again(clerk: Any) -> None:
    statement = ready(clerk, row(1, "400"))
    statements.discard_statement(statement, by=clerk, at=NOW)
    assert ready(clerk, row(1, "400")).pk != statement.pk
    with pytest.raises(Conflict, match="已放弃"):
        statements.commit_statement(statement, seen="", by=clerk, at=NOW)
    assert nothing_happened()


def test_nothing_to_book_is_said(clerk: Any) -> None:
    statement = ready(clerk, row(1, "3.21", "", "利息"))
    with pytest.raises(Refused, match="没有可以入账的明细"):
        commit(statement, clerk)


@pytest.mark.parametrize("role", [role for role in PROVIDER_ROLES if role != Role.FINANCE])
def test_finance_alone(clerk: Any, role: str) -> None:
    statement = ready(clerk, row(1, "400"))
    colleague = staff(provider_of(clerk), role)
    stranger = UserFactory()
    MembershipFactory(user=stranger, role=Role.FINANCE, provider=ProviderFactory())
    for person in (colleague, stranger):
        for act in (
            lambda who=person: statements.commit_statement(statement, seen=_seen(statement), by=who, at=NOW),
            lambda who=person: statements.look_again(statement, by=who),
            lambda who=person: statements.discard_statement(statement, by=who, at=NOW),
            lambda who=person: statements.decide(statement, lines=[], to=LineState.UNRELATED, by=who, at=NOW),
            lambda who=person: statements.upload_statement(
                provider_of(clerk), upload=ContentFile(b"x", name="x.csv"), by=who, at=NOW
            ),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_what_was_done_is_told_by_numbers_alone(clerk: Any) -> None:
    (order,) = orders_of(clerk)
    statement = ready(clerk, row(1, "400", order.payer, "甲乙的附言"))
    commit(statement, clerk)
    drain()
    events = AuditEvent.objects.filter(object_type="fees.statement")
    assert {event.action for event in events} == {
        *("statement.uploaded", "statement.columns_set", "statement.committed", "statement.booked")
    }
    assert not [event for event in AuditEvent.objects.all() if order.payer in str(event.details)]
