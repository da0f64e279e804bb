"""Work that workers take from the job rows: each handler fetches and delegates."""

from django.db import transaction

from registration.enums import PAID_STATES
from registration.models import Application
from scheduling.models import Batch, SheetBundle, TicketBundle
from scheduling.services import bundles, check_threshold, printing, telling
from skilleval.core import clock
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job

CHUNK = 200


@job("scheduling.check_threshold")
def check_threshold_job(job: Job, lease: Lease) -> None:
    """The event of a confirmation: does its batch go ahead?"""
    check_threshold(job.payload["id"], at=clock.now())


@job("scheduling.tell_going_ahead", chunked=True)
def tell_going_ahead_job(job: Job, lease: Lease) -> None:
    """Tell everybody in a batch that it goes ahead, chunk by chunk; who was told before isn't told again."""
    batch = Batch.objects.select_related("offering__provider", "window").get(pk=job.payload["id"])
    people = Application.objects.filter(offering=batch.offering_id, window=batch.window_id, state__in=PAID_STATES)
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            chunk = Application.objects.filter(pk__in=ids[start : start + CHUNK])
            telling.going_ahead(
                batch, chunk.select_related("candidate__user", "offering__work_type__occupation").order_by("pk")
            )
            lease.renew(done=min(start + CHUNK, len(ids)), total=len(ids))


@job("scheduling.make_bundle", chunked=True)
def make_bundle_job(job: Job, lease: Lease) -> None:
    """Make many tickets into one file, some hundreds a chunk; asked again it begins anew."""
    bundles.make(TicketBundle.objects.get(pk=job.payload["id"]), lease, at=clock.now())


@job("scheduling.make_sheets", chunked=True)
def make_sheets_job(job: Job, lease: Lease) -> None:
    """A large session's papers, sitting by sitting."""
    bundle = SheetBundle.objects.get(pk=job.payload["id"])
    printing.make_all(bundle, at=clock.now(), renew=lambda done, total: lease.renew(done=done, total=total))
