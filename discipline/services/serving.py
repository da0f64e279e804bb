"""送达: the decision reaches the person, and from that day on they may appeal (SPEC 10)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from discipline.models import Decision
from skilleval.accounts.models import User


@transaction.atomic
def acknowledge(decision: Decision, *, by: User, at: datetime) -> Decision:
    """The person confirms on the page that they received it: decided → served. Done twice it changes nothing.

    Raises NotAllowed for anybody else, Refused for a decision that was lifted.
    """
    raise NotImplementedError


@transaction.atomic
def record_service(decision: Decision, *, how: str, on: date, note: str = "", by: User, at: datetime) -> Decision:
    """Staff of the provider record how and when it was served (desk, post, left): decided → served.

    Raises NotAllowed, Conflict where it is served already, Refused for a day before the decision or after today.
    """
    raise NotImplementedError
