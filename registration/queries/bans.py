"""Reading bans: the one that rules on a day, and all there ever were."""

from __future__ import annotations

from datetime import date

from registration.models import Ban, Candidate


def ruling(candidate: Candidate, on: date) -> Ban | None:
    """The ban that bars a person on a day: of several the one that ends last (SPEC 10)."""
    return Ban.objects.filter(candidate=candidate).active_on(on).order_by("-ends_on", "pk").first()


def history_of(candidate: Candidate) -> list[Ban]:
    """All bans of a person, lifted and past ones too, the latest first."""
    return list(Ban.objects.filter(candidate=candidate).order_by("-starts_on", "-pk"))
