"""The gateway over signed HTTP, against a server of the test's own that misbehaves in every way a gateway does.

Nobody gets a text twice: the server, like the real one, sends one text for one key.
"""

import hashlib
import hmac
import json
import time

import pytest
from django.utils import timezone

from skilleval.core import delivery, outbox, sms
from skilleval.core.models import OutboxMessage
from skilleval.core.sms import ConsoleGateway, HttpGateway, NoAnswer, TurnedDown
from tests.core.sms_server import Gateway

SECRET = "a secret of the test"
PHONE = "+8613800000000"


@pytest.fixture
def gateway(settings, monkeypatch):
    server = Gateway()
    server.start()
    settings.SMS_GATEWAY = "skilleval.core.sms.HttpGateway"
    settings.SMS_URL = server.url
    settings.SMS_KEY_ID, settings.SMS_SECRET, settings.SMS_SIGN = "portal", SECRET, "技能评价"
    settings.DEMO = False
    monkeypatch.setattr(sms, "SECONDS_TO_HAND_OVER", 0.5)
    monkeypatch.setattr(delivery, "_resting", {})
    yield server
    server.stop()


def test_a_text_is_handed_over_signed(gateway):
    assert HttpGateway().send(PHONE, "正文", "key-1") == "Rkey-1"
    ((path, headers, body),) = gateway.asked
    assert json.loads(body) == {"key": "key-1", "to": PHONE, "text": "正文", "sign": "技能评价"}
    assert (path, headers["Idempotency-Key"], headers["X-Sms-Key"]) == ("/v1/texts", "key-1", "portal")
    said = [path, headers["X-Sms-Timestamp"], headers["X-Sms-Nonce"], hashlib.sha256(body).hexdigest()]
    right = hmac.new(SECRET.encode(), "\n".join(said).encode(), "sha256").hexdigest()
    assert headers["X-Sms-Signature"] == right
    assert abs(int(headers["X-Sms-Timestamp"]) - time.time()) < 5


def test_no_two_requests_are_signed_alike(gateway):
    for _ in range(2):
        HttpGateway().send(PHONE, "正文", "key-1")
    assert len({headers["X-Sms-Nonce"] for _, headers, _ in gateway.asked}) == 2


@pytest.mark.parametrize(
    ("how", "raised"),
    [
        ("refused", TurnedDown),
        *(
            (how, NoAnswer)
            for how in (
                *("unavailable", "busy", "forbidden", "redirected", "failing after"),
                *("silent", "dripping", "cut", "garbled", "nameless", "no http"),
            )
        ),
    ],
)
def test_what_an_answer_means(gateway, how, raised):
    gateway.answers = [how]
    began = time.monotonic()
    with pytest.raises(raised):
        HttpGateway().send(PHONE, "正文", "key-1")
    assert time.monotonic() - began < 3
    assert [path for path, _, _ in gateway.asked] == ["/v1/texts"]


def test_a_gateway_that_is_away(gateway, settings):
    settings.SMS_URL = "http://127.0.0.1:1/v1/texts"
    with pytest.raises(NoAnswer):
        HttpGateway().send(PHONE, "正文", "key-1")


@pytest.mark.parametrize("secret", ["+86", "正文"])
def test_no_error_repeats_the_person(gateway, secret):
    gateway.answers = ["garbled"]
    with pytest.raises(NoAnswer) as told:
        HttpGateway().send(PHONE, "正文", "key-1")
    assert secret not in str(told.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answers",
    [
        ["unavailable"],
        ["silent"],
        ["dripping"],
        ["cut", "garbled", "nameless", "no http", "failing after"],
        ["silent", "conflict"],
        ["twice"],
        ["twice", "twice"],
        ["redirected", "busy", "forbidden"],
    ],
)
def test_whatever_the_gateway_does_the_person_gets_one_text(gateway, answers):
    gateway.answers = list(answers)
    outbox.send(key="cause", channel="sms", subject="主题", body="正文", address=PHONE)
    rounds = 0
    while OutboxMessage.objects.get().state == "queued":
        OutboxMessage.objects.update(send_after=timezone.now())
        rounds += delivery.deliver_due()
        assert rounds <= len(answers) + 1
    sent = OutboxMessage.objects.get()
    assert (sent.state, len(gateway.sent)) == ("sent", 1)
    assert sent.gateway_reference in (f"R{str(sent.uuid)[:8]}", "" if "conflict" in answers else None)
    assert gateway.sent[str(sent.uuid)]["to"] == PHONE


@pytest.mark.django_db
def test_a_gateway_that_answers_twice_is_believed_the_first_time(gateway):
    gateway.answers = ["twice"]
    outbox.send(key="cause", channel="sms", subject="主题", body="正文", address=PHONE)
    assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    assert OutboxMessage.objects.get().gateway_reference.startswith("R")


def test_the_console_says_nothing_of_the_person(caplog):
    with caplog.at_level("INFO"):
        assert ConsoleGateway().send(PHONE, "正文", "key-1") == ""
    assert "138" not in caplog.text
    assert "正文" not in caplog.text
