"""撤销: what a decision took comes back, what can't is offered anew, whoever was told is told again (SPEC 10)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from discipline.models import Decision
from skilleval.accounts.models import User
from skilleval.core.db import retrying


@retrying
@transaction.atomic
def lift(decision: Decision, *, reason: str, by: User, at: datetime) -> Decision:
    """Lift a decision in force: the ban as if never, marks, credits and certificate (same number) restored.

    `decision.returned` names what came back and what is offered anew, for the letter of lifting. Raises NotAllowed for
    the decider, Conflict when it was lifted meanwhile, Refused without a reason.
    """
    raise NotImplementedError
