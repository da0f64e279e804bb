"""Everything a decision would do, found before it is made: the preview, and what the effect goes by (SPEC 10).

One function drives both, so that what was shown and what happens can't differ; `fingerprint` tells whether the rows it
looked at have changed in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from certificates.models import Certificate, Result
from discipline import sanctions
from discipline.models import Case
from discipline.models.clauses import PREFIX
from discipline.sanctions import Sanction, SanctionError
from registration.models import Application, Ban
from skilleval.core.errors import Refused


@dataclass(frozen=True)
class Ended:
    """An application that ends with the decision, and what becomes of its fee.

    `fee`: "none" nothing is paid nor asked for, "unpaid" the open order is closed, "refund" what was paid goes back,
    "kept" what was paid stays. `amount` in yuan, of the order's line. `seated`: a seat is freed, a ticket withdrawn.
    """

    application: Application
    reason: str
    to: str  # the state it ends in
    fee: str = "none"
    amount: Decimal | None = None
    seated: bool = False


@dataclass(frozen=True)
class Consequences:
    """What a decision means for one person, as things stand."""

    case: Case
    sanction: Sanction
    on: date
    clauses: tuple[str, ...]
    severity: str
    subject: str  # whose mark is cancelled; "" with `cancels_marks`: all of the sitting
    cancels_marks: bool
    result: Result | None  # the published one, which gets a further version
    certificate: Certificate | None  # numbered: void; not yet numbered: not issued
    credits: tuple[Any, ...]  # lost: of this sitting, and under clause 1 the older ones
    offending: Ended | None  # the case's own application, where it ends; else it stands without its marks
    fee_kept: Decimal | None  # of the case's own application; None: nothing was paid
    others: tuple[Ended, ...]  # not yet sat, at every provider
    standing_bans: tuple[Ban, ...]  # in force or to come, beside the new one

    @property
    def ban_from(self) -> date | None:
        return self.sanction.ban_from

    @property
    def ban_until(self) -> date | None:
        return self.sanction.ban_until

    @property
    def barred_until(self) -> date | None:
        """The last day of the longest ban, this one and the standing ones together; None without any."""
        days = [ban.ends_on for ban in self.standing_bans]
        return max([*days, self.ban_until] if self.ban_until else days, default=None)

    @property
    def refers(self) -> bool:
        return self.sanction.refer_to_authority

    @property
    def ended(self) -> tuple[Ended, ...]:
        """All applications that end, the case's own first."""
        return ((self.offending,) if self.offending else ()) + self.others

    @cached_property
    def fingerprint(self) -> str:
        """A short text that changes when anything shown here does; `decide(seen=…)` compares it."""
        facts = (
            self.sanction,
            self.clauses,
            self.severity,
            self.subject,
            self.cancels_marks,
            self.result and (self.result.pk, self.result.version),
            self.certificate and (self.certificate.pk, self.certificate.state),
            sorted(credit.pk for credit in self.credits),
            [(e.application.pk, e.to, e.fee, e.amount, e.seated) for e in self.ended],
            self.fee_kept,
            sorted((ban.pk, ban.ends_on) for ban in self.standing_bans),
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def consequences_of(case: Case, clauses: Sequence[str], severity: str, *, on: date, at: datetime) -> Consequences:
    """What deciding a case by some clauses on a day would do, everywhere. Reads only.

    Raises Refused for clauses that don't fit the case, or a severity that is missing (SPEC 10).
    """
    raise NotImplementedError


def check_clauses(case: Case, clauses: Sequence[str], severity: str, *, on: date) -> Sanction:
    """The heaviest consequence of some clauses for a case. Raises Refused as `consequences_of` does."""
    items = [code.removeprefix(PREFIX) for code in clauses]
    sections = {item[0] for item in items}
    if sections & {"2", "3"} and case.session is None:
        raise Refused("该申报没有排考，不能适用考场行为的条款", field="clauses")
    assessed = case.session.held_on if case.session else on
    try:
        found = [sanctions.sanction(item, severity or None, decided_on=on, assessed_on=assessed) for item in items]
    except SanctionError as error:
        raise Refused(str(error), field="severity" if "情节" in str(error) else "clauses") from error
    if not found:
        raise Refused("请至少选择一条条款", field="clauses")
    heaviest = sanctions.heaviest(found)
    if heaviest.cancels == sanctions.ONE_SUBJECT and not case.subject:
        raise Refused("违反考场规则取消的是当次该科目的成绩，案件须有科目", field="clauses")
    return heaviest
