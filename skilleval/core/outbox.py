"""Messages to people: one row for one cause and channel, delivered after the commit that made it.

A message is locked while it is handed over and marked in the same transaction, so that a worker killed in between
repeats that one message at most. In the demo nothing leaves: every message is only recorded as sent.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from skilleval.core import clock
from skilleval.core.doorbell import ring
from skilleval.core.enums import Channel, MessageState
from skilleval.core.models import OutboxMessage

logger = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
SECONDS_TO_HAND_OVER = 20


@dataclass(frozen=True, kw_only=True)
class Message:
    """What to tell whom. ``key`` names the cause, the person and the channel; a second one with it is ignored.

    ``recipient_id`` is a user's number, ``address`` an e-mail address or telephone; a held message waits for release().
    ``kind`` is the template it was made from, ``owner_id`` the provider whose message it is.
    """

    key: str
    channel: str
    subject: str
    body: str
    recipient_id: int | None = None
    address: str = ""
    link: str = ""
    kind: str = ""
    owner_id: int | None = None
    held: bool = False


class SmsGateway(Protocol):
    """What SMS_GATEWAY names: a class whose instances hand one text to one telephone, or raise."""

    def send(self, address: str, text: str) -> None: ...


class ConsoleGateway:
    """Stands in where no gateway is contracted: notes that a text was handed over, without saying to whom."""

    def send(self, address: str, text: str) -> None:
        logger.info("sms of %d characters handed to the console", len(text))


def send(
    *,
    key: str,
    channel: str,
    subject: str,
    body: str,
    recipient_id: int | None = None,
    address: str = "",
    link: str = "",
    held: bool = False,
) -> None:
    """Write one message in the current transaction; nothing happens when its key exists."""
    send_all(
        [
            Message(
                key=key,
                channel=channel,
                subject=subject,
                body=body,
                recipient_id=recipient_id,
                address=address,
                link=link,
                held=held,
            )
        ]
    )


def send_all(messages: Iterable[Message]) -> None:
    """Write many messages in the current transaction; those whose key exists are ignored."""
    written_at = clock.now()
    rows = [_row(message, written_at) for message in messages]
    OutboxMessage.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    if rows:
        ring()


def release(keys: Iterable[str]) -> int:
    """Let held messages go, and return how many there were."""
    held = OutboxMessage.objects.filter(key__in=list(keys), state=MessageState.HELD)
    return release_rows(held)


@transaction.atomic
def release_rows(held: QuerySet[OutboxMessage]) -> int:
    """Let these held messages go, those in the portal at once; returns how many there were."""
    now = timezone.now()
    arrived = held.filter(channel=Channel.PORTAL).update(state=MessageState.SENT, sent_at=now)
    count = held.exclude(channel=Channel.PORTAL).update(state=MessageState.QUEUED, send_after=now)
    ring()
    return arrived + count


def deliver_due(limit: int = 200) -> int:
    """Hand over the messages that are due, at most ``limit``, and return how many were tried."""
    tried = 0
    while tried < limit and _deliver_one():
        tried += 1
    return tried


@transaction.atomic
def _deliver_one() -> bool:
    due = OutboxMessage.objects.filter(state=MessageState.QUEUED, send_after__lte=timezone.now())
    message = due.select_for_update(skip_locked=True).order_by("send_after", "id").first()
    if message is None:
        return False
    message.attempts += 1
    try:
        if not clock.is_demo():
            _hand_over(message)
    except Exception as error:
        _note_failure(message, error)
    else:
        message.state, message.sent_at, message.last_error = MessageState.SENT, timezone.now(), ""
    message.save(update_fields=["attempts", "state", "sent_at", "send_after", "last_error"])
    return True


def _hand_over(message: OutboxMessage) -> None:
    if message.channel == Channel.EMAIL:
        mailer = get_connection(timeout=SECONDS_TO_HAND_OVER)
        EmailMessage(message.subject, message.body, to=[message.address], connection=mailer).send()
    elif message.channel == Channel.SMS:
        gateway: SmsGateway = import_string(settings.SMS_GATEWAY)()
        gateway.send(message.address, message.body)


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    """Keep the kind of error only: a gateway's words may repeat the address."""
    logger.warning("message %s was not handed over: %s", message.pk, type(error).__name__)
    message.last_error = type(error).__name__
    if message.attempts > len(PAUSES):
        message.state = MessageState.FAILED
    else:
        message.send_after = timezone.now() + PAUSES[message.attempts - 1]


def _row(message: Message, written_at: datetime) -> OutboxMessage:
    return OutboxMessage(
        created_at=written_at,
        key=message.key,
        recipient_id=message.recipient_id,
        channel=message.channel,
        address=message.address,
        subject=message.subject,
        body=message.body,
        link=message.link,
        kind=message.kind,
        owner_id=message.owner_id,
        **_first_state(message),
    )


def _first_state(message: Message) -> dict[str, str | datetime]:
    if message.held:
        return {"state": MessageState.HELD}
    if message.channel == Channel.PORTAL:  # it has arrived where it is read
        return {"state": MessageState.SENT, "sent_at": timezone.now()}
    return {"state": MessageState.QUEUED}
