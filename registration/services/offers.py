"""恢复申报: a decision is lifted, and what can't come back by itself is offered anew (SPEC 10).

The candidate takes an offer up on a page (journeys.applying.reinstating), where fees are known.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Reinstatement
from registration.services import group_members, notify, progress, wording
from skilleval.core import audit
from skilleval.core.errors import Conflict
from skilleval.core.policy import Actor
from skilleval.core.transitions import move

ENDED_BY_DECISION = (ApplicationState.CANCELLED, ApplicationState.VOID)


@transaction.atomic
def offer_again(application: Application, *, source: str, at: datetime) -> Reinstatement | None:
    """Offer to go on with an application that a decision cancelled or made void; the person is told.

    Once for each `source`, and one open offer at a time. None for what no decision ended (any more), and for what
    wasn't handed in: a group's officer passes such a row again.
    """
    application = progress.locked(application)
    if application.state not in ENDED_BY_DECISION:
        return None
    known = application.reinstatements.filter(source=source).first() or application.reinstatements.open().first()
    if known:
        return known
    before = state_before(application)
    if before not in OPEN_STATES or before == ApplicationState.PRELIM:
        return None
    offer = Reinstatement.objects.create(application=application, source=source, from_state=before, offered_at=at)
    audit.record("application.offered_again", by=None, obj=application, offer=offer.pk)
    _tell(application, offer, at)
    return offer


def state_before(application: Application) -> str:
    """The state in which the decision found it."""
    last = application.log.filter(to_state=application.state).order_by("id").last()
    return last.from_state if last else ""


def reopen(offer: Reinstatement, to: str, *, by: Actor | None, at: datetime, reason: str, **fields: Any) -> Application:
    """Take an offer up: the application goes on in `to`. In the caller's transaction; Conflict if it was taken up."""
    if not Reinstatement.objects.filter(pk=offer.pk, accepted_at=None).update(accepted_at=at):
        raise Conflict("这项申报刚在另一页面恢复，请刷新后查看")
    move(offer.application, to, by=by, at=at, reason=reason, **fields)
    group_members.stand_again(offer.application)
    return offer.application


def _tell(application: Application, offer: Reinstatement, at: datetime) -> None:
    notify.tell(
        application.candidate,
        about=application,
        cause=f"offered-again:{offer.pk}",
        template=wording.OFFERED_AGAIN,
        values=wording.named(application),
        link=notify.page_of(application),
        at=at,
    )
