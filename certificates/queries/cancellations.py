"""What live decisions cancelled of people's marks (SPEC 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from certificates.models import MarkCancellation


@dataclass(frozen=True)
class Cancelled:
    """The subjects that live decisions cancelled, by application; an empty subject means all."""

    subjects: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def covers(self, application_id: int, subject: str) -> bool:
        named = self.subjects.get(application_id, frozenset())
        return subject in named or "" in named


def cancelled(applications: Iterable[int]) -> Cancelled:
    """What is cancelled of these applications by now; one query."""
    found: dict[int, set[str]] = {}
    live = MarkCancellation.objects.live().filter(application__in=list(applications))
    for application_id, subject in live.values_list("application", "subject"):
        found.setdefault(application_id, set()).add(subject)
    return Cancelled({key: frozenset(subjects) for key, subjects in found.items()})
