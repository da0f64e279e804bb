"""The worker without Redis, as the process it is: it wakes at a ring, outlives its connection, and stops when asked."""

import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from skilleval.core import outbox
from skilleval.core.models import AuditEvent, Event, OutboxMessage
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(media):
    """`manage.py work` in the demo, on the test's database."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    here = {"DATABASE_URL": urlunsplit(address), "DEMO": "1", "BROKER_URL": "", "MEDIA_ROOT": str(media)}
    environment = os.environ | here
    process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=settings.BASE_DIR, env=environment)
    yield process
    process.kill()
    process.wait()


def write(key):
    outbox.send(key=key, channel="email", subject="s", body="b", address="a@example.invalid")


def sent(key):
    return OutboxMessage.objects.filter(key=key, state="sent").exists()


def test_it_works_survives_a_cut_and_stops_when_asked(worker):
    write("first")
    Event.objects.create(kind="nothing.follows", object_id=1, key="1")
    until(lambda: sent("first") and not Event.objects.filter(handled_at=None).exists())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.rowcount >= 1
    write("after the cut")
    until(lambda: sent("after the cut"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0


def test_its_sweep_seals_the_audit_trail(worker):
    AuditEvent.objects.create(actor_label="x", action="x", object_type="x", object_id="1")
    until(lambda: AuditEvent.objects.filter(sequence=1).exists())
