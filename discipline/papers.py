"""处理决定书 and 撤销决定书, the papers of a case (SPEC 10, 14). They carry the whole document number."""

from __future__ import annotations

from discipline.models import Decision
from skilleval.accounts.models import User


def decision_pdf(decision: Decision, *, by: User) -> bytes:
    """The decision letter. Printing it shows a whole document number: an audit event names who did."""
    raise NotImplementedError


def lifting_pdf(decision: Decision, *, by: User) -> bytes:
    """The letter of lifting: what came back, and what is offered anew; audited in the same way."""
    raise NotImplementedError
