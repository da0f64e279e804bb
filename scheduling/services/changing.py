"""The frame of every change of what is published (SPEC 7.5, 7.8): locks, what bars it, and what follows from it.

A session that has begun, of which attendance was noted, or of which another app has made something (`scheduling.bars`)
stays as it is. Locks: the batches, the sessions, their seats, their applications, each by id; the seats keep attendance
from being noted meanwhile, the batch keeps out withdrawals and other planners.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from django.db import transaction

from registration.models import Application
from scheduling import bars
from scheduling.enums import SessionState
from scheduling.models import ExamSession, Seat, Sitting
from scheduling.queries.obstacles import obstacles_of
from scheduling.services import tickets, versions
from scheduling.services.guard import check_now, refusing
from scheduling.services.planning import locked_all
from skilleval.accounts.models import User
from skilleval.core.db import assert_in_transaction, retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_day, cn_time

P = ParamSpec("P")
#: The versions a page showed, by the sessions' ids; None where no page was shown.
Seen = Mapping[int, int] | None
REASON_LENGTH = 150  # with what stands before it, it has to fit into 200


def one_transaction(verb: Callable[P, list[ExamSession]]) -> Callable[P, list[ExamSession]]:
    """A verb that changes published sessions and returns them: one transaction, the database's refusals in words.

    Once it is committed, new tickets come out where their day has come (SPEC 3.4); should that fail, the day's run
    finds them.
    """

    @wraps(verb)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> list[ExamSession]:
        changed = retrying(refusing(transaction.atomic(verb)))(*args, **kwargs)
        for session in changed:
            if session.state == SessionState.PUBLISHED:
                tickets.release_at_once(session, at=kwargs["at"])  # type: ignore[arg-type]
        return changed

    return wrapper


@contextmanager
def changing(
    sessions: Sequence[ExamSession], *, reason: str, by: User, at: datetime, seen: Seen = None
) -> Iterator[list[ExamSession]]:
    """Published sessions, locked, in the order given. What was done with them is checked, recorded and told (SPEC 7.8).

    Raises Refused without a reason, Conflict where a room, person or venue isn't free, and what `opened` raises.
    """
    reason = stated(reason)
    fresh = opened(sessions, by=by, at=at, seen=seen)
    versions.keep(fresh)
    yield fresh
    settle(fresh)
    versions.record_all(fresh, reason=reason, by=by, at=at)


def settle(sessions: Iterable[ExamSession]) -> None:
    """What stands in the way of changed sessions, said before the database says it."""
    found = [reason for reasons in obstacles_of(list(sessions)).values() for reason in reasons]
    if found:
        raise Conflict("；".join(dict.fromkeys(found)))
    check_now()


def opened(
    sessions: Sequence[ExamSession], *, by: User, at: datetime, seen: Seen = None, proposals: bool = False
) -> list[ExamSession]:
    """Published sessions that can still be changed, locked, in the order given; `proposals` lets these in as well.

    Raises NotAllowed for whoever doesn't plan at the provider; Refused for sessions in another state, and for published
    ones that have begun, or of which attendance was noted or marks, results or cases exist; Conflict where one isn't
    as it was `seen`: what a page from before would do, it would do to another plan (SPEC 7.8).
    """
    assert_in_transaction()
    fresh = {session.pk: session for session in locked_all(sessions, by=by)}
    found = [fresh[session.pk] for session in sessions]
    for session in found:
        if session.state not in (SessionState.PUBLISHED, *([SessionState.PROPOSED] if proposals else [])):
            raise Refused(f"第 {session.number} 场{session.get_state_display()}，不是已发布的场次，请刷新后查看")
        if seen is not None and seen.get(session.pk) != session.version:
            raise Conflict(f"您打开本页后，第 {session.number} 场已有变更，本次没有办理；请返回场次页查看后再办理")
    check_open([session for session in found if session.state == SessionState.PUBLISHED], at)
    return found


def check_open(sessions: Sequence[ExamSession], at: datetime) -> None:
    """Lock the seats and people of locked sessions, and raise Refused where one of these can't be changed any more."""
    seats = Seat.objects.filter(sitting__session__in=sessions)
    list(seats.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    people = Application.objects.filter(pk__in=seats.values("application"))
    list(people.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    if why := why_closed(sessions, at):
        raise Refused(why)


def why_closed(sessions: Sequence[ExamSession], at: datetime) -> str:
    """Why one of some sessions can't be changed any more, in words; empty where all can."""
    begun = Sitting.objects.filter(session__in=sessions, during__startswith__lte=at).select_related("session")
    if first := begun.order_by("during").first():
        when = f"{cn_day(first.starts)} {cn_time(first.starts)}"
        return f"第 {first.session.number} 场已于{when}开考，不能再变更安排；个别人员的情况请登记考勤"
    noted = Seat.objects.filter(sitting__session__in=sessions, attendance__isnull=False).select_related(
        "sitting__session"
    )
    if seat := noted.first():
        return f"第 {seat.sitting.session.number} 场已登记考勤，不能再变更安排"
    return "；".join(bars.reasons([session.pk for session in sessions]))


def stated(reason: str) -> str:
    """The reason that people will read; raises Refused without one, and for one that is too long."""
    reason = reason.strip().rstrip("。")
    if not reason:
        raise Refused("请写明变更的原因，参评人员将看到全文", field="reason")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"原因不超过 {REASON_LENGTH} 字，请精简", field="reason")
    return reason


def people_of(session: ExamSession) -> Iterable[int]:
    """Who sits in a session, by their applications' ids."""
    return sorted(set(Seat.objects.filter(sitting__session=session).values_list("application", flat=True)))
