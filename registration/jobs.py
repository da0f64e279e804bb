"""Work that workers take from the job rows: each handler fetches and delegates."""

from django.db import transaction

from registration.enums import HandingIn
from registration.models import Submission
from registration.services import handing_in
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job

CHUNK = 200


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
