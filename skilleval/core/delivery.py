"""Handing over what is due: claim a message, hand it over, note what came of it (see outbox for the rows).

Nothing is locked while a server is asked: a claim is a lease, and is taken up again where its worker died or the
database went away before the outcome was noted. A text then leaves with the same key, which its gateway knows.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from skilleval.core import clock
from skilleval.core.enums import Channel, MessageState
from skilleval.core.models import OutboxMessage
from skilleval.core.sms import SmsGateway, TurnedDown

logger = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
LEASE = timedelta(minutes=3)  # longer than any handing over
SECONDS_TO_HAND_OVER = 20  # for each of a mail server's answers
FAILURES_IN_A_ROW = 3
SECONDS_OF_REST = 60
SILENT = "the worker stopped without a word"

_resting: dict[str, float] = {}  # channel → until when, on this process's clock


def deliver_due(limit: int = 200) -> int:
    """Hand over the messages that are due, at most `limit`, and return how many were tried.

    A channel that fails several times in a row rests for a minute, so that nothing else waits behind it.
    """
    tried, failures = 0, Counter[str]()
    while tried < limit and (message := _claim()):
        tried += 1
        if _deliver(message):
            failures[message.channel] = 0
        else:
            failures[message.channel] += 1
        if failures[message.channel] >= FAILURES_IN_A_ROW:
            _resting[message.channel] = time.monotonic() + SECONDS_OF_REST
    return tried


def key_of(message: OutboxMessage) -> str:
    """What a gateway knows a text by: the same until the gateway turned it down, another one after that."""
    return f"{message.uuid}-{message.edition}" if message.edition else str(message.uuid)


@transaction.atomic
def _claim() -> OutboxMessage | None:
    """The next message that is due, leased to this worker; one whose worker died each time is given up."""
    now = timezone.now()
    awake = [channel for channel in Channel if _resting.get(channel, 0) <= time.monotonic()]
    due = OutboxMessage.objects.filter(state=MessageState.QUEUED, send_after__lte=now, channel__in=awake)
    due = due.exclude(leased_until__gt=now).order_by("send_after", "id")
    while message := due.select_for_update(skip_locked=True).first():
        if message.attempts <= len(PAUSES):
            message.attempts += 1
            message.leased_until = now + LEASE
            message.save(update_fields=["attempts", "leased_until"])
            return message
        _note(message, state=MessageState.FAILED, last_error=SILENT)
    return None


def _deliver(message: OutboxMessage) -> bool:
    """Hand one message over and note what came of it; whether its channel is to be had."""
    try:
        reference = "" if clock.is_demo() else _hand_over(message)
    except TurnedDown as error:
        logger.warning("message %s was turned down", message.pk)
        again = {"attempts": 0, "edition": message.edition + 1}
        _note(message, state=MessageState.FAILED, last_error=f"TurnedDown {error}", **again)
    except Exception as error:
        _note_failure(message, error)
        return False
    else:
        sent = {"state": MessageState.SENT, "sent_at": timezone.now(), "last_error": ""}
        _note(message, gateway_reference=reference, **sent)
    return True


def _hand_over(message: OutboxMessage) -> str:
    if message.channel == Channel.EMAIL:
        _mail(message)
    elif message.channel == Channel.SMS:
        gateway: SmsGateway = import_string(settings.SMS_GATEWAY)()
        return gateway.send(message.address, message.body, key_of(message))
    return ""


def _mail(message: OutboxMessage) -> None:
    """Mail has no key, but whoever gets one twice sees by its number that it is one."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >")
    number = {"Message-ID": f"<{key_of(message)}@{domain}>"}
    mailer = get_connection(timeout=SECONDS_TO_HAND_OVER)
    EmailMessage(message.subject, message.body, to=[message.address], connection=mailer, headers=number).send()


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    """Keep the kind of error only: a gateway's words may repeat the address."""
    logger.warning("message %s was not handed over: %s", message.pk, type(error).__name__)
    if message.attempts > len(PAUSES):
        _note(message, state=MessageState.FAILED, last_error=type(error).__name__)
    else:
        after = timezone.now() + PAUSES[message.attempts - 1]
        _note(message, send_after=after, last_error=type(error).__name__)


def _note(message: OutboxMessage, **fields: object) -> None:
    """Note an outcome, unless somebody else has taken the message up meanwhile, or its receipt was quicker."""
    claimed = {"attempts": message.attempts, "edition": message.edition}
    mine = OutboxMessage.objects.filter(pk=message.pk, state=MessageState.QUEUED, **claimed)
    mine.update(leased_until=None, **fields)
