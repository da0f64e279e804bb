"""All tickets there are, some dozens a document: `python -m tests.bench.tickets_alone` prints the peak RSS in MiB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django


def make(tickets: Any) -> None:
    """A queryset's tickets, one document after the other, as they are made for an institution."""
    from scheduling import papers

    keys = list(tickets.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(keys), papers.AT_ONCE):
        rows = papers.load_for_paper(tickets.filter(pk__in=keys[start : start + papers.AT_ONCE])).order_by("number")
        papers.tickets_pdf(papers.facts_of(list(rows)))


def main() -> None:
    from scheduling.models import AdmissionTicket

    make(AdmissionTicket.objects.in_force())
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)


if __name__ == "__main__":
    django.setup()
    main()
