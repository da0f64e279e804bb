"""One message for one cause; it leaves after the commit, once, and in the demo it leaves nobody's house."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from skilleval.core import outbox
from skilleval.core.models import OutboxMessage
from tests.core.racing import race

pytestmark = pytest.mark.django_db

TEXTS = []


class TestGateway:
    """Keeps what it is handed."""

    def send(self, address, text):
        TEXTS.append((address, text))


class BrokenBackend:
    """A mail server that is away, and says whose mail it didn't take."""

    def __init__(self, **kwargs):
        pass

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no")})


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.SMS_GATEWAY = f"{__name__}.TestGateway"
    settings.DEMO = False
    TEXTS.clear()


def write(key="cause:1", channel="email", address="a@example.invalid", **more):
    outbox.send(key=key, channel=channel, subject="主题", body="正文", address=address, recipient_id=5, **more)


def states():
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))


def make_due():
    OutboxMessage.objects.update(send_after=timezone.now())


def test_a_cause_is_told_once():
    write()
    write(address="other@example.invalid")
    assert OutboxMessage.objects.get().address == "a@example.invalid"


def test_mail_leaves_once():
    write()
    assert (outbox.deliver_due(), outbox.deliver_due()) == (1, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["a@example.invalid"], "主题", "正文")
    assert states() == ["sent"]


def test_texts_go_through_the_gateway():
    write(channel="sms", address="+8613812345678")
    outbox.deliver_due()
    assert TEXTS == [("+8613812345678", "正文")]


def test_the_console_gateway_says_nothing_of_the_person(settings, caplog):
    settings.SMS_GATEWAY = "skilleval.core.outbox.ConsoleGateway"
    write(channel="sms", address="+8613812345678")
    with caplog.at_level("INFO"):
        outbox.deliver_due()
    assert states() == ["sent"]
    assert "138" not in caplog.text
    assert "正文" not in caplog.text


def test_a_message_in_the_portal_has_arrived_at_once():
    write(channel="portal", address="")
    assert (states(), outbox.deliver_due(), mail.outbox) == (["sent"], 0, [])


def test_in_the_demo_nothing_leaves(settings):
    settings.DEMO = True
    write()
    write(key="cause:2", channel="sms")
    assert outbox.deliver_due() == 2
    assert (states(), mail.outbox, TEXTS) == (["sent", "sent"], [], [])


def test_held_messages_wait_for_their_release():
    write(held=True)
    assert (outbox.deliver_due(), states()) == (0, ["held"])
    assert (outbox.release(["cause:1"]), outbox.deliver_due(), len(mail.outbox)) == (1, 1, 1)


def test_a_message_rolls_back_with_its_cause():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert states() == []


def test_failures_are_tried_again_later_and_given_up_in_the_end(settings):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    write()
    waited = []
    while states() == ["queued"]:
        make_due()
        assert outbox.deliver_due() == 1
        waited.append(OutboxMessage.objects.get().send_after - timezone.now())
    assert [round(pause / timedelta(minutes=1)) for pause in waited[:-1]] == [1, 5, 30, 120, 720]
    failed = OutboxMessage.objects.get()
    assert (failed.state, failed.attempts, failed.last_error) == ("failed", 6, "SMTPRecipientsRefused")


def test_one_failure_doesnt_stop_the_others(settings):
    write()
    write(key="cause:2", channel="sms")
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    assert outbox.deliver_due() == 2
    assert states() == ["queued", "sent"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_message_once():
    outbox.send_all(
        outbox.Message(key=str(number), channel="sms", subject="s", body=str(number), address="+86")
        for number in range(20)
    )
    assert sum(race(*[outbox.deliver_due] * 4)) == 20
    assert sorted(int(text) for _, text in TEXTS) == list(range(20))


def test_the_address_is_sealed():
    write(channel="sms", address="+8613812345678")
    assert b"138" not in OutboxMessage.objects.values_list("address", flat=True).get()
