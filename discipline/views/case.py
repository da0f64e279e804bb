"""One page with everything on a case, by role (SPEC 10, 12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from discipline import policy
from discipline.enums import CASE_TONES, CaseState
from discipline.models import Case
from discipline.queries import standing
from discipline.queries.cases import decision_of
from discipline.queries.clocks import is_late, late_since
from discipline.queries.own import own_case
from discipline.queries.reporting import reported_by
from discipline.queries.steps import steps_of
from discipline.views.evidence import shown_evidence
from discipline.views.frame import seen_or_404
from discipline.wording import decided_effects
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.policy import can

#: What a move of the log was, in words; by where it led, unless where it came from makes a difference.
DONE: dict[tuple[str, str], str] = {
    ("", CaseState.REPORTED): "报告",
    ("", CaseState.NOTIFIED): "告知当事人",
    (CaseState.HEARD, CaseState.NOTIFIED): "重新告知当事人",
    ("", CaseState.HEARD): "陈述申辩",
    (CaseState.PROPOSED, CaseState.HEARD): "退回机构",
    ("", CaseState.PROPOSED): "提出处理建议",
    ("", CaseState.DECIDED): "作出处理决定",
    (CaseState.APPEALED, CaseState.DECIDED): "申诉后改为较轻的决定",
    ("", CaseState.SERVED): "决定书送达",
    ("", CaseState.APPEALED): "申诉",
    ("", CaseState.FINAL): "办结",
    (CaseState.APPEALED, CaseState.FINAL): "维持原决定，办结",
    ("", CaseState.LIFTED): "撤销决定",
    ("", CaseState.DISMISSED): "不予处理",
}


@login_required
@require_safe
def case_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The case for the provider's people and the supervisors; the person it is about is led to their own page.

    Whoever reported it and reads no cases sees what became of their report.
    """
    if own_case(person(request), uuid):
        return redirect("my_case", uuid=uuid)
    if report := reported_by(person(request), uuid):
        return render(request, "discipline/reported.html", {"case": report, "tone": CASE_TONES[report.state]})
    case = seen_or_404(request, uuid)
    return render(request, "discipline/case.html", _context(request, case))


def _context(request: HttpRequest, case: Case) -> dict[str, Any]:
    on = clock.today()
    decision = decision_of(case)
    return {
        "case": case,
        "standing": standing.for_staff(case, decision, on),
        "overdue": is_late(case, late_since(on)),
        "steps": steps_of(case, person(request), on),
        "supervises": can(person(request), policy.DECIDE, case.provider),
        "clauses": case.clause_rows(),
        "witnesses": case.witnesses.select_related("user"),
        "evidence": shown_evidence(case),
        "defences": case.defences.all(),
        "proposals": case.proposals.order_by("-id"),
        "decisions": [(one, decided_effects(one, at=_reader(request, case))) for one in case.decisions.order_by("-id")],
        "appeal": getattr(case, "appeal", None),
        "entries": _entries(case),
    }


def _reader(request: HttpRequest, case: Case) -> int | None:
    """The provider whose staff read the page; None for supervisors, who see all of them."""
    return None if can(person(request), policy.DECIDE, case.provider) else case.provider_id


def _entries(case: Case) -> list[dict[str, Any]]:
    """Every step with who and when, newest first."""
    return [
        {
            "at": row.at,
            "title": DONE.get((row.from_state, row.to_state)) or DONE.get(("", row.to_state)),
            "note": row.reason,
            "who": row.by_label,
            "tone": "neutral",
        }
        for row in case.log.order_by("-id")
    ]
