"""What the gateway reports of a text: signed, once, and never the other way round."""

import json
import time

import pytest
from django.urls import reverse

from skilleval.core import delivery, outbox, sms
from skilleval.core.models import OutboxMessage

pytestmark = pytest.mark.django_db

ADDRESS = "/gateway/receipts/"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.SMS_SECRET, settings.SMS_KEY_ID = "a secret of the test", "portal"


@pytest.fixture
def text():
    outbox.send(key="cause", channel="sms", subject="主题", body="正文", address="+8613800000000")
    return OutboxMessage.objects.get()


def report(client, told_of, *, age=0, **changed):
    """Send a report as the gateway does, or not quite."""
    raw = told_of if isinstance(told_of, bytes) else json.dumps(told_of).encode()
    timestamp = str(int(time.time()) - age)
    signed = sms.signature(path=changed.get("path", ADDRESS), timestamp=timestamp, nonce="n", body=raw)
    headers = {"X-Sms-Timestamp": timestamp, "X-Sms-Nonce": "n", "X-Sms-Signature": signed} | changed.get("headers", {})
    sent = changed.get("body", raw)
    return client.post(ADDRESS, sent, content_type="application/json", headers=headers).status_code


def told(text, status="arrived"):
    return {"key": delivery.key_of(text), "status": status}


def noted():
    row = OutboxMessage.objects.get()
    return row.state, row.receipt, row.sent_at is not None


def test_the_address_is_what_was_signed():
    assert reverse("sms_receipt") == ADDRESS


@pytest.mark.parametrize(
    ("statuses", "last"),
    [
        (["arrived"], "arrived"),
        (["undelivered"], "undelivered"),
        (["arrived", "arrived"], "arrived"),
        (["undelivered", "arrived"], "arrived"),
        (["arrived", "undelivered"], "arrived"),
    ],
)
def test_arrived_is_the_last_word(client, text, statuses, last):
    OutboxMessage.objects.update(state="sent", sent_at=text.created_at)
    assert [report(client, told(text, status)) for status in statuses] == [200] * len(statuses)
    assert noted() == ("sent", last, True)


def test_told_again_it_changes_nothing(client, text):
    report(client, told(text))
    first = OutboxMessage.objects.values().get()
    assert report(client, told(text)) == 200
    assert OutboxMessage.objects.values().get() == first


@pytest.mark.parametrize("state", ["queued", "failed", "held", "dropped"])
def test_what_is_reported_of_was_sent_whether_we_read_the_answer_or_not(client, text, state):
    OutboxMessage.objects.update(state=state, attempts=2)
    report(client, told(text))
    assert noted() == ("sent", "arrived", True)
    assert delivery.deliver_due() == 0


def test_a_report_on_a_text_that_was_changed_since_is_of_another_one(client, text):
    OutboxMessage.objects.update(edition=1)
    assert report(client, told(text)) == 404
    text.refresh_from_db()
    assert (delivery.key_of(text), report(client, told(text))) == (f"{text.uuid}-1", 200)


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": {"X-Sms-Signature": ""}},
        {"headers": {"X-Sms-Signature": "0" * 64}},
        {"headers": {"X-Sms-Signature": "签"}},
        {"headers": {"X-Sms-Nonce": "other"}},
        {"headers": {"X-Sms-Timestamp": "1"}},
        {"headers": {"X-Sms-Timestamp": "now"}},
        {"headers": {"X-Sms-Timestamp": ""}},
        {"body": b'{"key": "another"}'},
        {"path": "/elsewhere/"},
        {"age": 301},
        {"age": -302},
    ],
)
def test_whoever_cannot_sign_finds_nothing(client, text, changed):
    assert report(client, told(text), **changed) == 404
    assert noted() == ("queued", "", False)


def test_without_a_secret_nothing_is_believed(client, text, settings):
    settings.SMS_SECRET = ""
    assert report(client, told(text)) == 404


def test_it_is_posted_or_not_there(client):
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"\xff{", 400),
        ({"key": 7, "status": "arrived"}, 400),
        ({"key": "x", "status": ["arrived"]}, 400),
        ({"key": "x", "status": "lost"}, 400),
        ({"key": "x", "status": "arrived"}, 404),
        ({"key": "00000000-0000-0000-0000-000000000000", "status": "arrived"}, 404),
        ({"key": "00000000-0000-0000-0000-000000000000-99999", "status": "arrived"}, 404),
        ({"key": "x" * 5000, "status": "arrived"}, 404),
    ],
)
def test_what_cannot_be_read_or_is_not_known(client, body, status):
    assert report(client, body) == status


def test_mail_has_no_receipts(client, text):
    OutboxMessage.objects.update(channel="email")
    assert report(client, told(text)) == 404
