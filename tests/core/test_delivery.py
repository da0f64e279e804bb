"""What is due leaves once, in turn; what fails is tried again, and nothing waits behind a server that is away."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError
from django.utils import timezone

from skilleval.core import delivery, outbox
from skilleval.core.delivery import deliver_due
from skilleval.core.models import OutboxMessage
from skilleval.core.sms import TurnedDown
from tests.core.racing import race

pytestmark = pytest.mark.django_db

TEXTS = []


class TestGateway:
    """Keeps what it is handed."""

    def send(self, address, text, key):
        TEXTS.append((address, text, key))
        return f"ref-{len(TEXTS)}"


class ChoosyGateway:
    """Turns every text down."""

    def send(self, address, text, key):
        TEXTS.append(key)
        raise TurnedDown("status 422")


class BrokenBackend:
    """A mail server that is away, and says whose mail it didn't take."""

    def __init__(self, **kwargs):
        pass

    def send_messages(self, messages):
        TEXTS.append(messages[0].to[0])
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no")})


class DyingGateway:
    """Takes the text in, and the worker dies before it could say so."""

    def send(self, address, text, key):
        TEXTS.append(key)
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def gateway(settings, monkeypatch):
    settings.SMS_GATEWAY = f"{__name__}.TestGateway"
    settings.DEMO = False
    monkeypatch.setattr(delivery, "_resting", {})
    TEXTS.clear()


def write(key="cause:1", channel="email", address="a@example.invalid", **more):
    outbox.send(key=key, channel=channel, subject="主题", body="正文", address=address, recipient_id=5, **more)


def states():
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))


def make_due():
    OutboxMessage.objects.update(send_after=timezone.now(), leased_until=None)


def test_mail_leaves_once_under_its_own_number(settings):
    settings.DEFAULT_FROM_EMAIL = "Portal <noreply@portal.example>"
    write()
    assert (deliver_due(), deliver_due()) == (1, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["a@example.invalid"], "主题", "正文")
    assert sent.extra_headers["Message-ID"] == f"<{OutboxMessage.objects.get().uuid}@portal.example>"
    assert states() == ["sent"]


def test_texts_go_through_the_gateway():
    write(channel="sms", address="+8613812345678")
    deliver_due()
    sent = OutboxMessage.objects.get()
    assert [("+8613812345678", "正文", str(sent.uuid))] == TEXTS
    assert (sent.state, sent.gateway_reference, sent.leased_until) == ("sent", "ref-1", None)


def test_in_the_demo_nothing_leaves(settings):
    settings.DEMO = True
    write()
    write(key="cause:2", channel="sms")
    assert deliver_due() == 2
    assert (states(), mail.outbox, TEXTS) == (["sent", "sent"], [], [])


def test_held_messages_wait_for_their_release():
    write(held=True)
    assert (deliver_due(), states()) == (0, ["held"])
    assert (outbox.release(["cause:1"]), deliver_due(), len(mail.outbox)) == (1, 1, 1)


def test_failures_are_tried_again_later_and_given_up_in_the_end(settings):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    write()
    waited = []
    while states() == ["queued"]:
        make_due()
        assert deliver_due() == 1
        waited.append(OutboxMessage.objects.get().send_after - timezone.now())
    assert [round(pause / timedelta(minutes=1)) for pause in waited[:-1]] == [1, 5, 30, 120, 720]
    failed = OutboxMessage.objects.get()
    assert (failed.state, failed.attempts, failed.last_error) == ("failed", 6, "SMTPRecipientsRefused")


def test_what_the_gateway_turned_down_is_not_asked_again(settings):
    settings.SMS_GATEWAY = f"{__name__}.ChoosyGateway"
    write(channel="sms")
    assert (deliver_due(), deliver_due()) == (1, 0)
    failed = OutboxMessage.objects.get()
    assert (failed.state, failed.attempts, failed.edition) == ("failed", 0, 1)
    assert failed.last_error == "TurnedDown status 422"
    assert delivery.key_of(failed) == f"{failed.uuid}-1"


def test_one_failure_doesnt_stop_the_others(settings):
    write()
    write(key="cause:2", channel="sms")
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    assert deliver_due() == 2
    assert states() == ["queued", "sent"]


def test_a_channel_that_is_away_rests_and_the_other_goes_on(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    for number in range(5):
        write(key=f"mail:{number}", address=f"{number}@example.invalid")
        write(key=f"text:{number}", channel="sms")
    assert deliver_due() == 3 + 5
    assert [text for text in TEXTS if isinstance(text, str)] == [f"{number}@example.invalid" for number in range(3)]
    assert deliver_due() == 0
    monkeypatch.setattr(delivery, "_resting", {})  # a minute later
    assert deliver_due() == 2


def test_a_message_whose_worker_died_is_taken_up_again_under_the_same_key(settings):
    write(channel="sms")
    settings.SMS_GATEWAY = f"{__name__}.DyingGateway"
    with pytest.raises(KeyboardInterrupt):
        deliver_due()
    assert (states(), deliver_due()) == (["queued"], 0)  # somebody may still be at it
    make_due()
    settings.SMS_GATEWAY = f"{__name__}.TestGateway"
    assert (deliver_due(), states()) == (1, ["sent"])
    assert TEXTS[0] == TEXTS[1][2]


def test_one_that_ends_every_worker_is_given_up(settings):
    settings.SMS_GATEWAY = f"{__name__}.DyingGateway"
    write(channel="sms")
    write(key="cause:2")
    OutboxMessage.objects.filter(channel="sms").update(attempts=6)
    assert (deliver_due(), states(), TEXTS) == (1, ["failed", "sent"], [])


def test_a_worker_that_wakes_up_late_doesnt_undo_what_another_one_noted(settings, monkeypatch):
    write(channel="sms")
    claimed = delivery._claim()
    make_due()
    assert (deliver_due(), states()) == (1, ["sent"])
    delivery._note_failure(claimed, OSError())
    assert states() == ["sent"]


def test_a_database_that_goes_away_while_the_gateway_is_asked_loses_nothing(settings, monkeypatch):
    write(channel="sms")
    noted = delivery._note

    def gone(message, **fields):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(delivery, "_note", gone)
    with pytest.raises(OperationalError):
        deliver_due()
    monkeypatch.setattr(delivery, "_note", noted)
    assert states() == ["queued"]
    make_due()
    assert (deliver_due(), states()) == (1, ["sent"])
    assert len({key for _, _, key in TEXTS}) == 1  # the gateway knows that it is the same one


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_message_once():
    outbox.send_all(
        outbox.Message(key=str(number), channel="sms", subject="s", body=str(number), address="+86")
        for number in range(20)
    )
    assert sum(race(*[deliver_due] * 4)) == 20
    assert sorted(int(text) for _, text, _ in TEXTS) == list(range(20))
