"""What a window's new days mean for its batches and sessions: dates are reckoned anew, nothing is undone (SPEC 7)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from registration.models import Window
from scheduling.enums import SessionState
from scheduling.models import Batch, ExamSession
from scheduling.queries.dates import first_tickets, inside_period
from scheduling.services import batches
from scheduling.services.forming import PERIOD_OPEN, PERIOD_OVER
from skilleval.catalogue.queries import work_calendar
from skilleval.core.db import assert_in_transaction

REASON = "评价期调整：{reason}"
REASON_LENGTH = 200  # of the column


@dataclass
class Followed:
    """What became of a window's sessions: the published ones that lie outside its period now, how many proposed ones
    do, and how many published ones got another release day."""

    outside: list[ExamSession] = field(default_factory=list)
    to_move: int = 0
    redated: int = 0


def sessions_of(window: Window) -> QuerySet[ExamSession]:
    """The live sessions of a window's batches."""
    rows = ExamSession.objects.live().filter(batch__window=window)
    return rows.select_related("batch__offering__work_type__occupation").order_by("held_on", "pk")


def outside(window: Window) -> list[ExamSession]:
    """The live sessions on days that the window's period, as it is given, doesn't have."""
    sessions = sessions_of(window).prefetch_related("sittings")
    return [session for session in sessions if not inside_period(session, window)]


def lock(window: Window) -> None:
    """A window's batches and sessions, until the caller's transaction ends: before anybody's orders."""
    assert_in_transaction()
    list(Batch.objects.filter(window=window).select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows = ExamSession.objects.filter(batch__window=window).live()
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def follow(window: Window, *, reason: str) -> Followed:
    """Bring a changed window's batches and sessions up to date: cut-off, judgment and ticket days.

    Published sessions outside the new period stay, and say why they may; proposed ones are the scheduler's to move.
    Those inside it need no reason any more. In the caller's transaction, which changed the window and holds its plan by
    `lock`.
    """
    assert_in_transaction()
    batches.refresh_dates(window)
    found = Followed()
    without = outside(window)
    for session in without:
        if session.state == SessionState.PUBLISHED:
            found.outside.append(session)
        else:
            found.to_move += 1
    said = REASON.format(reason=reason)[:REASON_LENGTH]
    unsaid = [session.pk for session in found.outside if not _said_by_staff(session.period_override_reason)]
    ExamSession.objects.filter(pk__in=unsaid).update(period_override_reason=said)
    inside = sessions_of(window).exclude(pk__in=[session.pk for session in without])
    inside.exclude(period_override_reason="").update(period_override_reason="")
    found.redated = _redate_tickets(window)
    return found


def _said_by_staff(reason: str) -> bool:
    return bool(reason) and reason not in (PERIOD_OPEN, PERIOD_OVER) and not reason.startswith(REASON.format(reason=""))


def _redate_tickets(window: Window) -> int:
    """The release day that is kept with each published session; tickets that are out stay out."""
    calendar, days = work_calendar(), dict[int, ExamSession]()
    for session in sessions_of(window).filter(state=SessionState.PUBLISHED):
        day = first_tickets(window.provider, session.held_on, calendar, window=window)
        if day != session.tickets_from:
            session.tickets_from = day
            days[session.pk] = session
    ExamSession.objects.bulk_update(days.values(), ["tickets_from"])
    return len(days)
