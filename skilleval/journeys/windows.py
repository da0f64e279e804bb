"""Moving a window, with all that follows from it downstream, in one transaction (SPEC 3.3, 6, 7, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from fees.services import windows as fees
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Window, WindowChange
from registration.services import windows
from registration.window_changes import Change, Standing, changes, payable_until
from scheduling.enums import UNJUDGED, SessionState
from scheduling.models import Batch, ExamSession
from scheduling.services import windows as scheduling
from skilleval.core.db import retrying
from skilleval.core.policy import Actor
from skilleval.journeys import window_telling


@dataclass(frozen=True)
class Concerned:
    """Whom a change of a window concerns, and what it would do, counted before it is made."""

    people: int = 0
    drafts: int = 0
    groups: int = 0
    batches: int = 0
    judged: int = 0
    orders: int = 0  # unpaid ones that may get a later last day
    outside: list[ExamSession] = field(default_factory=list)  # published ones
    to_move: list[ExamSession] = field(default_factory=list)  # proposed ones


@dataclass(frozen=True)
class Adjusted:
    """What was done: the change, how many orders have longer, and what became of the sessions."""

    change: WindowChange
    orders: int
    sessions: scheduling.Followed


@retrying
@transaction.atomic
def adjust(window: Window, *, facts: Mapping[str, Any], reason: str, seen: str, by: Actor, at: datetime) -> Adjusted:
    """Give a window other days, with a reason, and see to what follows; whom it concerns is told, once.

    `facts` are all of `window_changes.FIELDS`, `seen` is the signature of what the page showed. Unpaid orders get the
    later last day that follows, never an earlier one; cut-off, judgment and ticket days are reckoned anew; sessions
    published outside the new period stay, and staff are told. A second call is a Conflict. Raises NotAllowed, Conflict,
    and Refused for what `windows.rewrite` refuses.
    """
    window = windows.locked(window, by=by, seen=seen)
    scheduling.lock(window)
    change = windows.rewrite(window, facts=facts, standing=standing_of(window), reason=reason, by=by, at=at)
    orders = fees.prolong(window)
    followed = scheduling.follow(window, reason=change.reason)
    window_telling.tell(change, window, followed, by=by)
    return Adjusted(change, orders, followed)


def confirm(
    window: Window, *, exam_from: date, exam_by: date, reason: str, seen: str, by: Actor, at: datetime
) -> Adjusted:
    """确认评价时间: a tentative window's assessment period is known now (SPEC 3.1). Raises what `adjust` raises."""
    facts = windows.facts_of(window) | {"exam_from": exam_from, "exam_by": exam_by, "tentative": False}
    return adjust(window, facts=facts, reason=reason, seen=seen, by=by, at=at)


def standing_of(window: Window) -> Standing:
    """How far a window has gone, in every app."""
    return Standing(
        applied=windows.applied_in(window),
        judged=Batch.objects.filter(window=window, judged_at__isnull=False).exists(),
        promised=fees.promised_in(window),
    )


def concerned(window: Window, facts: Mapping[str, Any] | None = None) -> Concerned:
    """Whom a window concerns, and what changing it to `facts` would do."""
    after = Window(pk=window.pk, provider=window.provider, **(facts or windows.facts_of(window)))
    people, batches = Application.objects.filter(window=window), Batch.objects.filter(window=window)
    longer = facts is not None and payable_until(facts) > window.payable_until
    away = scheduling.outside(after)
    return Concerned(
        people=people.filter(state__in=OPEN_STATES).count(),
        drafts=people.filter(state=ApplicationState.DRAFT).count(),
        groups=window_telling.groups_of(window).count(),
        batches=batches.filter(state__in=UNJUDGED).count(),
        judged=batches.filter(judged_at__isnull=False).count(),
        orders=fees.open_orders_of(window).count() if longer else 0,
        outside=[session for session in away if session.state == SessionState.PUBLISHED],
        to_move=[session for session in away if session.state == SessionState.PROPOSED],
    )


def changes_of(window: Window, facts: Mapping[str, Any]) -> list[Change]:
    """What would change, in words, before it is saved."""
    return changes(windows.facts_of(window), facts)
