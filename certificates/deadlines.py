"""When results are due (SPEC 3.5; KUPAS, SICT and AIA 三): working days after the last subject was completed."""

from datetime import date

from skilleval.core.workdays import WorkCalendar, WorkdayResult

RESULTS_DAYS = 20
INSPECTION_RESULTS_DAYS = 30


def results_due(
    completed_on: date,
    *,
    inspection: bool,
    calendar: WorkCalendar,
    days: int = RESULTS_DAYS,
    inspection_days: int = INSPECTION_RESULTS_DAYS,
) -> WorkdayResult:
    """The last day to publish results. `inspection`: marking or workpiece inspection is involved, which takes longer.

    `days` and `inspection_days` are the provider's, in working days.
    """
    return calendar.add(completed_on, inspection_days if inspection else days)
