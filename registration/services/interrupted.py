"""A submission whose job was given up comes to an end, so that the group can go on (SPEC 5.2, 5a).

While it runs nothing else of the group can be handed in, moved or lapse. Who went stays, the others stay passed. Where
somebody among them couldn't be handed in again any more, the administrator first has time to mend what broke.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from registration.enums import HandingIn
from registration.models import Group, Submission
from registration.models.groups import RosterRowQuerySet
from registration.queries import groups as queries
from registration.services import group_notices, handing_in
from registration.services.editing import day_of
from registration.services.row_editing import locked
from skilleval.core import audit
from skilleval.core.enums import JobState
from skilleval.core.models import Job

#: From the day the officer pressed.
TIME_TO_MEND = timedelta(days=3)


def interrupted() -> Iterable[Submission]:
    """The submissions that run, but nobody works on them any more."""
    running = {handing_in.key_of(one): one for one in Submission.objects.filter(state=HandingIn.RUNNING)}
    given_up = Job.objects.filter(key__in=running, state=JobState.QUARANTINED)
    return [running[key] for key in given_up.order_by("pk").values_list("key", flat=True)]


@transaction.atomic
def end(submission: Submission, *, on: date) -> bool:
    """Finish it with those who went, and tell the officers and the administrator; whether it ended.

    It waits for the administrator, who is told, while somebody would lose by it. Run again it changes nothing, nor does
    the job when it is released afterwards: it finds the submission done.
    """
    group = locked(Group(pk=submission.group_id))
    given_up = Job.objects.select_for_update().filter(key=handing_in.key_of(submission), state=JobState.QUARANTINED)
    job, fresh = given_up.first(), group.submissions.filter(pk=submission.pk, state=HandingIn.RUNNING).first()
    if job is None or fresh is None:
        return False
    left = handing_in.waiting(fresh, new=job.payload["new"])
    until = day_of(fresh.at) + TIME_TO_MEND
    if on <= until and _somebody_is_too_late(left, group, on):
        group_notices.tell_of_stuck(fresh, group, job=job.pk, left=left.count(), until=until)
        return False
    people = left.count()
    Submission.objects.filter(pk=fresh.pk).update(state=HandingIn.DONE)
    audit.record("group.submission_interrupted", by=None, obj=fresh, group=group.pk, people=fresh.people, left=people)
    group_notices.tell_interrupted(fresh, group, job=job.pk, left=people)
    return True


def _somebody_is_too_late(left: RosterRowQuerySet, group: Group, on: date) -> bool:
    """Whether one of them couldn't be handed in anew on a day."""
    open_now = not queries.bars(group.offering, group.window, on, fee_published=True)
    return left.exclude(pk__in=queries.ready(group, on, new=open_now).values("pk")).exists()
