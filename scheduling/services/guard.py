"""What the database refuses, said in Chinese: the loser of a race gets a message, not an error page."""

import logging
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, connection

from scheduling.models import AdmissionTicket, Batch, Duty, ExamSession, Room, Seat, Sitting, Venue
from skilleval.core.db import assert_in_transaction
from skilleval.core.due import SomeFailed
from skilleval.core.errors import Conflict, Refused

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

JUDGE_CONSTRAINTS = """
SET LOCAL enable_seqscan TO off;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SET LOCAL enable_seqscan TO DEFAULT
"""

#: Constraints that a trigger upholds speak for themselves.
SPOKEN_BY_TRIGGERS = ("seat_room_capacity", "exam_session_period")
#: Those that no form asks about: two who seat people at the same time.
WORDS = {
    "seat_once": "有人刚刚被编入其他座位，请刷新后重试",
    "seat_number_once": "有座位刚刚被他人占用，请刷新后重试",
}


def refusing(service: Callable[P, R]) -> Callable[P, R]:
    """Turn what the database's own constraints refuse into Refused or Conflict. Put it outside `transaction.atomic`."""

    @wraps(service)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except IntegrityError as error:
            raise _spoken(error) from error

    return wrapper


def one_by_one(keys: Iterable[int], work: Callable[[int], int]) -> int:
    """Do each piece of due work, a failing one without stopping the others, and return how much was done.

    Raises SomeFailed after all were tried.
    """
    done, failed = 0, []
    for key in keys:
        try:
            done += work(key)
        except Exception:
            logger.exception("due work on %s failed", key)
            failed.append(str(key))
    if failed:
        raise SomeFailed(", ".join(failed))
    return done


def check_now() -> None:
    """Have the deferred constraints judge what this transaction did, so that it fails here and not at the commit.

    The look-ups of foreign keys are planned once in a session, perhaps while a table is nearly empty, and used for the
    thousands that follow: planned here they go by the index.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(JUDGE_CONSTRAINTS)


def _spoken(error: IntegrityError) -> Exception:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", "") or ""
    if name in SPOKEN_BY_TRIGGERS and diagnosis is not None:
        return Refused(diagnosis.message_primary)
    message = _messages().get(name)
    return Conflict(message) if message else error


@cache
def _messages() -> dict[str, str]:
    models = (Batch, Venue, Room, ExamSession, Sitting, Seat, Duty, AdmissionTicket)
    return WORDS | {
        constraint.name: str(constraint.violation_error_message)
        for model in models
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }
