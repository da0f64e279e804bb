"""Leases: at most one worker commits work on a job, however late another one wakes up."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from skilleval.core.db import assert_in_transaction
from skilleval.core.enums import JobState
from skilleval.core.models import Job

LEASE = timedelta(seconds=120)  # longer than a silent transaction may last, so that a dead holder's locks are gone
ATTEMPTS = 3
PAUSES = (timedelta(seconds=5), timedelta(seconds=30))
WITHOUT_LEASE: dict[str, Any] = {"leased_until": None, "lease_token": None}
SILENT = "the worker stopped without a word"


class LeaseLost(Exception):
    """Another worker has the job; what this one did since its last renewal must not be committed."""


@dataclass(frozen=True)
class Lease:
    """The right to work on a job, held by one worker until it expires."""

    job_id: int
    token: UUID

    def renew(self, *, done: int | None = None, total: int | None = None) -> None:
        """Prolong the lease and note progress, in the transaction of the chunk; raises LeaseLost."""
        assert_in_transaction()
        progress = {"progress_done": done, "progress_total": total}
        noted = {name: value for name, value in progress.items() if value is not None}
        self._update(leased_until=timezone.now() + LEASE, attempts=0, **noted)

    def finish(self) -> None:
        """Note that the job is done; raises LeaseLost."""
        self._update(state=JobState.DONE, finished_at=timezone.now(), last_error="", **WITHOUT_LEASE)

    def give_back(self, error: str) -> None:
        """Return a job that failed: to the queue after a pause, or to quarantine after the last attempt."""
        attempts = Job.objects.values_list("attempts", flat=True).get(pk=self.job_id)
        if attempts >= ATTEMPTS:
            self._update(state=JobState.QUARANTINED, last_error=error, **WITHOUT_LEASE)
        else:
            run_after = timezone.now() + PAUSES[max(attempts, 1) - 1]
            self._update(state=JobState.QUEUED, last_error=error, run_after=run_after, **WITHOUT_LEASE)

    def _update(self, **fields: Any) -> None:
        held = Job.objects.filter(pk=self.job_id, state=JobState.RUNNING, lease_token=self.token)
        if not held.update(**fields):
            raise LeaseLost(f"job {self.job_id}")


def due_jobs() -> QuerySet[Job]:
    """Jobs a worker may take: queued and due, or running under a lease that has run out."""
    now = timezone.now()
    queued = Q(state=JobState.QUEUED, run_after__lte=now)
    return Job.objects.filter(queued | Q(state=JobState.RUNNING, leased_until__lt=now))


@transaction.atomic
def lease_next() -> tuple[Job, Lease] | None:
    """Take the job that has been due longest; jobs whose workers died too often go to quarantine on the way."""
    while found := due_jobs().select_for_update(skip_locked=True).order_by("run_after", "id").first():
        row = Job.objects.filter(pk=found.pk)
        if found.attempts >= ATTEMPTS:
            row.update(state=JobState.QUARANTINED, last_error=found.last_error or SILENT, **WITHOUT_LEASE)
            continue
        token = uuid4()
        until = timezone.now() + LEASE
        row.update(state=JobState.RUNNING, leased_until=until, lease_token=token, attempts=F("attempts") + 1)
        return row.get(), Lease(found.pk, token)
    return None
