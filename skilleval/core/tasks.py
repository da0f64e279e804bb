"""Celery's doorbells. None carries anything: the rows say what there is to do."""

from collections.abc import Mapping

from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

from skilleval.core import clock, delivery, doorbell, due, jobs, leases, seal

JOBS_AT_ONCE = 20


@shared_task(name="core.drain")
def drain() -> None:
    """Dispatch events, run some due jobs, deliver messages, and ring again when jobs are left for another worker."""
    work_once()
    if leases.due_jobs().exists():
        doorbell.ring()


@shared_task(name="core.sweep")
def sweep() -> None:
    """Find what a lost ring left lying, and seal the audit trail."""
    seal.seal_pending()
    drain()


@shared_task(name="core.run_due")
def run_due() -> None:
    """Do what is due by the portal's clock."""
    due.run_due(clock.today())


def work_once(limit: int | None = JOBS_AT_ONCE) -> int:
    """One round of a worker: events, jobs, messages; returns how much there was to do."""
    table: Mapping[str, tuple[str, ...]] = import_string(settings.EVENT_JOBS)
    return jobs.dispatch_events(table) + jobs.drain(limit) + delivery.deliver_due()
