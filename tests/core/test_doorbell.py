"""Rings come after the commit, once a transaction, and a broker that is away costs nobody their request."""

import select

import psycopg2
import pytest
from django.db import connection, transaction

from skilleval.core import doorbell, jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ear():
    """A second connection that listens."""
    listening = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    listening.autocommit = True
    listening.cursor().execute(f"LISTEN {doorbell.CHANNEL}")

    def rings():
        select.select([listening], [], [], 0.3)
        listening.poll()
        count = len(listening.notifies)
        listening.notifies.clear()
        return count

    yield rings
    listening.close()


def test_one_ring_for_a_transaction_after_its_commit(ear):
    with transaction.atomic():
        jobs.enqueue("a", key="1")
        jobs.emit("b", 2)
        with transaction.atomic():
            jobs.enqueue("a", key="3")
        assert ear() == 0
    assert ear() in (1, 2)  # PostgreSQL may fold equal ones


def test_no_ring_for_what_was_rolled_back(ear):
    with transaction.atomic():
        jobs.enqueue("a", key="1")
        transaction.set_rollback(True)
    assert ear() == 0


def test_a_savepoint_rolled_back_doesnt_swallow_a_later_ring(ear):
    with transaction.atomic():
        with transaction.atomic():
            doorbell.ring()
            transaction.set_rollback(True)
        doorbell.ring()
    assert ear() == 1


def test_a_listener_wakes_up_and_else_sleeps_its_time():
    doorbell.listen()
    doorbell.ring()
    assert doorbell.wait(5) is True
    assert doorbell.wait(0) is False


def test_a_broker_that_is_away_is_noted_and_left_alone_for_a_while(settings, monkeypatch, caplog):
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    from skilleval.celery import app

    monkeypatch.setattr(app.conf, "broker_url", settings.CELERY_BROKER_URL)
    for key in ("1", "2"):
        jobs.enqueue("a", key=key)
    assert jobs.Job.objects.count() == 2
    assert caplog.text.count("the broker is away") == 1
