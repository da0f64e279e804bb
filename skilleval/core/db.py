"""What PostgreSQL says when transactions get into each other's way, and what to do about it."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, OperationalError, connection

from skilleval.core.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

RETRIES = 3
SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
LOCK_TIMEOUT = "55P03"
BUSY = "其他操作正在处理同一批记录，请稍等几秒后重试"


def code_of(error: BaseException) -> str:
    """PostgreSQL's five-character code of an error, empty when it has none."""
    return getattr(error.__cause__, "pgcode", None) or ""


def retrying(function: Callable[P, R]) -> Callable[P, R]:
    """Run a whole transaction again when it lost to another one (40001, 40P01), at most three times; then Conflict.

    Put it outside ``transaction.atomic``. Called within a transaction it only passes through: part of one can't be
    run again.
    """

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        for attempt in range(RETRIES + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if code_of(error) not in (SERIALIZATION_FAILURE, DEADLOCK):
                    raise
                lost = error
                time.sleep(random.uniform(0.01, 0.05) * (attempt + 1))  # noqa: S311 - spreads the rivals, no secret
        raise Conflict(BUSY) from lost

    return wrapper


def assert_in_transaction() -> None:
    """Fail loudly where a caller forgot the transaction that its writes have to share."""
    if not connection.in_atomic_block:
        raise RuntimeError("this has to run inside transaction.atomic()")


def lost_a_race(error: BaseException) -> bool:
    """Whether an error means that somebody else held what this request needed."""
    return isinstance(error, DatabaseError) and code_of(error) in (SERIALIZATION_FAILURE, DEADLOCK, LOCK_TIMEOUT)
