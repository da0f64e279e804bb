"""The day a story begins on."""

from __future__ import annotations

from datetime import date

from skilleval.core.dates import day_in_month


def early_in_an_ordinary_month(today: date) -> date:
    """A day on which a story's calendar holds: early in a month whose assessments aren't at the year's end."""
    if today.day <= 10 and today.month != 12:
        return today
    year, month = (today.year, today.month + 1) if today.month < 11 else (today.year + 1, 1)
    return day_in_month(year, month, 5)
