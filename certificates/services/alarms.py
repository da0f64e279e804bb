"""The clock of results: staff are told 5 working days before the last day, on it, and once it is over (SPEC 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from certificates.models import Publication
from certificates.queries.results import due_of, with_last_end
from scheduling.enums import SessionState
from scheduling.models import ExamSession, Seat
from skilleval.accounts.enums import Role
from skilleval.accounts.members import holders
from skilleval.catalogue.queries import work_calendar
from skilleval.core import outbox
from skilleval.core.enums import Channel
from skilleval.core.models import OutboxMessage
from skilleval.core.wording import cn_date
from skilleval.core.workdays import WorkCalendar, WorkdayResult

DAYS_BEFORE = 5  # working days
TOLD = (Role.RESULTS, Role.MANAGER)
WORDS = {
    "soon": "成绩公布期限将至",
    "today": "今天是成绩公布期限",
    "overdue": "成绩公布已逾期",
}


@transaction.atomic
def tell_due(on: date) -> int:
    """Tell the results staff and managers what is due, each stage of each session once; returns the stages told."""
    calendar = work_calendar()
    found = [(session, due_of(session, calendar)) for session in with_last_end(unpublished(on))]
    staff = holders({session.batch.offering.provider for session, _ in found}, *TOLD)
    messages = [
        message
        for session, due in found
        if (stage := stage_of(due.date, on, calendar))
        for message in _messages(session, due, stage, staff[session.batch.offering.provider_id])
    ]
    told = set(OutboxMessage.objects.filter(key__in=[m.key for m in messages]).values_list("key", flat=True))
    new = [message for message in messages if message.key not in told]
    outbox.send_all(new)
    return len({message.key.rpartition(":")[0] for message in new})


def stage_of(due: date, on: date, calendar: WorkCalendar) -> str:
    """Which alarm a day calls for: soon, today, overdue, or none yet."""
    if on > due:
        return "overdue"
    if on == due:
        return "today"
    return "soon" if on >= calendar.subtract(due, DAYS_BEFORE).date else ""


def unpublished(on: date) -> QuerySet[ExamSession]:
    """Sessions held by a day whose results aren't out, where somebody sat."""
    out = Publication.objects.filter(session=OuterRef("pk"))
    seated = Seat.objects.filter(sitting__session=OuterRef("pk"))
    return ExamSession.objects.filter(~Exists(out), Exists(seated), state=SessionState.PUBLISHED, held_on__lte=on)


def _messages(session: ExamSession, due: WorkdayResult, stage: str, readers: list[int]) -> Iterator[outbox.Message]:
    provisional = "（暂定）" if due.provisional else ""
    for user_id in readers:
        yield outbox.Message(
            key=f"results-due:{session.pk}:{stage}:{user_id}",
            channel=Channel.PORTAL,
            recipient_id=user_id,
            subject=WORDS[stage],
            body=f"{session.batch.offering} {session.batch.window.label} 第 {session.number} 场"
            f"（{cn_date(session.held_on)}考试）的成绩须于{cn_date(due.date)}{provisional}前公布，目前尚未公布。",
            link=reverse("admin:certificates_resultsession_changelist"),
        )
