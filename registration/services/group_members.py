"""What becomes of a group's members outside the review: cancelled before they are handed in, or lapsed (SPEC 5a)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from registration.enums import ApplicationState, HandingIn, RowState
from registration.models import Application, Group, RosterRow
from registration.services import group_notices
from registration.services.editing import day_of
from registration.services.row_editing import locked
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor
from skilleval.core.transitions import move_many
from skilleval.core.wording import cn_date

NO_ROW = "院校已移除该人员的名册行，不能补正；请按现有材料审核"


@transaction.atomic
def cancel_prelim(applications: Iterable[Application], *, by: Actor | None, at: datetime, reason: str) -> int:
    """Applications that never left the institution end: prelim → cancelled; others stay. Returns how many ended.

    Nobody is told: nobody was told of them. Their rows are the caller's.
    """
    found = Application.objects.filter(pk__in=[application.pk for application in applications])
    return move_many(found, ApplicationState.PRELIM, ApplicationState.CANCELLED, by=by, at=at, reason=reason)


def give_back(applications: Iterable[Application]) -> None:
    """The provider returned them: their rows go back to the officer, to be mended and passed again (SPEC 5.2)."""
    assert_in_transaction()
    rows = RosterRow.objects.filter(application__in=list(applications), state=RowState.PASSED)
    rows.update(state=RowState.CLEAR, passed=None)


def uncorrectable(applications: Iterable[Application]) -> dict[int, str]:
    """Whom their institution couldn't correct, by primary key and with the reason.

    Such a member was reinstated (SPEC 10) after the row had been taken out, or had become another application.
    """
    keys = {application.pk for application in applications}
    rows = RosterRow.objects.filter(application__in=keys).exclude(state=RowState.REMOVED)
    return dict.fromkeys(keys.difference(rows.values_list("application", flat=True)), NO_ROW)


def stand_again(application: Application) -> None:
    """Somebody goes on whom a decision had ended: their row stands again if the institution took it out meanwhile.

    Not where another row of the group bears its number by now.
    """
    assert_in_transaction()
    rows = RosterRow.objects.filter(application=application, state=RowState.REMOVED, id_key__isnull=False)
    rivals = RosterRow.objects.standing().filter(group=OuterRef("group"), id_key=OuterRef("id_key"))
    try:
        with transaction.atomic():
            rows.filter(~Exists(rivals)).update(state=RowState.CLEAR)
    except IntegrityError:  # such a row came this moment
        return


@transaction.atomic
def lapse_unsent(group: Group, *, at: datetime) -> int:
    """The window is over: what wasn't handed in lapses, prelim → lapsed, and the officers are told how many (SPEC 5a).

    The rows stay, to be moved to the next window's group. Nobody else is told: nobody was told of them. Returns how
    many lapsed; none while a submission runs, which is judged by the moment the officer pressed.
    """
    group = locked(group)
    if group.window.closes_on >= day_of(at) or _is_running(group):
        return 0
    reason = f"{group.window}的申报时间已于{cn_date(group.window.closes_on)}截止，没有提交"
    unsent = Application.objects.filter(group=group)
    people = move_many(unsent, ApplicationState.PRELIM, ApplicationState.LAPSED, by=None, at=at, reason=reason)
    group_notices.tell_lapsed(group, people=people, reason=reason, cause=f"unsent:{day_of(at).isoformat()}")
    return people


@transaction.atomic
def lapse_returned(group: Group, *, at: datetime) -> int:
    """Corrections that the institution didn't hand in by their deadline: returned → lapsed (SPEC 5a).

    The persons and the officers are told. Returns how many lapsed; none while a submission runs.
    """
    group = locked(group)
    if _is_running(group):
        return 0
    overdue = Application.objects.filter(
        group=group, state=ApplicationState.RETURNED, returned_until__lt=day_of(at)
    ).select_related("candidate__user")
    rows = list(overdue.order_by("pk").select_for_update(of=("self",)))
    for until in sorted({row.returned_until for row in rows if row.returned_until}):
        reason = f"补正截止日 {cn_date(until)}已过，未重新提交"
        part = [row for row in rows if row.returned_until == until]
        found = Application.objects.filter(pk__in=[row.pk for row in part])
        move_many(found, ApplicationState.RETURNED, ApplicationState.LAPSED, by=None, at=at, reason=reason)
        group_notices.tell_each_lapsed(part, group, reason=reason)
        group_notices.tell_lapsed(group, people=len(part), reason=reason, cause=f"returned:{until.isoformat()}")
    return len(rows)


def _is_running(group: Group) -> bool:
    return group.submissions.filter(state=HandingIn.RUNNING).exists()
