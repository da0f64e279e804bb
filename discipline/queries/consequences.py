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

from django.db.models import Q, Sum

from certificates.models import Certificate, Result
from certificates.queries.results import current_result
from discipline import sanctions
from discipline.models import Case
from discipline.models.clauses import PREFIX
from discipline.sanctions import Sanction, SanctionError
from fees.queries import due_for, money_held
from registration.enums import APPLICATION_MOVES, OPEN_STATES, ApplicationState
from registration.models import Application, Ban, Credit
from registration.models.credits import CreditQuerySet
from registration.queries.credits import relying_on
from scheduling.models import Seat
from scheduling.queries.attendance import has_sat
from skilleval.core.errors import Refused

NONE, UNPAID, REFUND, KEPT = "none", "unpaid", "refund", "kept"
_S = ApplicationState
VOIDABLE = tuple(state for state, moves in APPLICATION_MOVES.items() if _S.VOID in moves)


@dataclass(frozen=True)
class Ended:
    """An application that ends with the decision, and what becomes of its fee.

    `fee`: NONE nothing is paid nor asked for, UNPAID the open order is closed, REFUND what was paid goes back, KEPT it
    stays. `amount` in yuan. `seated`: a seat is freed, a ticket withdrawn.
    """

    application: Application
    reason: str
    to: str  # the state it ends in
    fee: str = NONE
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
    certificates: tuple[Certificate, ...]  # numbered: void; not yet numbered: not issued
    credits: tuple[Credit, ...]  # lost: of this sitting, and under clause 1 the older ones
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
            [(certificate.pk, certificate.state) for certificate in self.certificates],
            [credit.pk for credit in self.credits],
            [(e.application.pk, e.to, e.fee, e.amount, e.seated) for e in self.ended],
            self.fee_kept,
            sorted((ban.pk, ban.ends_on) for ban in self.standing_bans),
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def consequences_of(case: Case, clauses: Sequence[str], severity: str, *, on: date, at: datetime) -> Consequences:
    """What deciding a case by some clauses on a day would do, everywhere. Reads only.

    Raises Refused for clauses that don't fit the case, or a severity that is missing (SPEC 10).
    """
    sanction = check_clauses(case, clauses, severity, on=on)
    application = Application.objects.select_related("offering__provider").get(pk=case.application_id)
    sat = has_sat(application, at)
    result = current_result(application)
    subject = case.subject if sanction.cancels == sanctions.ONE_SUBJECT else ""
    marks = sat or result is not None
    lost = _lost_credits(application, sanction, subject, marks)
    return Consequences(
        case=case,
        sanction=sanction,
        on=on,
        clauses=tuple(clauses),
        severity=severity if sanction.clause[0] == sanctions.GRAVE else "",
        subject=subject,
        cancels_marks=marks,
        result=result,
        certificates=_certificates(application, lost) if marks else (),
        credits=lost,
        offending=_offending(application, sanction, marks),
        fee_kept=paid_for(application),
        others=_others(application, sanction, lost, at),
        standing_bans=tuple(Ban.objects.filter(candidate=case.candidate_id, lifted_on=None, ends_on__gte=on)),
    )


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


def paid_for(application: Application) -> Decimal | None:
    """What was paid for an application and not given back; None for nothing."""
    paid: Decimal | None = money_held().filter(application=application).aggregate(paid=Sum("amount"))["paid"]
    return paid


def older_than(application: Application) -> CreditQuerySet:
    """What older sittings earned at the provider for the same: credits.withdraw_older takes these under clause 1."""
    if application.submitted_on is None:
        return Credit.objects.none()
    same = Credit.objects.filter(
        candidate=application.candidate_id,
        provider=application.offering.provider_id,
        work_type=application.work_type_id,
        level=application.level,
    )
    return same.filter(published_on__lte=application.submitted_on).exclude(application=application)


def _lost_credits(application: Application, sanction: Sanction, subject: str, marks: bool) -> tuple[Credit, ...]:
    """Of this sitting those of the cancelled marks; under clause 1 the older ones of the same there, too (SPEC 10)."""
    standing = Credit.objects.standing().select_related("provider", "work_type__occupation")
    own = standing.filter(application=application)
    found = list(own.filter(subject=subject) if subject else own) if marks else []
    if not sanction.older_credits_survive:
        found += older_than(application).standing()
    return tuple(sorted(found, key=lambda credit: credit.pk))


def _certificates(application: Application, lost: Sequence[Credit]) -> tuple[Certificate, ...]:
    """The sitting's own, and those of resits that rest on what is lost: results and certificates follow."""
    rests = Q(application=application) | Q(application__in=relying_on(lost))
    return tuple(Certificate.objects.live().filter(rests).select_related("offering__provider").order_by("pk"))


def _offending(application: Application, sanction: Sanction, marks: bool) -> Ended | None:
    """The case's own application ends under clause 1, and under a ban as long as it wasn't sat."""
    void = sanction.qualification_cancelled and application.state in VOIDABLE
    if not void and (marks or application.state not in OPEN_STATES or sanction.cancels == sanctions.ONE_SUBJECT):
        return None
    return _ended(
        application, _S.VOID if void else _S.CANCELLED, "申报材料不实" if void else "违纪违规处理", keeps=True
    )


def _others(application: Application, sanction: Sanction, lost: Sequence[Credit], at: datetime) -> tuple[Ended, ...]:
    """Everything else of the person's that isn't sat yet and that the ban bars, or that stands on what is lost."""
    going_on = Application.objects.filter(candidate=application.candidate_id, state__in=(*OPEN_STATES, _S.DRAFT))
    rows = going_on.exclude(pk=application.pk).select_related("offering__provider", "offering__work_type__occupation")
    relying = set(relying_on(lost).values_list("pk", flat=True))
    barred = sanction.ban_until is not None
    return tuple(
        _ended(one, _S.CANCELLED, "禁考" if barred else "补考所依据的成绩已取消")
        for one in rows.order_by("pk")
        if (barred or one.pk in relying) and not has_sat(one, at)
    )


def _ended(application: Application, to: str, reason: str, *, keeps: bool = False) -> Ended:
    paid, line = paid_for(application), due_for(Application.objects.filter(pk=application.pk)).get(application.pk)
    fee = KEPT if paid and keeps else REFUND if paid else UNPAID if line else NONE
    return Ended(
        application=application,
        reason=reason,
        to=to,
        fee=fee,
        amount=paid or (line.amount if line else None),
        seated=Seat.objects.filter(application=application).exists(),
    )
