"""申诉 and what becomes of it (SPEC 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from discipline.enums import How
from discipline.models import Appeal, Case
from skilleval.accounts.models import User
from skilleval.core.db import retrying


@transaction.atomic
def appeal(case: Case, *, text: str, how: str = How.PORTAL, by: User, at: datetime) -> Appeal:
    """The person appeals, or staff record it as handed in: served → appealed, up to the last day's end.

    Raises NotAllowed for anybody else, Refused when the period is over or before the decision was served.
    """
    raise NotImplementedError


@transaction.atomic
def suspend_ban(case: Case, *, reason: str, by: User, at: datetime) -> Appeal:
    """While an appeal runs the supervisor lets the ban rest; nothing else of the decision changes.

    Upheld, the ban is in force again for what is left of it. Raises NotAllowed, Refused without a ban or an appeal.
    """
    raise NotImplementedError


@retrying
@transaction.atomic
def decide_appeal(
    case: Case,
    *,
    outcome: str,
    reasons: str,
    clauses: Sequence[str] = (),
    severity: str = "",
    seen: str = "",
    by: User,
    at: datetime,
) -> Appeal:
    """Another supervisor than the decider: upheld → final; lifted → lifted; changed → the first decision is lifted
    and a lighter one, by `clauses` and `severity`, made in its place, to be served and then final.

    Raises NotAllowed, Conflict when it was decided meanwhile, Refused for a "lighter" one that isn't.
    """
    raise NotImplementedError


@transaction.atomic
def finalise(case: Case, *, at: datetime) -> bool:
    """The appeal period passed, or no further appeal exists: served → final; False where it isn't so."""
    raise NotImplementedError
