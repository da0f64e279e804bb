"""The supervisor's steps: decide, send back, dismiss; and what becomes of an appeal (SPEC 10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from discipline import policy
from discipline.enums import CaseState, Outcome
from discipline.forms import AsProposedForm, DecideForm, LighterForm, ReasonForm
from discipline.models import Case, Decision
from discipline.queries.cases import decision_of
from discipline.services import appeals, deciding, lifting
from discipline.services.people import check_decides, check_reviews
from discipline.views.frame import seen_or_404, sent, step
from discipline.views.steps import foreseen
from discipline.wording import decided_effects
from skilleval.accounts.requests import person
from skilleval.core.errors import Conflict
from skilleval.core.policy import require

AT_ONCE = "决定立即生效，并通知当事人和涉及的评价机构；申诉期间照常执行，除非您另行暂停"
GIVES_BACK = [
    "禁考视为从未有过；成绩、保留的成绩和证书（原编号）恢复，历史记录保留",
    "已经错过的场次、已经退还的费用不能恢复：当事人可凭原资格进入下一批次，未缴的费用重新缴纳",
    "通知当事人和所有曾被告知的机构",
]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_confirm(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decide as the provider proposed: every consequence first."""
    case = _decides(request, uuid)
    proposal = case.proposals.order_by("-id").first()
    if proposal is None or proposal.dismisses:
        raise Conflict("机构没有建议按条款处理，请返回案件页选择其他办理方式")
    proposed = {"clauses": proposal.clauses, "severity": proposal.severity}
    return step(
        request,
        case,
        form=AsProposedForm(*sent(request), initial={"reasons": proposal.reasons, "on_defence": proposal.on_defence}),
        verb="按建议决定",
        consequences=[AT_ONCE],
        note=f"按机构的建议：{'、'.join(proposal.clauses)}{_severity(proposal.get_severity_display())}",
        preview=lambda entered: foreseen(case, proposed),
        ready=proposed,
        perform=lambda entered, by, at: _decide(request, case, entered | proposed, by, at),
        danger=True,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decide by other clauses."""
    case = _decides(request, uuid)
    proposal = case.proposals.order_by("-id").first()
    initial = {
        "clauses": (proposal and proposal.clauses) or case.clauses,
        "severity": (proposal and proposal.severity) or case.severity,
        "on_defence": proposal.on_defence if proposal else "",
    }
    return step(
        request,
        case,
        form=DecideForm(*sent(request), initial=initial, edition=case.edition),
        verb="改变条款后决定",
        consequences=[AT_ONCE, "不能重于已告知当事人的条款；要加重的，请退回机构重新告知"],
        preview=lambda entered: foreseen(case, entered),
        perform=lambda entered, by, at: _decide(request, case, entered, by, at),
        danger=True,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_return(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Back to the provider."""
    case = _decides(request, uuid)
    return step(
        request,
        case,
        form=ReasonForm(*sent(request)),
        verb="退回机构",
        consequences=["机构按您的理由补充事实、重新告知当事人或改提建议，再次提交后由您或其他监管人员决定"],
        perform=lambda entered, by, at: deciding.send_back(case, reason=entered["reason"], by=by, at=at),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_dismiss(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Nothing comes of it."""
    case = _decides(request, uuid)
    return step(
        request,
        case,
        form=ReasonForm(*sent(request)),
        verb="不予处理",
        consequences=["案件办结，不能恢复；暂缓公布的成绩恢复公布，当事人和机构收到通知"],
        perform=lambda entered, by, at: deciding.dismiss(case, reason=entered["reason"], by=by, at=at),
        danger=True,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_uphold(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The decision stands."""
    case, decision = _reviews(request, uuid)
    more = ["暂停的禁考恢复执行"] if decision.ban_suspended_on else []
    return step(
        request,
        case,
        form=ReasonForm(*sent(request)),
        verb="维持原决定",
        consequences=["案件办结，当事人不能再次申诉", *more],
        perform=lambda entered, by, at: appeals.decide_appeal(
            case, outcome=Outcome.UPHELD, reasons=entered["reason"], by=by, at=at
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_lighten(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A lighter decision in the place of the first."""
    case, decision = _reviews(request, uuid)
    return step(
        request,
        case,
        form=LighterForm(*sent(request), initial={"severity": decision.severity}, edition=decision.edition),
        verb="改为较轻的决定",
        consequences=["原决定撤销，取消的先全部恢复，再按新的条款执行", "新的决定书另行送达，案件随后办结"],
        note=f"原决定：{'、'.join(decision.clauses)}{_severity(decision.get_severity_display())}",
        preview=lambda entered: foreseen(case, entered),
        perform=lambda entered, by, at: appeals.decide_appeal(
            case,
            outcome=Outcome.CHANGED,
            reasons=entered["reasons"],
            clauses=entered["clauses"],
            severity=entered["severity"],
            by=by,
            at=at,
        ),
        danger=True,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_lift(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Lift the decision, on an appeal or because it was wrong."""
    case, decision = _reviews(request, uuid)
    taken = [f"所撤销的处理：{line.title}，{line.text}" for line in decided_effects(decision)]
    return step(
        request,
        case,
        form=ReasonForm(*sent(request)),
        verb="撤销决定",
        consequences=[*GIVES_BACK, *taken],
        perform=lambda entered, by, at: _lift(case, decision, entered["reason"], by, at),
        danger=True,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_suspend(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let the ban rest while the appeal runs."""
    case, _ = _reviews(request, uuid)
    return step(
        request,
        case,
        form=ReasonForm(*sent(request)),
        verb="暂停禁考",
        consequences=["复核期间当事人可以申报；成绩、证书等其他处理不变", "维持原决定的，余下的禁考恢复执行"],
        perform=lambda entered, by, at: appeals.suspend_ban(case, reason=entered["reason"], by=by, at=at),
    )


def _decides(request: HttpRequest, uuid: UUID) -> Case:
    """A case that this supervisor may decide; 403 with the reason for whoever had a part in it."""
    case = seen_or_404(request, uuid)
    require(person(request), policy.DECIDE, case.provider)
    check_decides(case, by=person(request))
    return case


def _reviews(request: HttpRequest, uuid: UUID) -> tuple[Case, Decision]:
    """A decision that this supervisor didn't make."""
    case = _decides(request, uuid)
    decision = decision_of(case)
    if decision is None or decision.lifted_at:
        raise Conflict("没有生效的决定，请刷新后查看")
    check_reviews(decision, by=person(request))
    return case, decision


def _decide(request: HttpRequest, case: Case, entered: dict[str, Any], by: Any, at: Any) -> None:
    deciding.decide(
        case,
        clauses=entered["clauses"],
        severity=entered["severity"],
        reasons=entered["reasons"],
        on_defence=entered["on_defence"],
        seen=request.POST.get("seen", ""),
        by=by,
        at=at,
    )


def _lift(case: Case, decision: Decision, reason: str, by: Any, at: Any) -> None:
    """While an appeal runs, lifting is its outcome."""
    if case.state == CaseState.APPEALED:
        appeals.decide_appeal(case, outcome=Outcome.LIFTED, reasons=reason, by=by, at=at)
    else:
        lifting.lift(decision, reason=reason, by=by, at=at)


def _severity(word: str) -> str:
    return f"（{word}）" if word else ""
