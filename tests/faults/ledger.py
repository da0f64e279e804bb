"""The one check after every fault: nothing lost, nothing doubled.

``python -m tests.faults.ledger`` in the environment of the portal under test prints what is wrong, a line each.
"""

from collections.abc import Iterator

import django


def problems() -> Iterator[str]:
    """Everything in core's tables that a fault may not leave behind."""
    from django.db.models import Count, Max

    from skilleval.core import files, seal
    from skilleval.core.models import Counter, Event, Job, OutboxMessage, StoredFile

    for job in Job.objects.exclude(state="done"):
        yield f"job {job.pk} is {job.state}: {job.last_error}"
    for job in Job.objects.filter(kind="faults.tally"):
        events = Event.objects.filter(kind=f"tallied.{job.pk}")
        counted = events.aggregate(rows=Count("id"), last=Max("object_id"), numbers=Count("object_id", distinct=True))
        wanted = job.payload["total"]
        if set(counted.values()) != {wanted} or job.progress_done != wanted:
            yield f"tally {job.pk} of {wanted}: {counted}, told {job.progress_done}"
        if Counter.objects.get(name=f"tally.{job.pk}").value != wanted:
            yield f"tally {job.pk}: its counter has left its count"
    for event in Event.objects.filter(handled_at=None):
        yield f"event {event.pk} wasn't dispatched"
    for message in OutboxMessage.objects.exclude(state="sent"):
        yield f"message {message.pk} is {message.state}: {message.last_error}"
    for stored in StoredFile.objects.all():
        if not files.path_of(stored).exists():
            yield f"file {stored.pk} has no content"
    try:
        seal.seal_pending()
        seal.verify()
    except seal.Broken as broken:
        yield f"the audit chain is broken: {broken}"


if __name__ == "__main__":
    django.setup()
    for problem in problems():
        print(problem)
