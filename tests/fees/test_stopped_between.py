"""The database goes away between the booking of money and the message about it: neither stands, and both do after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, InterfaceError, connection

from fees.models import LedgerEntry
from skilleval.core.models import OutboxMessage
from tests.fees.money import entries, free, money, pay, state, to_pay

#: The server ends the connection that is about to write a message, as if it were stopped at that moment.
STOP = """
CREATE FUNCTION stopped_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NEW; END $$;
CREATE TRIGGER stopped_here BEFORE INSERT ON core_outboxmessage FOR EACH ROW EXECUTE FUNCTION stopped_here();
"""


@contextmanager
def stopped_before_a_message() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(STOP)
    try:
        yield
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER stopped_here ON core_outboxmessage; DROP FUNCTION stopped_here()")


@pytest.mark.django_db(transaction=True)
def test_stopped_between_booking_and_message() -> None:
    order = to_pay()
    receipt = money(order.provider, 400)
    with stopped_before_a_message(), pytest.raises((DatabaseError, InterfaceError)):
        pay(receipt, order)
    assert (state(order), entries(), free(receipt)) == ("open", [], 400)
    assert not OutboxMessage.objects.exists()
    pay(receipt, order)
    assert (state(order), LedgerEntry.objects.count()) == ("paid", 1)
    assert OutboxMessage.objects.filter(channel="portal", subject="您的报名已确认").count() == 1
