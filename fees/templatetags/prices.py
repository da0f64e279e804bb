"""How a fee is made up, wherever one is shown."""

from __future__ import annotations

from typing import Any

from django import template

from fees import pricing

register = template.Library()


@register.filter
def breakdown(priced: Any) -> str:
    """The parts of a fee, or of an order's line, in words; empty where one part is all of it."""
    return pricing.breakdown(priced.parts)
