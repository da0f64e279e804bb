"""A window on a page: the days of its stages, and when it leads to an assessment."""

from __future__ import annotations

from typing import Any

from django import template

from registration import window_changes

register = template.Library()


@register.filter
def stages(window: Any) -> list[tuple[str, str]]:
    """`window_changes.stages`."""
    return window_changes.stages(window)


@register.filter
def assessed(window: Any) -> str:
    """`window_changes.assessed`."""
    return window_changes.assessed(window)
