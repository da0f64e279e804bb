"""Work that workers take from the job rows, and what falls due: each fetches and delegates."""

from __future__ import annotations

from datetime import date

from registration.due import start_of
from registration.models import TakeOver
from skilleval.core.due import due
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job
from skilleval.journeys.takeover import verbs, work


@job(verbs.CHECK, chunked=True)
def check_job(job: Job, lease: Lease) -> None:
    """Look at an uploaded workbook of earlier business."""
    work.look(_fresh(job), done=job.progress_done, lease=lease)


@job(verbs.LOAD, chunked=True)
def load_job(job: Job, lease: Lease) -> None:
    """Load what is sound of it."""
    work.load(_fresh(job), done=job.progress_done, lease=lease)


@due("takeover.discard_old")
def discard_old(on: date) -> int:
    """Workbooks that nobody loads are given up after two weeks."""
    return verbs.discard_old(on, at=start_of(on))


def _fresh(job: Job) -> TakeOver:
    return TakeOver.objects.select_related("file", "provider").get(pk=job.payload["id"])
