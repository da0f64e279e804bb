"""Plans as they are, and what was published of them before (SPEC 7.5, 7.8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from scheduling.models import ExamSession, Seat, SessionVersion, Sitting


def plans_of(sessions: Iterable[ExamSession]) -> dict[int, dict[str, Any]]:
    """What holds now of each session, by its id, as `scheduling.versions` reads it; in two queries."""
    plans: dict[int, dict[str, Any]] = {session.pk: _empty(session) for session in sessions}
    rows = Sitting.objects.filter(session__in=plans).select_related("room__venue").order_by("during", "pk")
    index: dict[int, int] = {}
    for sitting in rows:
        held = plans[sitting.session_id]["sittings"]
        index[sitting.pk] = len(held)
        held.append(_sitting(sitting))
    seats = Seat.objects.filter(sitting__session__in=plans).order_by("application", "during")
    for session, application, subject, sitting_id, number in seats.values_list(
        "sitting__session", "application", "subject", "sitting", "number"
    ):
        plans[session]["seats"].setdefault(str(application), {})[subject] = [index[sitting_id], number]
    return plans


def last_versions(sessions: Iterable[ExamSession]) -> dict[int, SessionVersion]:
    """The version in force of each session that has one, by the session's id."""
    rows = SessionVersion.objects.filter(session__in=[session.pk for session in sessions])
    return {version.session_id: version for version in rows.order_by("number")}


def _empty(session: ExamSession) -> dict[str, Any]:
    return {"held_on": session.held_on.isoformat(), "sittings": [], "seats": {}}


def _sitting(sitting: Sitting) -> dict[str, Any]:
    return {
        "id": sitting.pk,
        "subject": sitting.subject,
        "rotation": sitting.rotation,
        "room": sitting.room_id,
        "named": str(sitting.room) if sitting.room else "",
        "address": sitting.room.venue.address if sitting.room else "",
        "starts": _moment(sitting.starts),
        "ends": _moment(sitting.ends),
    }


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat()
