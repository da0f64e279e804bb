"""What provider staff do with their provider's messages before they leave: hold, change, release, drop them.

What one person is told of one cause, in the portal and away from it, is held, changed, released and dropped together.
What has left stays as it is: nobody can be told otherwise than they were.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from skilleval.accounts.models import ProviderMessage, User
from skilleval.accounts.policy import MESSAGES
from skilleval.catalogue.models import Provider
from skilleval.core import audit, outbox
from skilleval.core.doorbell import ring
from skilleval.core.enums import Channel, MessageState
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.templates import BODY_LENGTH, SUBJECT_LENGTH, of_kind

LONGEST = 2 * BODY_LENGTH  # what a person changes has its values filled in already
_S = MessageState
#: Where a message may go on from.
WAITING = (_S.HELD, _S.QUEUED)
UNSENT = (_S.HELD, _S.QUEUED, _S.FAILED)


@transaction.atomic
def hold(message: ProviderMessage, *, by: User) -> list[int]:
    """Keep back what waits to be sent: queued → held. Returns the keys of what was.

    Raises NotAllowed for a stranger to the role, Refused for a kind that can't wait, Conflict where all of it has left
    or is leaving.
    """
    rows = [row for row in _together(message, by) if row.state == _S.QUEUED]
    _check_may_wait(message)
    _check_any(rows, "这条消息已经发出或正在发送，不能暂存")
    return _move(rows, _S.HELD, "held", by)


@transaction.atomic
def release(message: ProviderMessage, *, by: User) -> list[int]:
    """Let go what was held, and try again what failed: → sent in the portal, → queued otherwise. Returns their keys.

    Raises NotAllowed for a stranger to the role, Conflict where nothing of it is held or has failed.
    """
    rows = [row for row in _together(message, by) if row.state in (_S.HELD, _S.FAILED)]
    _check_any(rows, "这条消息已经放行或已不再发送")
    now = timezone.now()
    for row in rows:
        if row.channel == Channel.PORTAL:
            row.state, row.sent_at = _S.SENT, now
        else:
            # One that may have reached the gateway counts as tried, and stays unchangeable.
            row.state, row.send_after, row.attempts = _S.QUEUED, now, min(row.attempts, 1)
        row.save(update_fields=["state", "sent_at", "send_after", "attempts"])
        audit.record("message.released", by=by, obj=row)
    ring()
    return [row.pk for row in rows]


@transaction.atomic
def drop(message: ProviderMessage, *, by: User) -> list[int]:
    """Never send what hasn't left: held, queued or failed → dropped. Returns the keys of what was.

    Raises NotAllowed for a stranger to the role, Refused for a kind that has to arrive, Conflict where all of it has
    left or is leaving.
    """
    rows = [row for row in _together(message, by) if row.state in UNSENT]
    _check_may_wait(message)
    _check_any(rows, "这条消息已经发出或正在发送，不能撤回")
    return _move(rows, _S.DROPPED, "dropped", by)


@transaction.atomic
def change(message: ProviderMessage, *, subject: str, body: str, by: User, at: datetime) -> list[int]:
    """Word it otherwise, in the portal and away from it, as far as nothing of it was handed over. Returns their keys.

    Raises NotAllowed for a stranger to the role, Refused for words that can't be sent and a kind that keeps its words,
    Conflict where a server may have them already.
    """
    rows = [row for row in _together(message, by) if may_be_changed(row)]
    _check_may_wait(message)
    _check_any(rows, "这条消息已经发出或曾经尝试发送，不能改写")
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    _check_words(subject, body)
    for row in rows:
        row.subject, row.body = subject, body if row.channel == Channel.PORTAL else outbox.away_text(body, row.link)
        row.edited_by_label, row.edited_at = by.label, at
        row.save(update_fields=["subject", "body", "edited_by_label", "edited_at"])
        audit.record("message.changed", by=by, obj=row, fields=["subject", "body"])
    return [row.pk for row in rows]


def may_be_changed(message: ProviderMessage) -> bool:
    """Whether nobody can have read it, nor a server have it."""
    return message.state in UNSENT and not message.attempts


def may_wait(message: ProviderMessage) -> bool:
    """Whether its kind may be held, changed and dropped; a period may run from it."""
    template = of_kind(message.kind)
    return template is None or template.holdable


def _together(message: ProviderMessage, by: User) -> list[ProviderMessage]:
    """What the person is told of the cause by every channel, locked, but for what a worker is just handing over."""
    require(by, MESSAGES, Provider.objects.filter(pk=message.owner_id or 0).first())
    head, channel, tail = message.key.rpartition(f":{message.channel}:")
    keys = [f"{head}:{other}:{tail}" for other in Channel] if channel else [message.key]
    rows = ProviderMessage.objects.select_for_update().filter(key__in=keys, owner_id=message.owner_id).order_by("pk")
    now = timezone.now()
    return [row for row in rows if row.leased_until is None or row.leased_until <= now]


def _move(rows: list[ProviderMessage], to: str, verb: str, by: User) -> list[int]:
    for row in rows:
        row.state = to
        row.save(update_fields=["state"])
        audit.record(f"message.{verb}", by=by, obj=row)
    return [row.pk for row in rows]


def _check_any(rows: list[ProviderMessage], refusal: str) -> None:
    if not rows:
        raise Conflict(f"{refusal}，请刷新后查看")


def _check_may_wait(message: ProviderMessage) -> None:
    if not may_wait(message):
        raise Refused("这类消息关系到当事人的权利和期限，由平台按时发出，不能暂存、改写或不再发送")


def _check_words(subject: str, body: str) -> None:
    for name, field, text, limit in (("标题", "subject", subject, SUBJECT_LENGTH), ("正文", "body", body, LONGEST)):
        if not text:
            raise Refused(f"{name}不能为空，请填写", field=field)
        if len(text) > limit:
            raise Refused(f"{name}不超过 {limit} 字，现有 {len(text)} 字，请精简", field=field)
        if any(not (character.isprintable() or character == "\n") for character in text):
            raise Refused(f"{name}中有不能发送的控制字符，请删去后重新输入", field=field)
