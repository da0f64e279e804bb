"""The maintained reasons that a reviewer chooses from; what the record keeps is the text."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from registration.models import ReviewReason
from skilleval.catalogue.models import Provider


def reasons_for(provider: Provider, kind: str, on: date) -> list[str]:
    """Everybody's reasons for a kind of decision and the provider's own, in their order, without those retired."""
    shared_or_own = Q(provider=None) | Q(provider=provider)
    in_use = Q(retired_on=None) | Q(retired_on__gt=on)
    return list(ReviewReason.objects.filter(shared_or_own, in_use, kind=kind).values_list("text", flat=True))
