"""Whose words a message has: a provider's own for its kind, or the portal's; and whether it waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skilleval.accounts.models import MessageTemplate
from skilleval.core.templates import Template, render

#: What providers say of kinds of messages, by the provider's id and the kind.
Own = Mapping[tuple[int, str], MessageTemplate]


@dataclass(frozen=True, kw_only=True)
class Worded:
    """The text of a message, with whose it is and whether it is kept back."""

    subject: str
    body: str
    kind: str = ""
    owner_id: int | None = None
    held: bool = False


def own_words(wanted: Iterable[tuple[int | None, Template]]) -> Own:
    """What providers (by their ids) say of kinds of messages; one statement, and none where no provider is named."""
    asked = {(provider_id, template.kind) for provider_id, template in wanted if provider_id}
    if not asked:
        return {}
    rows = MessageTemplate.objects.filter(
        provider__in={provider_id for provider_id, _ in asked}, kind__in={kind for _, kind in asked}
    )
    return own_of(rows.order_by())


def own_of(rows: Iterable[MessageTemplate]) -> Own:
    """The same of rows at hand."""
    return {(row.provider_id, row.kind): row for row in rows}


def worded(template: Template, values: Mapping[str, str], *, provider_id: int | None, own: Own) -> Worded:
    """A message in the words of its provider (a whole id, None for the portal's), with its values filled in."""
    said = own.get((provider_id, template.kind)) if provider_id else None
    subject, body = render(template, values, said.subject if said else "", said.body if said else "")
    held = bool(said and said.hold and template.holdable)
    return Worded(subject=subject, body=body, kind=template.kind, owner_id=provider_id, held=held)
