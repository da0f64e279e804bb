"""What follows from results, first or corrected: states, credits, certificates, and resits that relied on a credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from certificates.models import Result
from certificates.services.drawing import settle_many
from certificates.services.versions import Draft
from registration.enums import ApplicationKind
from registration.models import Application, Credit
from registration.services import progress
from registration.services.credits import set_credits
from skilleval.accounts.models import User


def of_first(drafts: Sequence[Draft], results: Sequence[Result], *, by: User | None, at: datetime) -> None:
    """Published for the first time: completed, with the credits and certificates that follow (SPEC 5a, 9.3, 9.5)."""
    people = Application.objects.filter(pk__in=[draft.application.pk for draft in drafts])
    progress.complete(people, by=by, at=at)
    for draft, result in zip(drafts, results, strict=True):
        if draft.outcome.credits:
            _credit(draft, result, draft.scores(draft.outcome.credits), by=by, at=at)
    settle_many([result for result in results if result.passed], by=by, at=at)


def of_further(draft: Draft, result: Result, *, by: User | None, at: datetime, reason: str) -> None:
    """A further version: credits and certificate are what it gives, no more and no less."""
    kept = _relied_on(draft.application) if draft.outcome.passed else draft.outcome.credits
    _credit(draft, result, draft.scores(kept), by=by, at=at)
    settle_many([result], by=by, at=at, reason=reason)


def relying_on(application: Application) -> list[Application]:
    """The person's published resits for the same, which may rely on a credit that came or went (SPEC 9.3)."""
    rows = Application.objects.filter(
        candidate=application.candidate_id,
        offering__provider=application.offering.provider_id,
        work_type=application.work_type_id,
        level=application.level,
        kind=ApplicationKind.RESIT,
        pk__in=Result.objects.values("application"),
    )
    return list(rows.exclude(pk=application.pk).order_by("pk"))


def _relied_on(application: Application) -> tuple[str, ...]:
    """The subjects a resit already stands on: passed after all, the sitting doesn't take them away from it."""
    used = Credit.objects.filter(application=application, relied_on_by__isnull=False)
    return tuple(used.values_list("subject", flat=True).distinct())


def _credit(draft: Draft, result: Result, scores: dict[str, Decimal], *, by: User | None, at: datetime) -> None:
    set_credits(
        draft.application,
        subjects=scores,
        published_on=timezone.localdate(at),
        source=f"result:{result.pk}",
        by=by,
        at=at,
    )
