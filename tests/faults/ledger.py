"""The one check after every fault: nothing lost, nothing doubled.

``python -m tests.faults.ledger [UUID…]`` in the environment of the portal under test prints what is wrong, a line
each. The arguments are the applications that somebody was told are submitted.
"""

import sys
from collections.abc import Iterator, Sequence

import django

from tests.faults import books


def problems(told: Sequence[str] = ()) -> Iterator[str]:
    """Everything that a fault may not leave behind, in the tallies of the workers' tests and in the portal's books."""
    from django.db.models import Count, Max

    from skilleval.core.models import Counter, Event, Job

    for job in Job.objects.filter(kind="faults.tally"):
        events = Event.objects.filter(kind=f"tallied.{job.pk}")
        counted = events.aggregate(rows=Count("id"), last=Max("object_id"), numbers=Count("object_id", distinct=True))
        wanted = job.payload["total"]
        if set(counted.values()) != {wanted} or job.progress_done != wanted:
            yield f"tally {job.pk} of {wanted}: {counted}, told {job.progress_done}"
        if Counter.objects.get(name=f"tally.{job.pk}").value != wanted:
            yield f"tally {job.pk}: its counter has left its count"
    yield from books.problems(told)


if __name__ == "__main__":
    django.setup()
    for problem in problems(sys.argv[1:]):
        print(problem)
