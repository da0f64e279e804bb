"""Extra conditions as a provider's notice has them."""

from __future__ import annotations

from typing import Any

from skilleval.catalogue.models import ExtraCondition, Offering
from tests.factories import NOTICE_DAY

PAPER = "会员证书复印件"


def asks(asking: Offering, kind: str = "member", **fields: Any) -> ExtraCondition:
    """A condition of all the provider's offerings, in force from its notice on."""
    facts = {"text": "所在单位为会员单位", "valid_from": NOTICE_DAY, "notice": asking.notice} | fields
    return ExtraCondition.objects.create(provider=asking.provider, kind=kind, **facts)
