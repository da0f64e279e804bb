"""A provider words its messages anew (SPEC 13): checked, kept, and taken back to the portal's words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from skilleval.accounts.models import MessageTemplate, User
from skilleval.accounts.policy import MESSAGES_WORD
from skilleval.catalogue.models import Provider
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.templates import Template, faults, tidied


@transaction.atomic
def set_words(
    provider: Provider, template: Template, *, subject: str, body: str, hold: bool, by: User, at: datetime
) -> MessageTemplate:
    """Keep a provider's words for a kind of message, and whether it waits for a person; for what is told from now on.

    Words that are the portal's, or none, are not kept: the portal's may be mended later. Raises NotAllowed for a
    stranger to the role, Refused for placeholders that are unknown or missing, and for words that are too long.
    """
    require(by, MESSAGES_WORD, provider)
    subject, body = tidied(subject), tidied(body)
    if (subject, body) in (("", ""), (template.subject, template.body)):
        subject = body = ""
    elif found := faults(template, subject, body):
        raise Refused("；".join(found))
    if hold and not template.holdable:
        raise Refused("这类消息关系到当事人的权利和期限，须按时发出，不能设为放行后发送", field="hold")
    said = {"subject": subject, "body": body, "hold": hold, "saved_by_label": by.label, "saved_at": at}
    row, _ = MessageTemplate.objects.update_or_create(provider=provider, kind=template.kind, defaults=said)
    audit.record("message_template.saved", by=by, obj=row, kind=template.kind, own=bool(body), hold=hold)
    return row
