"""Another draw of a subject's places, by staff and for a reason (SPEC 7.6)."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from scheduling.models import ExamSession, SeatDraw
from scheduling.services import seating
from scheduling.services.guard import check_now, refusing
from scheduling.services.planning import locked
from skilleval.accounts.models import User
from skilleval.catalogue.enums import SubjectKind
from skilleval.core import audit
from skilleval.core.errors import Refused

MOST = 150


@refusing
@transaction.atomic
def redraw(session: ExamSession, *, subject: str, reason: str, by: User, at: datetime) -> SeatDraw:
    """Draw the places of a subject of a proposed session anew, with a new seed; the old draw stays on record.

    For what a draw couldn't know: a need told later, a plan of the room corrected. Raises Refused without a reason,
    for a subject without its rooms, and for sessions that are published.
    """
    session, reason = locked(session, by=by), reason.strip()
    if not reason or len(reason) > MOST:
        raise Refused(f"请写明重新抽签的原因，不超过 {MOST} 字", field="reason")
    rows = session.sittings.filter(subject=subject).select_related("room")
    sittings = list(rows.order_by("rotation", "pk"))
    if not sittings or any(sitting.room is None for sitting in sittings):
        name = SubjectKind(subject).label
        raise Refused(f"第 {session.number} 场的{name}还没有安排考场，请先安排考场，座位随即抽定")
    seed = secrets.token_hex(8)
    draw = seating.deal(session, subject=subject, sittings=sittings, by=by, at=at, seed=seed, reason=reason)
    audit.record("session.seats_redrawn", by=by, obj=session, subject=subject, draw=draw.pk)
    check_now()
    return draw
