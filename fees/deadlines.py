"""Until when a fee is to be paid (SPEC 6)."""

from datetime import date

from skilleval.core.workdays import WorkCalendar


def last_day(payable_until: date, approved_on: date, payment_days: int, calendar: WorkCalendar) -> date:
    """The later of the window's last day to pay and the approval + the provider's payment days (working days)."""
    return max(payable_until, calendar.add(approved_on, payment_days).date)
