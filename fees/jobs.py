"""Work that workers take from the job rows: each handler fetches and delegates."""

from fees.models import Statement
from fees.services import statement_booking, statement_reading
from skilleval.core.jobs import job
from skilleval.core.leases import Lease
from skilleval.core.models import Job


@job(statement_reading.READ)
def read_statement_job(job: Job, lease: Lease) -> None:
    """Read a bank's statement and say what is to become of its lines; nothing is booked."""
    statement_reading.read(Statement.objects.select_related("provider", "file").get(pk=job.payload["id"]))


@job(statement_booking.BOOK, chunked=True)
def book_statement_job(job: Job, lease: Lease) -> None:
    """Book a statement that a person committed, line by line; one that is booked isn't booked again."""
    statement_booking.book(Statement.objects.select_related("provider").get(pk=job.payload["id"]), lease=lease)
