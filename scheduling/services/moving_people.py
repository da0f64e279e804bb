"""Moving one person of what is published: to another session or place, or in exchange with another (SPEC 7.8).

Nobody else's place changes, and nobody else's ticket.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from registration.enums import ApplicationState
from registration.models import Application
from scheduling.models import ExamSession, Seat, Sitting
from scheduling.queries.rooms import places_for
from scheduling.services.changing import Seen, changing, one_transaction
from scheduling.services.seating import free_place
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.errors import Refused


@one_transaction
def move_person(
    application: Application, *, to: ExamSession, reason: str, by: User, at: datetime, seen: Seen = None
) -> list[ExamSession]:
    """换场: somebody sits in another published session of their batch, on the free places that suit them best.

    Raises Refused for whom isn't scheduled, another batch, the session they are in, and where a subject has no place
    left; Conflict where they are wanted elsewhere at the time; and as `changing`.
    """
    left = session_of(application)
    if left.pk == to.pk:
        raise Refused("该考生已在这一场，请选择其他场次", field="to")
    if left.batch_id != to.batch_id:
        raise Refused("只能移到同一批次的场次", field="to")
    with changing([left, to], reason=reason, by=by, at=at, seen=seen) as (old, new):
        seats = _seats(application, old)
        places = {subject: free_place(new, subject, application) for subject in seats}
        for subject, place in places.items():
            if place is None:
                name = seats[subject].get_subject_display()
                raise Refused(f"第 {new.number} 场的{name}没有空位，请选择其他场次，或与人对调", field="to")
            _sit(seats[subject], *place)
        ExamSession.objects.filter(pk=old.pk).update(size=F("size") - 1)
        ExamSession.objects.filter(pk=new.pk).update(size=F("size") + 1)
        audit.record("seat.moved", by=by, obj=application, sessions=[old.pk, new.pk])
    return [old, new]


@one_transaction
def move_place(
    application: Application,
    *,
    sitting: Sitting,
    number: int,
    reason: str,
    by: User,
    at: datetime,
    seen: Seen = None,
) -> list[ExamSession]:
    """换座位: somebody's place in a subject becomes another free one of their session, in any of its rooms and turns.

    Raises Refused for a place that is taken, blocked or not there, and as `changing`.
    """
    with changing([session_of(application)], reason=reason, by=by, at=at, seen=seen) as (session,):
        sitting = session.sittings.select_related("room__venue").get(pk=sitting.pk)
        seat = _seats(application, session).get(sitting.subject)
        if seat is None:
            raise Refused(f"该考生不考{sitting.get_subject_display()}", field="sitting")
        if (seat.sitting_id, seat.number) == (sitting.pk, number):
            raise Refused("座位没有变化，请选择其他座位", field="number")
        _check_free(session, sitting, number)
        audit.record("seat.moved", by=by, obj=application, sessions=[session.pk], subject=sitting.subject)
        _sit(seat, sitting, number)
    return [session]


@one_transaction
def swap_people(
    one: Application, other: Application, *, reason: str, by: User, at: datetime, seen: Seen = None
) -> list[ExamSession]:
    """对调: two people of a batch take each other's places, in every subject that both sit.

    Raises Refused for one with themselves, people of two batches, and people of two sessions who don't sit the same
    subjects; Conflict where one of them is wanted elsewhere at the other's time; and as `changing`.
    """
    if one.pk == other.pk:
        raise Refused("请选择另一名考生", field="other")
    mine, theirs = session_of(one), session_of(other)
    if mine.batch_id != theirs.batch_id:
        raise Refused("只能与同一批次的考生对调", field="other")
    sessions = [mine] if mine.pk == theirs.pk else [mine, theirs]
    with changing(sessions, reason=reason, by=by, at=at, seen=seen) as fresh:
        first, second = _seats(one, fresh[0]), _seats(other, fresh[-1])
        common = [subject for subject in first if subject in second]
        if not common or (len(fresh) > 1 and first.keys() != second.keys()):
            raise Refused("两人所考科目不同，不能对调，请分别换场或换座位", field="other")
        for subject in common:
            _swap(first[subject], second[subject])
        audit.record("seat.swapped", by=by, obj=one, other=other.pk, sessions=[session.pk for session in fresh])
    return fresh


def session_of(application: Application) -> ExamSession:
    """The published session somebody sits in; raises Refused for whom isn't scheduled."""
    found = ExamSession.objects.filter(sittings__seats__application=application, sittings__seats__live=True).first()
    if found is None or not Application.objects.filter(pk=application.pk, state=ApplicationState.SCHEDULED).exists():
        raise Refused(f"申报 {application.number} 不在已排考中，请刷新后查看")
    return found


def _seats(application: Application, session: ExamSession) -> dict[str, Seat]:
    """Somebody's seats in a locked session, by subject; raises Refused where they left a moment ago."""
    rows = Seat.objects.filter(sitting__session=session, application=application)
    found = {seat.subject: seat for seat in rows.select_related("sitting").order_by("during")}
    if not found:
        raise Refused(f"申报 {application.number} 已不在第 {session.number} 场，请刷新后查看")
    return found


def _check_free(session: ExamSession, sitting: Sitting, number: int) -> None:
    if sitting.room is None:
        raise Refused("该科目没有考场", field="sitting")
    occupation = session.batch.offering.work_type.occupation
    if number not in {place.number for place in places_for(sitting.room, sitting.subject, occupation)}:
        raise Refused(f"{sitting.room.name}没有可用的 {number} 号座位，请看座位图", field="number")
    if Seat.objects.filter(sitting=sitting, number=number).exists():
        raise Refused(f"{sitting.room.name} {number} 号已有人，请选空位，或与该考生对调", field="number")


def _sit(seat: Seat, sitting: Sitting, number: int) -> None:
    """The time comes from the sitting: on another day, or in another turn, it is another one."""
    Seat.objects.filter(pk=seat.pk).update(sitting=sitting, number=number, during=sitting.during)


def _swap(first: Seat, second: Seat) -> None:
    """The keys on numbers and people's time are judged once both sit."""
    _sit(first, second.sitting, second.number)
    _sit(second, first.sitting, first.number)
