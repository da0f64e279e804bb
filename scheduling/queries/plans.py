"""What stands in the way of publishing a session, in words that name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scheduling.enums import SessionState
from scheduling.models import ExamSession, Seat, Sitting
from skilleval.core.wording import cn_day, cn_time

MOST_NAMED = 5


def missing_rooms(session: ExamSession) -> list[str]:
    """Subjects that have no room yet, by their names."""
    without = session.sittings.filter(room=None).order_by("during")
    return list(dict.fromkeys(sitting.get_subject_display() for sitting in without))


def conflicts_of(session: ExamSession, *, with_proposed: bool = True) -> list[str]:
    """Rooms and candidates that another session has at the same time.

    Published sessions stand in the way of publishing this one; proposed ones are a warning.
    """
    states = (SessionState.PUBLISHED, SessionState.PROPOSED) if with_proposed else (SessionState.PUBLISHED,)
    return [*_room_conflicts(session, states), *_candidate_conflicts(session, states)]


def _room_conflicts(session: ExamSession, states: Sequence[str]) -> Iterator[str]:
    for sitting in session.sittings.select_related("room__venue").exclude(room=None):
        others = Sitting.objects.filter(room=sitting.room_id, during__overlap=sitting.during)
        others = others.exclude(session=session).filter(session__state__in=states)
        for other in others.select_related("session__batch__offering__work_type__occupation", "session__batch__window")[
            :MOST_NAMED
        ]:
            yield (
                f"考场冲突：{sitting.room}在{_when(other)}已安排给{other.session}"
                f"（{other.session.get_state_display()}），请换考场或改时间"
            )


def _candidate_conflicts(session: ExamSession, states: Sequence[str]) -> Iterator[str]:
    for sitting in session.sittings.all():
        others = Seat.objects.filter(candidate__in=sitting.seats.values("candidate"), during__overlap=sitting.during)
        others = others.exclude(sitting__session=session).filter(sitting__session__state__in=states)
        for other in others.select_related(
            "candidate",
            "application",
            "sitting__session__batch__offering__work_type__occupation",
            "sitting__session__batch__window",
        )[:MOST_NAMED]:
            yield (
                f"人员冲突：{other.candidate.name}（申报 {other.application.number}）在{_when(other.sitting)}"
                f"须参加{other.sitting.session}（{other.sitting.session.get_state_display()}），请改时间"
            )


def _when(sitting: Sitting) -> str:
    return f"{cn_day(sitting.starts)} {cn_time(sitting.starts)}–{cn_time(sitting.ends)}"


def seating_of(session: ExamSession) -> list[dict[str, Any]]:
    """Who sits where, a row for each person: name, application number and the place in each subject."""
    rows: dict[int, dict[str, Any]] = {}
    seats = Seat.objects.filter(sitting__session=session).select_related("application", "candidate", "sitting__room")
    for seat in seats.order_by("sitting__during", "sitting__room__name", "number"):
        row = rows.setdefault(seat.application_id, {"application": seat.application, "name": seat.candidate.name})
        row.setdefault("places", []).append(seat)
    return list(rows.values())
