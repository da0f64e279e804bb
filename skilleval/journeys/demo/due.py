"""In the demonstration, calendars go on by their own pattern once the clock has left the notices behind."""

from datetime import date

from registration.services.calendars import extend_calendars
from skilleval.core import clock
from skilleval.core.due import due


@due("demo.extend_calendars")
def go_on(on: date) -> int:
    """Nothing outside the demonstration."""
    return extend_calendars(on) if clock.is_demo() else 0
