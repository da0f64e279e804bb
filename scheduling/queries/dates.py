"""The dates of a batch: cut-off, judgment, assessment period and the release of tickets (SPEC 3.4, 7.1)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Max
from django.utils import timezone

from fees.enums import OrderState
from fees.models import OrderLine
from fees.queries import last_undrawn
from registration.models import Window
from scheduling import ticket_release
from scheduling.models import ExamSession
from scheduling.timetable import Period
from skilleval.catalogue.enums import Channel, DayUnit
from skilleval.catalogue.models import Provider
from skilleval.catalogue.queries import work_calendar
from skilleval.core.workdays import WorkCalendar


def cut_offs(windows: Iterable[Window]) -> dict[int, date]:
    """The cut-off of each window by its id: the last due date of those submitted in it, at least its last day to pay.

    A group's approved members are due whether or not an order was drawn for them yet.
    """
    closes = {window.pk: max(window.closes_on, window.payable_until) for window in windows}
    lines = OrderLine.objects.filter(
        live=True, order__state__in=[OrderState.OPEN, OrderState.PAID], application__first_window__in=closes
    )
    last_due = lines.order_by().values_list("application__first_window").annotate(Max("order__due_on"))
    offs = dict(closes)
    for window, due_on in (*last_due, *last_undrawn(closes).items()):
        offs[window] = max(offs[window], due_on)
    return offs


def cut_off(window: Window) -> date:
    """The day until whose end money has to arrive for a window's batches (SPEC 7.1)."""
    return cut_offs([window])[window.pk]


def judge_on(window: Window, cut_off_on: date, calendar: WorkCalendar) -> date:
    """The day a window's batches are judged: the provider's settling days (working days) after the cut-off."""
    return calendar.add(cut_off_on, window.provider.settling_days).date


def tickets_from(
    provider: Provider,
    channel: str,
    exam_date: date,
    calendar: WorkCalendar | None = None,
    *,
    window: Window | None = None,
) -> date:
    """The first day on which candidates of a channel may have their tickets for an assessment day (SPEC 3.4).

    Where the window dates that stage (SPEC 13), on its day; for an assessment before it the provider's lead counts.
    """
    if window and window.tickets_from and window.tickets_from <= exam_date:
        return window.tickets_from
    lead, unit = provider.ticket_lead(channel)
    return ticket_release.tickets_from(exam_date, lead, unit, calendar or work_calendar()).date


def first_tickets(
    provider: Provider, exam_date: date, calendar: WorkCalendar | None = None, *, window: Window | None = None
) -> date:
    """The earlier of both channels' release days."""
    calendar = calendar or work_calendar()
    return min(tickets_from(provider, channel, exam_date, calendar, window=window) for channel in Channel.values)


def earliest_exam(provider: Provider, on: date, calendar: WorkCalendar) -> date:
    """The first assessment day for which, planned today, tickets can still come out in time on every channel."""
    days = []
    for channel in Channel.values:
        lead, unit = provider.ticket_lead(channel)
        working = unit == DayUnit.WORKING
        days.append(calendar.add(on, lead).date if working else on + timedelta(days=lead))
    return max(days)


def inside_period(session: ExamSession, window: Window) -> bool:
    """Whether a session is held in a window's period, with all the days that its subjects have (SPEC 7.5)."""
    days = {session.held_on, *(timezone.localdate(sitting.starts) for sitting in session.sittings.all())}
    period = period_of(window)
    return all(day in period for day in days)


def period_of(window: Window) -> Period:
    """A window's assessment period; where the notice leaves the beginning open, from the window's first day."""
    return Period(window.exam_from or window.opens_on, window.exam_by, window.tentative)
