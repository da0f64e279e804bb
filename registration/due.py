"""What falls due in applications, found by the dates on the rows: a missed or doubled run changes nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from registration.enums import ApplicationState
from registration.models import Application, Appointment, Group, PhotoPack, RosterRow
from registration.queries.credits import ending
from registration.queries.endings import corrections_ending, papers_ending, unsent_people
from registration.queries.slots import STALE, unsettled
from registration.services import appointments, group_members, interrupted, judging, photos, progress, reminders
from skilleval.catalogue.queries import work_calendar
from skilleval.core.clock import SHANGHAI
from skilleval.core.due import due
from skilleval.core.jobs import enqueue
from skilleval.core.wording import cn_date

#: How long before its last day a credit's person is told.
REMIND_AHEAD = timedelta(days=60)
#: The longest holiday with what lies around it: nothing further off is a few working days away.
LONGEST_REST = timedelta(days=14)
ONE_DAY = timedelta(days=1)


@due("registration.end_interrupted")
def end_interrupted(on: date) -> int:
    """Submissions whose job was given up end with those who went, before anything of their groups lapses."""
    return sum(interrupted.end(submission, on=on) for submission in interrupted.interrupted())


@due("registration.lapse_returned")
def lapse_returned(on: date) -> int:
    """Corrections that were not handed in by their deadline lapse, each person or group by itself (SPEC 5a)."""
    overdue = Application.objects.filter(state=ApplicationState.RETURNED, returned_until__lt=on)
    groups = list(Group.objects.filter(pk__in=overdue.values("group")).order_by("pk"))
    alone = list(overdue.filter(group=None).values_list("pk", flat=True))
    at = start_of(on)
    return sum(_lapse(pk, on) for pk in alone) + sum(group_members.lapse_returned(group, at=at) for group in groups)


@due("registration.lapse_unsent")
def lapse_unsent(on: date) -> int:
    """What institutions didn't hand in lapses when the window is over, each group in its own transaction (SPEC 5a)."""
    left = Application.objects.filter(state=ApplicationState.PRELIM, group__window__closes_on__lt=on)
    groups = Group.objects.filter(pk__in=left.values("group")).order_by("pk")
    return sum(group_members.lapse_unsent(group, at=start_of(on)) for group in groups)


@due("registration.remind_of_credits")
def remind_of_credits(on: date) -> int:
    """From 60 days before a credit's last day on: tell its person once until when they may resit (SPEC 9.3)."""
    near = list(ending(on, REMIND_AHEAD).order_by("pk"))
    return sum(reminders.remind_of_credit(credit, at=start_of(on)) for credit in near)


@due("registration.remind_of_closing")
def remind_of_closing(on: date) -> int:
    """Two working days before a window closes: tell officers once how many of a group aren't handed in."""
    calendar = work_calendar()
    left = unsent_people(on, on + LONGEST_REST)
    near = [(group, people) for group, people in left if calendar.subtract(group.window.closes_on, 2).date <= on]
    for group, people in near:
        reminders.remind_of_closing(group, people=people)
    return len(near)


@due("registration.remind_of_corrections")
def remind_of_corrections(on: date) -> int:
    """A working day before a correction's last day: tell once who corrects it, a group's officers of all together."""
    calendar, back = work_calendar(), corrections_ending(on, on + LONGEST_REST)
    near = [row for row in back if calendar.subtract(row.until, 1).date <= on]
    for row in near:
        if row.group:
            reminders.remind_of_group_correction(row.group, people=row.people, until=row.until)
        elif row.application:
            reminders.remind_of_correction(row.application, until=row.until, at=start_of(on))
    return len(near)


@due("registration.remind_of_papers")
def remind_of_papers(on: date) -> int:
    """Two working days before a window's stage for papers ends: tell once who still has to bring the original."""
    calendar, owing = work_calendar(), papers_ending(on, on + LONGEST_REST)
    near = [row for row in owing if calendar.subtract(row.until, 2).date <= on]
    for row in near:
        if row.group:
            reminders.remind_of_group_papers(row.group, people=row.people, until=row.until)
        elif row.application:
            reminders.remind_of_papers(row.application, until=row.until, at=start_of(on))
    return len(near)


@due("registration.end_appointments")
def end_appointments(on: date) -> int:
    """Places at a desk for which nobody has to come any more are given back."""
    return appointments.settle(unsettled(), at=start_of(on))


@due("registration.remind_of_appointments")
def remind_of_appointments(on: date) -> int:
    """The day before: tell everybody who is expected at a desk, but for who booked on this day and was told then."""
    tomorrow = Appointment.objects.booked().filter(day=on + ONE_DAY, reminded_on=None, made_at__lt=start_of(on))
    return sum(appointments.remind(row, at=start_of(on)) for row in tomorrow.exclude(STALE).order_by("pk"))


@due("registration.recheck_rosters")
def recheck_rosters(on: date) -> int:
    """Rows that aren't passed are checked again each day while people can be entered: bans begin, clauses are met."""
    stale = RosterRow.objects.filter(group=OuterRef("pk"), state__in=judging.WAITING, checked_on__lt=on)
    open_ones = Group.objects.filter(Exists(stale), window__opens_on__lte=on, window__closes_on__gte=on)
    for group in open_ones:
        told = {"id": group.pk, "on": on.isoformat()}
        enqueue(judging.RECHECK, key=f"recheck:{group.pk}:{on}", payload=told)
    return len(open_ones)


@due("registration.erase_photo_packs")
def erase_photo_packs(on: date) -> int:
    """Zips of photos go once nobody can be entered or corrected any more, whatever in them found no row.

    Those that are being looked through, or will be, go afterwards (RELIABILITY 8).
    """
    back = Application.objects.filter(group=OuterRef("group"), state=ApplicationState.RETURNED, returned_until__gte=on)
    over = PhotoPack.objects.filter(~Exists(back), file__isnull=False, group__window__closes_on__lt=on)
    packs = list(over.exclude(pk__in=photos.under_way()))
    for pack in packs:
        photos.erase_pack(pack)
    return len(packs)


@transaction.atomic
def _lapse(pk: int, on: date) -> bool:
    """Look again under the lock: the candidate may have handed it in this moment."""
    application = progress.locked(Application(pk=pk))
    until = application.returned_until
    if application.state != ApplicationState.RETURNED or until is None or until >= on:
        return False
    progress.lapse(application, at=start_of(on), reason=f"补正截止日 {cn_date(until)}已过，未重新提交")
    return True


def start_of(day: date) -> datetime:
    """The moment a day begins: what was due the day before is gone then, whenever the run finds it."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)
