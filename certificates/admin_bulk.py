"""What is done to a selection of certificates at once: review, issue, send back, print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from certificates import policy
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.queries.certificates import open_hold
from certificates.services.issuing import issue
from certificates.services.printing import print_many
from certificates.services.reviewing import Outcome, review, send_back
from skilleval.core import clock
from skilleval.core.admin import confirm_action, confirm_together, scoped_action
from skilleval.core.errors import Refused
from skilleval.core.wording import cn_date

_S = CertificateState


@scoped_action(policy.CERTIFY, description="审定所选证书")
def review_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
    """Pass what was drawn up on to be issued."""
    user: Any = request.user
    sums = _sums(queryset, _S.DRAWN)
    without = queryset.filter(state=_S.DRAWN, candidate__photo=None).count()
    return confirm_together(
        model_admin,
        request,
        queryset,
        title="审定",
        consequences=[
            f"{sums['ready'] - without} 张转为“待发证”，尚未编号",
            *([f"{without} 张缺证件照，留在“待审定”"] if without else []),
            *_left_words(sums),
        ],
        perform=lambda rows: _report(request, review(rows, by=user, at=clock.now()), "已审定"),
    )


@scoped_action(policy.CERTIFY, description="编号发证")
def issue_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
    """Number what was reviewed; from then on it is in force."""
    user: Any = request.user
    sums = _sums(queryset, _S.REVIEWED)
    return confirm_together(
        model_admin,
        request,
        queryset,
        title="编号发证",
        consequences=[
            f"{sums['ready']} 张按准考证号顺序编号，发证日期为今天（{cn_date(clock.today())}），公众即可查验",
            "姓名和证件号码从此固定；写错的只能换发新编号",
            f"{sums['ready']} 位持证人收到通知，可登录下载",
            *_left_words(sums),
        ],
        perform=lambda rows: _report(request, issue(rows, by=user, at=clock.now()), "已编号发证"),
    )


@scoped_action(policy.CERTIFY, description="退回待审定")
def send_back_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
    """Take reviewed ones back, with a reason."""
    user: Any = request.user
    return confirm_action(
        model_admin,
        request,
        queryset.filter(state=_S.REVIEWED),
        title="退回待审定",
        consequences=["退回“待审定”，改正后重新审定；已编号的不受影响"],
        perform=lambda row, reason: send_back(row, by=user, at=clock.now(), reason=reason),
        asks_reason=True,
    )


@scoped_action(policy.CERTIFY, description="打印所选证书（PDF）")
def print_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Certificate]) -> HttpResponse | None:
    """One file of up to 200, recorded."""
    user: Any = request.user
    try:
        return pdf_response(print_many(queryset, by=user, at=clock.now()), "certificates")
    except Refused as refusal:
        messages.error(request, refusal.message)
        return None


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF with people's numbers in it: for this browser alone, and kept by nobody on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _sums(queryset: QuerySet[Certificate], state: str) -> dict[str, int]:
    """How many of a selection will be done, are held back by a case, and are in another state."""
    rows = Certificate.objects.filter(pk__in=queryset.values("pk")).annotate(held_back=open_hold())
    return rows.aggregate(
        ready=Count("pk", filter=Q(state=state, held_back=False)),
        held=Count("pk", filter=Q(state=state, held_back=True)),
        other=Count("pk", filter=~Q(state=state)),
    )


def _left_words(sums: dict[str, int]) -> list[str]:
    held = [f"{sums['held']} 张因违纪违规案件未办结，暂不处理"] if sums["held"] else []
    return held + ([f"{sums['other']} 张不在这一步，不受影响"] if sums["other"] else [])


def _report(request: HttpRequest, outcome: Outcome, verb: str) -> None:
    if outcome.done:
        messages.success(request, f"{verb} {outcome.done} 张")
    for row, why in outcome.left:
        messages.warning(request, f"{row.application or row} {row.candidate.name}：{why}")
    for row, signs in outcome.unprintable:
        messages.warning(
            request, f"{row.application or row} {row.candidate.name}：需造字“{signs}”，证书上印“〓”，请造字后补印"
        )
    if not outcome.done and not outcome.left:
        messages.warning(request, "所选证书都不在这一步，没有处理")
