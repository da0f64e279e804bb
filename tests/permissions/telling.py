"""A provider's messages and words: one that waits for a person, and one of its own."""

from __future__ import annotations

from typing import Any

from skilleval.accounts.models import MessageTemplate, ProviderMessage
from skilleval.catalogue.models import Provider
from skilleval.core import outbox
from tests.factories import at

KIND = "fees.to_pay"


def message(provider: Provider, key: str, *, held: bool = True) -> ProviderMessage:
    """A text that is held, or waits to be sent."""
    outbox.send_all(
        [
            outbox.Message(
                key=key,
                channel="sms",
                address="+8613700000099",
                subject="请缴费",
                body="申报待缴费。",
                kind=KIND,
                owner_id=provider.pk,
                held=held,
            )
        ]
    )
    return ProviderMessage.objects.get(key=key)


def words(provider: Provider) -> MessageTemplate:
    """What a provider says when somebody has to pay."""
    return MessageTemplate.objects.create(
        provider=provider, kind=KIND, subject="请缴费", body="{缴费截止}缴 {应缴金额}。", saved_at=at(2026, 4, 8)
    )


def build(provider: Provider) -> dict[str, Any]:
    """What the world has of it."""
    return {
        "held_message": message(provider, "held:sms:1"),
        "queued_message": message(provider, "queued:sms:1", held=False),
        "message_template": words(provider),
    }
