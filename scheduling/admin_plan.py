"""The panel 安排 of a session's page: its day, start and rooms, and what stands in the way of publishing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest

from scheduling import services
from scheduling.enums import SessionState
from scheduling.forms import SessionForm
from scheduling.models import ExamSession, Room
from scheduling.queries.plans import conflicts_of, missing_rooms
from skilleval.accounts.models import User
from skilleval.core.errors import Refused

TEMPLATE = "scheduling/_admin_plan.html"


def facts(session: ExamSession, user: User, at: datetime) -> dict[str, Any]:
    """What the panel shows; the form only while the session is a proposal."""
    proposed = session.state == SessionState.PROPOSED
    rows = session.sittings.select_related("room__venue").annotate(people=Count("seats"))
    sittings = list(rows.order_by("during", "room__name", "pk"))
    return {
        "form": form_of(session) if proposed else None,
        "sittings": sittings,
        "turned": {sitting.subject for sitting in sittings if sitting.rotation > 1},
        "conflicts": conflicts_of(session) if proposed else [],
        "missing": missing_rooms(session),
        "tickets_out": session.tickets.in_force().count(),
    }


def form_of(session: ExamSession, data: Any = None) -> SessionForm:
    """The session's form, bound to what was sent."""
    rooms = Room.objects.filter(venue__provider=session.batch.offering.provider_id).select_related("venue")
    return SessionForm(data, session=session, rooms=rooms)


def save(form: SessionForm, request: HttpRequest, at: datetime) -> bool:
    """Day and rooms together or not at all; a refusal is shown at its field."""
    if not form.is_valid():
        return False
    by: Any = request.user
    timing, subject = form.timing, ""
    try:
        with transaction.atomic():
            services.set_time(
                form.session,
                held_on=timing.held_on,
                starts_at=timing.starts_at,
                elsewhen=timing.elsewhen,
                reason=form.cleaned_data["reason"],
                by=by,
                at=at,
            )
            for subject, rooms in form.rooms.items():
                services.assign_rooms(form.session, subject=subject, rooms=rooms, by=by, at=at)
    except Refused as refusal:
        form.add_refusal(refusal.message, refusal.field, subject)
        return False
    return True
