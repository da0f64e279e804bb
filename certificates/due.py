"""What this app does when a day has come."""

from datetime import date

from certificates.services import alarms
from skilleval.core.due import due


@due("certificates.results_due")
def results_due(on: date) -> int:
    """Tell the staff whose results are due soon, today, or overdue."""
    return alarms.tell_due(on)
