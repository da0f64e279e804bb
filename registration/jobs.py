"""Work that workers take from the job rows: each handler fetches and delegates."""

from datetime import date

from django.db import transaction

from registration.enums import HandingIn
from registration.models import Group, PhotoPack, Roster, Submission
from registration.services import handing_in, judging, photos, roster_check
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job

CHUNK = 200


@job(roster_check.CHECK, chunked=True)
def check_roster_job(job: Job, lease: Lease) -> None:
    """Read an uploaded roster and keep its rows with their faults."""
    roster = Roster.objects.select_related("file").get(pk=job.payload["id"])
    roster_check.check(roster, done=job.progress_done, lease=lease)


@job(photos.READ, chunked=True)
def read_photos_job(job: Job, lease: Lease) -> None:
    """Give the photos of a zip to their rows."""
    pack = PhotoPack.objects.select_related("group", "file").get(pk=job.payload["id"])
    photos.read(pack, done=job.progress_done, lease=lease)


@job(judging.RECHECK, chunked=True)
def recheck_group_job(job: Job, lease: Lease) -> None:
    """A new day or another window: all rows of a group that aren't passed are checked again."""
    group = Group.objects.get(pk=job.payload["id"])
    judging.recheck(group, on=date.fromisoformat(job.payload["on"]), after_each=lease.renew)


@job(handing_in.HAND_IN, chunked=True)
def hand_in_job(job: Job, lease: Lease) -> None:
    """Hand a group's people in, chunk by chunk; who went before doesn't go again."""
    groups = Submission.objects.select_related("group__window", "group__offering__provider", "group__institution")
    submission = groups.select_related("group__offering__work_type__occupation").get(pk=job.payload["id"])
    if submission.state == HandingIn.DONE:
        return
    waiting = handing_in.waiting(submission, new=job.payload["new"])
    done = submission.people + submission.left_out
    total, last = done + waiting.count(), 0
    while pks := list(waiting.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            done += handing_in.hand_in(submission, waiting.filter(pk__in=pks))
            lease.renew(done=done, total=total)
        last = pks[-1]
    with transaction.atomic():
        handing_in.finish(submission)
        lease.renew(done=done, total=done)
