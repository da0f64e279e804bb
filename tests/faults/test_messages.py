"""The database stopped between a booking and its messages, and while a gateway has one: nobody untold, nobody twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from services import Postgres

from tests.core.sms_server import Gateway
from tests.faults.town import Town, Visitor, built
from tests.waiting import until

OUTBOX = "core_outboxmessage"
TEXTS = "SELECT count(*) FROM core_outboxmessage WHERE channel = 'sms' AND state = 'sent'"
ORDER = "SELECT state FROM fees_order WHERE id = %s"


@pytest.fixture(scope="module")
def own_gateway() -> Iterator[Gateway]:
    server = Gateway()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_town(own_gateway: Gateway) -> Iterator[Town]:
    """A town whose texts leave, on a database server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="skilleval-told.", dir="/tmp"))
    folder.chmod(0o711)
    postgres = Postgres(folder / "pg", durable=True)
    try:
        postgres.start()
        with closing(built("told", folder, postgres=postgres)) as town:
            town.settings = {
                "DEMO": "",
                "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
                "SMS_GATEWAY": "skilleval.core.sms.HttpGateway",
                "SMS_URL": own_gateway.url,
                "SMS_KEY_ID": "portal",
                "SMS_SECRET": "a secret of the test",
                "SMS_SIGN": "技能评价",
            }
            yield town
    finally:
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def gateway(own_gateway: Gateway) -> Gateway:
    """It has sent what earlier tests had it send, and behaves."""
    own_gateway.asked.clear()
    own_gateway.answers.clear()
    own_gateway.released.clear()
    return own_gateway


@pytest.fixture
def town(own_town: Town) -> Iterator[Town]:
    yield own_town
    own_town.stop_all()
    print(own_town.log("worker")[-3000:], own_town.log("web")[-3000:])


def confirm(town: Town, made: dict[str, Any]) -> bool:
    """Whether finance was told that the payment of the thirtieth is booked."""
    form = {"value_on": made["today"], "amount": "400.00", "key": f"form-{made['order']}"}
    return Visitor(town, made["session"]).post(f"/admin/fees/order/{made['order']}/change/", **form)[0] == 302


def told_once(town: Town, gateway: Gateway) -> None:
    """Every text left, each under one key, and no person has the same one twice."""
    assert town.one(TEXTS) == len(gateway.sent)
    assert len({headers["Idempotency-Key"] for _, headers, _ in gateway.asked}) == 31  # confirmed, and thirty of them
    texts = [(sent["to"], sent["text"]) for sent in gateway.sent.values()]
    assert len(texts) == len(set(texts))
    assert town.wrong() == []


def test_the_database_stopped_between_booking_and_message(town: Town, gateway: Gateway) -> None:
    """They are one transaction: what was booked is told, and what nobody could be told of wasn't booked."""
    assert town.postgres
    made = town.crowd("reached_by_phone")
    town.slow_down(OUTBOX, 1.5)
    town.start()
    with ThreadPoolExecutor(1) as finance:
        booking = finance.submit(confirm, town, made)
        until(lambda: town.asleep_in(OUTBOX), "the message half written")
        town.postgres.stop("immediate")
        assert not booking.result()
    town.postgres.start()
    assert town.one(ORDER, made["order"]) == "open"
    assert gateway.asked == []
    town.speed_up()
    assert confirm(town, made)
    town.rest()
    assert town.one(ORDER, made["order"]) == "paid"
    told_once(town, gateway)


def test_the_database_stopped_while_the_gateway_has_a_text(town: Town, gateway: Gateway) -> None:
    """The gateway took it in, and nobody could write that down: it is asked again, and knows the key."""
    assert town.postgres
    made = town.crowd("reached_by_phone")
    gateway.answers = ["slow"]
    town.start()
    assert confirm(town, made)
    until(lambda: gateway.asked, "the first text with the gateway")
    town.postgres.stop("immediate")
    gateway.released.set()
    town.postgres.start()
    town.let_leases_run_out()
    town.rest()
    keys = [headers["Idempotency-Key"] for _, headers, _ in gateway.asked]
    assert keys.count(keys[0]) == 2
    told_once(town, gateway)


def test_the_worker_killed_while_the_gateway_has_a_text(town: Town, gateway: Gateway) -> None:
    made = town.crowd("reached_by_phone")
    gateway.answers = ["slow"]
    town.start()
    assert confirm(town, made)
    until(lambda: gateway.asked, "the first text with the gateway")
    town.kill("worker")
    town.let_leases_run_out()
    town.start("worker")
    town.rest()
    assert len(gateway.asked) == 32
    told_once(town, gateway)
