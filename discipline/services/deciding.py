"""The provider proposes, a supervisor decides; it takes effect then, once and everywhere (SPEC 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from certificates.services import holds
from discipline import policy, sanctions
from discipline.enums import CaseState
from discipline.models import Case, Decision, Proposal
from discipline.queries.clauses import read_clauses
from discipline.queries.consequences import check_clauses, consequences_of
from discipline.services import effects, telling
from discipline.services.drafting import draw_up
from discipline.services.people import check_decides, check_handles, locked
from discipline.services.reporting import read_text
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.db import retrying
from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import move
from skilleval.core.wording import cn_date

TELL_ANEW = "重于已告知当事人的条款和情节，请先重新告知，听取陈述申辩"


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

    Raises NotAllowed, Conflict out of turn, and Refused while the person may still add to their defence, where it is
    heavier than what they were told (tell them anew first), or where a defence was stated and isn't answered.
    """
    case = locked(case)
    check_handles(case, policy.PROPOSE, by=by)
    _check_turn(case, CaseState.HEARD)
    check_period(case, on=timezone.localdate(at))
    codes = read_clauses(clauses, case.edition) if clauses else []
    if codes:
        check_told(case, codes, severity, at=at)
    made = Proposal.objects.create(
        case=case,
        clauses=codes,
        severity=severity if codes else "",
        reasons=read_text(reasons, "建议的理由", field="reasons"),
        on_defence=read_answer(case, on_defence),
        by_id=by.pk,
        by_label=by.label,
        at=at,
    )
    move(case, CaseState.PROPOSED, by=by, at=at, waiting_since=timezone.localdate(at))
    audit.record("case.proposed", by=by, obj=case, proposal=made.pk, clauses=codes, severity=made.severity)
    telling.proposed(case, made.pk)
    return made


@transaction.atomic
def send_back(case: Case, *, reason: str, by: User, at: datetime) -> Case:
    """退回 to the provider, with a reason: proposed → heard. Raises NotAllowed, Refused without a reason."""
    case = locked(case)
    check_decides(case, by=by)
    _check_turn(case, CaseState.PROPOSED)
    reason = read_text(reason, "退回的理由", field="reason").rstrip("。")
    move(case, CaseState.HEARD, by=by, at=at, reason=reason, waiting_since=timezone.localdate(at))
    audit.record("case.sent_back", by=by, obj=case)
    telling.sent_back(case, reason, at=at)
    return case


@transaction.atomic
def dismiss(case: Case, *, reason: str, by: User, at: datetime) -> Case:
    """不予处理: proposed → dismissed; the result is released, the person told. Raises NotAllowed, Refused."""
    case = locked(case)
    check_decides(case, by=by)
    _check_turn(case, CaseState.PROPOSED)
    reason = read_text(reason, "不予处理的理由", field="reason")
    move(case, CaseState.DISMISSED, by=by, at=at, reason=reason, waiting_since=timezone.localdate(at))
    holds.release(case.number, by=by, at=at)
    audit.record("case.dismissed", by=by, obj=case)
    telling.dismissed(case, at=at)
    return case


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
    case = locked(case)
    check_decides(case, by=by)
    _check_turn(case, CaseState.PROPOSED)
    codes = read_clauses(clauses, case.edition)
    check_told(case, codes, severity, at=at)
    effects.lock(case)
    found = consequences_of(case, codes, severity, on=timezone.localdate(at), at=at)
    if seen and seen != found.fingerprint:
        raise Conflict("处理的后果在您查看之后有了变化，请看清新的后果后再决定")
    decision = draw_up(
        found,
        reasons=read_text(reasons, "认定的理由", field="reasons"),
        on_defence=read_answer(case, on_defence),
        by=by,
        at=at,
    )
    effects.apply(decision, found, by=by, at=at)
    move(case, CaseState.DECIDED, by=by, at=at, reason=decision.number, waiting_since=decision.decided_on)
    audit.record("case.decided", by=by, obj=case, decision=decision.pk, clauses=codes, severity=decision.severity)
    telling.decided(decision, at=at)
    return decision


def check_period(case: Case, *, on: date) -> None:
    """Raise Refused while the period in which the person may speak is theirs, with its last day."""
    if case.defence_until and case.may_still_speak(on):
        until = cn_date(case.defence_until)
        raise Refused(f"陈述申辩期至{until}，当事人还可以补充，请期满后再提出建议", source="SPEC 10：先听取、后建议")


def check_told(case: Case, clauses: Sequence[str], severity: str, *, at: datetime) -> None:
    """Raise Refused where clauses lead to more than those the person was told of, and could defend themself against."""
    on = timezone.localdate(at)
    wanted = check_clauses(case, clauses, severity, on=on)
    if sanctions.weight(wanted) > sanctions.weight(check_clauses(case, case.clauses, case.severity, on=on)):
        raise Refused(f"这项处理{TELL_ANEW}", field="clauses", source="SPEC 10：先告知、后决定")


def read_answer(case: Case, on_defence: str) -> str:
    """What is said to the defence; raises Refused where one was stated and nothing is said to it."""
    on_defence = on_defence.strip()
    if case.defences.exclude(text="").exists():
        return read_text(on_defence, "对陈述申辩的意见", field="on_defence")
    return on_defence


def _check_turn(case: Case, state: CaseState) -> None:
    if case.state != state:
        raise Conflict(f"案件已是“{case.get_state_display()}”，不在{state.label}中，请刷新后查看")
