"""Work that shows by itself whether it was done once, for the workers of the fault tests.

A tally of n writes n events in n chunks, each with the next number of a counter. Times are short here, so that a test
needn't wait two minutes for a dead worker's job; as in earnest, a silent transaction ends before its lease does.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from skilleval.core import doorbell, jobs, leases
from skilleval.core.counters import take
from skilleval.core.leases import Lease
from skilleval.core.models import Event, Job

options = settings.DATABASES["default"]["OPTIONS"]
options["options"] = options["options"].replace("session_timeout=60s", "session_timeout=2s")
leases.LEASE = timedelta(seconds=4)
leases.PAUSES = (timedelta(seconds=0.2),) * 2
doorbell.QUIET_SECONDS = 0.5


@jobs.job("faults.tally", chunked=True)
def tally(job: Job, lease: Lease) -> None:
    """Write what is still missing of the tally, slowly enough to be interrupted."""
    total = job.payload["total"]
    for done in range(Event.objects.filter(kind=f"tallied.{job.pk}").count(), total):
        with transaction.atomic():
            number = take(f"tally.{job.pk}")[0]
            Event.objects.create(kind=f"tallied.{job.pk}", object_id=number, key=f"tally.{job.pk}.{done}")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.03)")
            lease.renew(done=done + 1, total=total)
