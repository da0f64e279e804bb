"""The provider proposes, a supervisor decides; it takes effect then, once and everywhere (SPEC 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from discipline.models import Case, Decision, Proposal
from skilleval.accounts.models import User
from skilleval.core.db import retrying


@transaction.atomic
def propose(
    case: Case,
    *,
    clauses: Sequence[str],
    severity: str,
    reasons: str,
    on_defence: str = "",
    by: User,
    at: datetime,
) -> Proposal:
    """处理建议 of the provider: heard → proposed. Without clauses it proposes 不予处理.

    Raises NotAllowed, Conflict out of turn, and Refused where it is heavier than what the person was told (tell them
    anew first), or where a defence was stated and isn't answered.
    """
    raise NotImplementedError


@transaction.atomic
def send_back(case: Case, *, reason: str, by: User, at: datetime) -> Case:
    """退回 to the provider, with a reason: proposed → heard. Raises NotAllowed, Refused without a reason."""
    raise NotImplementedError


@transaction.atomic
def dismiss(case: Case, *, reason: str, by: User, at: datetime) -> Case:
    """不予处理: proposed → dismissed; the result is released, the person told. Raises NotAllowed, Refused."""
    raise NotImplementedError


@retrying
@transaction.atomic
def decide(
    case: Case,
    *,
    clauses: Sequence[str],
    severity: str,
    reasons: str,
    on_defence: str = "",
    seen: str = "",
    by: User,
    at: datetime,
) -> Decision:
    """Decide by some clauses, the proposed ones or lighter: proposed → decided. It takes effect now, everywhere.

    `seen`: the fingerprint of the consequences that were shown; where they have changed since, Conflict asks to look
    again. Of two deciders one wins, the other is told. Raises NotAllowed for whoever reported, proposed or witnessed,
    and Refused where it is heavier than what the person was told: then send it back.
    """
    raise NotImplementedError
