"""How long somebody has worked in an occupation: SPEC 4, "Decisions" (累计从事 of the eligibility clauses).

Overlapping and touching jobs are one period. One period is judged by its anniversary. Several separate ones are
measured each in calendar years, months and days, and added with 30 days to a month and 12 months to a year.
"""

from collections.abc import Iterable
from datetime import date

from registration.background import Job
from skilleval.core.dates import Span, anniversary, elapsed

Period = tuple[date, date]


def worked_years(jobs: Iterable[Job], years: int, *, on: date, since: date | None = None) -> bool:
    """Whether `jobs` amount to `years` of work by `on`, counting from `since` where a clause says "then"."""
    periods = merged(jobs, on=on, since=since)
    if len(periods) == 1:
        start, end = periods[0]
        return anniversary(start, years) <= end
    total = added(periods)
    return total.years >= years


def merged(jobs: Iterable[Job], *, on: date, since: date | None = None) -> list[Period]:
    """Half-open periods in order, none touching another, cut to `since` .. `on`; empty ones are left out."""
    spans = sorted(
        (max(job.start, since or job.start), min(job.end or on, on))
        for job in jobs
        if job.end is None or job.end > job.start
    )
    periods: list[Period] = []
    for start, end in spans:
        if end <= start:
            continue
        if periods and start <= periods[-1][1]:
            periods[-1] = (periods[-1][0], max(periods[-1][1], end))
        else:
            periods.append((start, end))
    return periods


def added(periods: Iterable[Period]) -> Span:
    """The sum of separate periods: 30 days make a month, 12 months a year."""
    spans = [elapsed(start, end) for start, end in periods]
    days = sum(span.days for span in spans)
    months = sum(span.months for span in spans) + days // 30
    years = sum(span.years for span in spans) + months // 12
    return Span(years, months % 12, days % 30)


def worked_so_far(jobs: Iterable[Job], *, on: date, since: date | None = None) -> Span:
    """The length to tell a person: exact for one period, the rule's sum for several."""
    periods = merged(jobs, on=on, since=since)
    return elapsed(*periods[0]) if len(periods) == 1 else added(periods)
