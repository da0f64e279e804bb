"""Messages to people: one row for one cause and channel, delivered after the commit that made it (see delivery)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from skilleval.core import clock
from skilleval.core.doorbell import ring
from skilleval.core.enums import Channel, MessageState
from skilleval.core.models import OutboxMessage


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


def away_text(body: str, link: str) -> str:
    """What leaves the portal: the body, and where to read on."""
    return f"{body}{_more(link)}"


def home_text(body: str, link: str) -> str:
    """The body of what leaves the portal, without where to read on."""
    return body.removesuffix(_more(link))


def _more(link: str) -> str:
    return f"\n详情请登录查看：{settings.SITE_URL}{link}" if link else ""


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
