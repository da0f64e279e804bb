"""The provider's steps: tell the person, record what they hand in, propose, serve the letter."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from discipline import policy
from discipline.forms import EvidenceForm, HandedInAppealForm, HandedInForm, NotifyForm, ProposeForm, ServeForm
from discipline.models import Case, Clause
from discipline.queries.cases import decision_of
from discipline.queries.consequences import check_clauses, consequences_of
from discipline.queries.measures import Line
from discipline.services import appeals, deciding, hearing, reporting, serving
from discipline.views.frame import Preview, seen_or_404, sent, step
from discipline.wording import effects_of
from skilleval.accounts.requests import person
from skilleval.catalogue.queries import work_calendar
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.wording import cn_deadline


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_notify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """告知: what the person will read, shown as they will read it."""
    case = _proposes(request, uuid)
    told = {"facts": case.facts, "clauses": case.clauses, "severity": case.severity}
    return step(
        request,
        case,
        form=NotifyForm(*sent(request), initial=told, edition=case.edition),
        verb="告知当事人",
        consequences=[
            "当事人收到通知，可以看到事实经过、条款和可能的处理；看不到见证人、内部意见和证据文件",
            f"当事人有 {case.provider.defence_days} 个工作日陈述申辩；期满或者当事人不再陈述，才能提出处理建议",
        ],
        preview=lambda entered: _letter(case, entered),
        perform=lambda entered, by, at: hearing.notify(
            case, clauses=entered["clauses"], severity=entered["severity"], facts=entered["facts"], by=by, at=at
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_hear(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A statement handed in on paper."""
    case = _proposes(request, uuid)
    until = f"，至{cn_deadline(case.defence_until, year=True)}" if case.defence_until else ""
    return step(
        request,
        case,
        form=HandedInForm(*sent(request)),
        verb="登记书面陈述申辩",
        consequences=[f"记为当事人的陈述申辩；期限内当事人还可以补充{until}"],
        perform=lambda entered, by, at: _heard(case, entered, by, at),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_propose(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """处理建议, with what it would lead to."""
    case = _proposes(request, uuid)
    told = {"clauses": case.clauses, "severity": case.severity}
    return step(
        request,
        case,
        form=ProposeForm(*sent(request), initial=told, edition=case.edition),
        verb="提出处理建议",
        consequences=[
            "提交监管人员决定；您提出建议后，不能参与决定",
            "不能重于已告知当事人的条款；要加重的，请先重新告知",
        ],
        preview=lambda entered: foreseen(case, entered, at=case.provider_id),
        perform=lambda entered, by, at: deciding.propose(
            case,
            clauses=entered["clauses"],
            severity=entered["severity"],
            reasons=entered["reasons"],
            on_defence=entered["on_defence"],
            by=by,
            at=at,
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_serve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How and when the letter reached the person."""
    case = _proposes(request, uuid)
    return step(
        request,
        case,
        form=ServeForm(*sent(request), initial={"on": clock.today()}),
        verb="登记送达",
        consequences=[f"申诉期限为送达次日起 {case.provider.appeal_days} 天；登记后不能更改"],
        perform=lambda entered, by, at: serving.record_service(
            _decision(case), how=entered["how"], on=entered["on"], note=entered["note"], by=by, at=at
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_appeal_record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """An appeal handed in on paper."""
    case = _proposes(request, uuid)
    return step(
        request,
        case,
        form=HandedInAppealForm(*sent(request)),
        verb="登记书面申诉",
        consequences=["由原决定人以外的监管人员复核；一起案件只能申诉一次"],
        perform=lambda entered, by, at: appeals.appeal(case, text=entered["text"], how=entered["how"], by=by, at=at),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_evidence(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """More evidence, by whoever handles the case at the provider."""
    case = _proposes(request, uuid)
    return step(
        request,
        case,
        form=EvidenceForm(*sent(request)),
        verb="补充证据",
        consequences=["文件原样保存并登记校验值，保存后不能删除"],
        perform=lambda entered, by, at: _added(case, entered, by, at),
    )


def foreseen(case: Case, entered: dict[str, Any], *, at: int | None = None) -> Preview:
    """What a decision by the clauses entered would do, everywhere; without any, what comes of dismissing.

    `at`: the provider whose staff read it.
    """
    if not entered["clauses"]:
        return Preview(mark="dismiss", lines=[Line("不予处理", "案件办结，暂缓公布的成绩恢复公布，当事人收到通知")])
    now = clock.now()
    found = consequences_of(case, entered["clauses"], entered.get("severity", ""), on=clock.today(), at=now)
    return Preview(mark=found.fingerprint, lines=effects_of(found, at=at))


def _proposes(request: HttpRequest, uuid: UUID) -> Case:
    case = seen_or_404(request, uuid)
    require(person(request), policy.PROPOSE, case.provider)
    return case


def _decision(case: Case) -> Any:
    found = decision_of(case)
    if found is None:
        raise Conflict("这起案件还没有决定，请刷新后再试")
    return found


def _letter(case: Case, entered: dict[str, Any]) -> Preview:
    """What the person will read; refused where the clauses don't fit the case."""
    check_clauses(case, entered["clauses"], entered["severity"], on=clock.today())
    rows = list(Clause.objects.filter(edition=case.edition, code__in=entered["clauses"]))
    read = repr((sorted(entered["clauses"]), entered["severity"], entered["facts"]))
    mark = hashlib.sha256(read.encode()).hexdigest()[:16]
    until = work_calendar().add(clock.today(), case.provider.defence_days).date
    return Preview(mark=mark, facts=entered["facts"], clauses=rows, until=cn_deadline(until, year=True))


@transaction.atomic
def _heard(case: Case, entered: dict[str, Any], by: Any, at: Any) -> None:
    """The statement and its pictures, all or nothing."""
    hearing.state_defence(case, text=entered["text"], waived=entered["waived"], how=entered["how"], by=by, at=at)
    for upload in entered["upload"]:
        _add(case, f"书面陈述申辩：{upload.name}", upload, by, at)


@transaction.atomic
def _added(case: Case, entered: dict[str, Any], by: Any, at: Any) -> None:
    for upload in entered["upload"]:
        _add(case, entered["title"] or upload.name, upload, by, at)


def _add(case: Case, title: str, upload: Any, by: Any, at: Any) -> None:
    try:
        reporting.add_evidence(case, title=title, upload=upload, by=by, at=at)
    except Refused as refused:
        if refused.field == "upload":
            refused.message = f"{upload.name}：{refused.message}"
        raise
