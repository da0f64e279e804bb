"""The reviewer's pages inside the admin: look, decide, record. Each takes the admin that scopes what is seen.

Strangers get 404 from the admin's own queryset, other roles 403 from the policy, and every decision is one verb.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from discipline import policy as discipline_policy
from discipline.models import Case
from fees.queries import fee_of
from fees.services import due_on
from registration import policy
from registration.enums import ApplicationState, ReasonKind
from registration.models import Application
from registration.queries.reasons import reasons_for
from registration.services import reviews
from registration.services.needs import ask_for_access
from skilleval.core import audit, clock
from skilleval.core.errors import Refused
from skilleval.core.policy import can, require
from skilleval.core.renditions import rendition_png
from skilleval.core.wording import cn_deadline, yuan
from skilleval.journeys.desk import group_verbs, review, verbs
from skilleval.journeys.desk.forms import GroupReasonForm, LookForm, OriginalForm, ReasonForm

LIST = "admin:registration_application_changelist"
PAGE = "admin:registration_application_change"
GROUP = "admin:registration_group_change"

Perform = Callable[[Any, Any, Any], object]


def review_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The application with its evidence beside the claim."""
    application = _seen(model_admin, request, pk)
    context = review.context_of(application, model_admin.get_queryset(request), clock.today())
    context["own_institution"] = _user(request).acts_for(application.institution)
    reviews_here = can(_user(request), policy.REVIEW, application.offering.provider)
    context["may_review"] = reviews_here and not context["own_institution"]
    context["own"] = application.candidate.user_id == _user(request).pk
    context["may_report"] = can(_user(request), discipline_policy.REPORT, application.offering.provider)
    context["cases"] = Case.objects.handled_by(_user(request)).filter(application=application)
    context["title"] = f"申报 {application.number}"
    context["is_nav_sidebar_enabled"] = False  # the width is for the two panes
    return _render(model_admin, request, "desk/review.html", context)


def approve(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the approval: what it costs, until when."""
    application = _to_review(model_admin, request, pk)
    return _decide(
        model_admin,
        request,
        application,
        form=Form(_sent(request)),
        verb="通过审核",
        consequences=_approval_means(application),
        perform=lambda form, by, at: verbs.approve(application, by=by, at=at),
    )


def send_back(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Return for correction, with reasons."""
    application = _to_review(model_admin, request, pk)
    days = application.offering.provider.correction_days
    return _decide(
        model_admin,
        request,
        application,
        form=_reasons(request, application, ReasonKind.RETURN_MEMBER if application.group_id else ReasonKind.RETURN),
        verb="退回补正",
        consequences=_return_means(application, days),
        perform=lambda form, by, at: reviews.return_for_correction(application, by=by, at=at, reason=form.reason()),
    )


def reject(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Reject for good, with reasons."""
    application = _to_review(model_admin, request, pk)
    return _decide(
        model_admin,
        request,
        application,
        form=_reasons(request, application, ReasonKind.REJECT),
        verb="不予通过",
        consequences=[
            "本次申报结束，不能恢复；材料可以补齐的，请改用“退回补正”",
            "参评人员收到通知和全部理由，符合条件后可重新申报",
        ],
        perform=lambda form, by, at: reviews.reject(application, by=by, at=at, reason=form.reason()),
        danger=True,
    )


def receive_original(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signed original; reviewing isn't needed for it to be open."""
    application = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, application.offering.provider)
    return _decide(
        model_admin,
        request,
        application,
        form=OriginalForm(_sent(request), initial={"on": clock.today()}),
        verb="登记原件已收",
        consequences=["记录签字的报名表原件和照片已经收到；登记后不能撤销"],
        perform=lambda form, by, at: _receive(application, form, by, at),
        then=reverse(PAGE, args=[application.pk]),
    )


def competition(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a competition entrant, or take the mark away."""
    application = _to_review(model_admin, request, pk)
    mark = not application.competition
    told = "不保留单科合格成绩，也没有补考" if mark else "按一般申报处理，单科合格成绩保留，可以补考"
    return _decide(
        model_admin,
        request,
        application,
        form=Form(_sent(request)),
        verb="标记为竞赛选手" if mark else "取消竞赛选手标记",
        consequences=[told, "成绩公布前可以更改"],
        perform=lambda form, by, at: reviews.set_competition(application, competition=mark, by=by, at=at),
        then=reverse(PAGE, args=[application.pk]),
    )


def seat(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Record that somebody needs an accessible seat, or no longer does, as they told the desk."""
    application = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, application.offering.provider)
    needed = not application.accessible_seat
    return _decide(
        model_admin,
        request,
        application,
        form=Form(_sent(request)),
        verb="登记需要无障碍座位" if needed else "取消无障碍座位",
        consequences=_seat_means(application, needed),
        perform=lambda form, by, at: ask_for_access(application, needed=needed, by=by, at=at),
        then=reverse(PAGE, args=[application.pk]),
    )


def _seat_means(application: Application, needed: bool) -> list[str]:
    if application.state == ApplicationState.SCHEDULED:
        return ["座位已发布，不会自动更换；请告知考务人员在场次页为其换座位"]
    return ["安排座位时先排到无障碍座位；座位已抽定的，请告知考务人员重新抽签" if needed else "按一般座位安排"]


def whole_number(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A look at the whole document number: a reason first, and an audit event with it."""
    application = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, application.offering.provider)
    form = LookForm(_sent(request))
    shown = ""
    if request.method == "POST" and form.is_valid():
        audit.record("candidate.number_seen", by=_user(request), obj=application, purpose=form.cleaned_data["purpose"])
        shown = application.candidate.id_number
    context = {"application": application, "form": form, "shown": shown, "title": "查看完整证件号码"}
    return _render(model_admin, request, "desk/number.html", context)


def evidence_page(model_admin: Any, request: HttpRequest, pk: int, evidence: int, page: int) -> HttpResponse:
    """One page of a piece of evidence as a picture."""
    found = _seen(model_admin, request, pk).evidence.select_related("file").filter(pk=evidence).first()
    if found is None:
        raise Http404
    return picture(found.file, page)


def portrait(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The candidate's photo."""
    photo = _seen(model_admin, request, pk).candidate.photo
    if photo is None:
        raise Http404
    return picture(photo, 1)


def picture(stored: Any, page: int) -> HttpResponse:
    """A rendition, kept by nobody."""
    try:
        content = rendition_png(stored, page)
    except Refused as refusal:
        raise Http404(refusal.message) from refusal
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> Application:
    rows = model_admin.get_queryset(request).select_related(
        "candidate__user",
        "candidate__photo",
        "window",
        "first_window",
        "institution",
        "group__window",
        "group__offering__provider",
        "group__offering__work_type__occupation",
        "submission",
        "rule_set",
        "earlier",
        "offering__provider",
        "offering__work_type__occupation",
    )
    found: Application | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to_review(model_admin: Any, request: HttpRequest, pk: int) -> Application:
    application = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, application.offering.provider)
    return application


def _decide(
    model_admin: Any,
    request: HttpRequest,
    application: Application,
    *,
    form: Any,
    verb: str,
    consequences: list[str],
    perform: Perform,
    danger: bool = False,
    then: str = "",
) -> HttpResponse:
    """State the consequences, ask, perform once confirmed, and go on with the next in the queue."""
    if request.method == "POST" and form.is_valid():
        then = then or _next(model_admin, request, application)
        try:
            perform(form, _user(request), clock.now())
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"{application.number}：已{verb.removeprefix('已')}")
            return redirect(then)
    context = {
        "application": application,
        "form": form,
        "verb": verb,
        "consequences": consequences,
        "danger": danger,
        "title": f"{verb}：{application.number}",
    }
    return _render(model_admin, request, "desk/decide.html", context, status=400 if form.errors else 200)


def _next(model_admin: Any, request: HttpRequest, application: Application) -> str:
    neighbours = review.neighbours_of(application, model_admin.get_queryset(request))
    following = neighbours.after or neighbours.before
    if following:
        return reverse(PAGE, args=[following])
    return reverse(GROUP, args=[application.group_id]) if application.group_id else reverse(LIST)


def _return_means(application: Application, days: int) -> list[str]:
    late = "逾期未提交的，申报自动失效"
    if application.group_id:
        who = f"由{application.institution}的经办人在 {days} 天内修改后重新提交，申报时间结束后仍可补正"
        return [f"参评人员收到通知和全部理由，经办人也收到通知；{who}", late]
    return [f"参评人员收到通知和全部理由，须在 {days} 天内修改后重新提交，申报时间结束后仍可补正", late]


def _approval_means(application: Application) -> list[str]:
    today = clock.today()
    fee = fee_of(application, on=today)
    if not fee.published:
        return ["该评价项目现无有效的收费标准（费用待公布），公布后才能通过审核"]
    check = review.check_of(application)
    told = [] if check.get("met") else ["按填报内容计算不符合所选申报条件，通过前请确认材料足以证明"]
    if application.group:
        return [*told, *group_verbs.approval_means(application.group, [application.pk], today)]
    if not fee.amount:
        return [*told, "本项目不收费，通过后即确认并计入本批次人数，参评人员收到通知"]
    until = due_on(application.offering.provider, application.window or application.first_window, today)
    return [
        *told,
        f"开具订单 {yuan(fee.amount)}，参评人员收到通知，须于{cn_deadline(until)}缴费，逾期失效",
        "到账确认后才计入本批次人数",
    ]


def _reasons(request: HttpRequest, application: Application, kind: str) -> ReasonForm:
    """Where a reason is given: the provider's and everybody's to choose from."""
    form = GroupReasonForm if kind == ReasonKind.RETURN_MEMBER else ReasonForm
    return form(_sent(request), reasons=reasons_for(application.offering.provider, kind, clock.today()))


def _receive(application: Application, form: Any, by: Any, at: Any) -> None:
    on = form.cleaned_data["on"]
    if on > timezone.localdate(at):
        raise Refused("收到日期不能晚于今天", field="on")
    reviews.receive_original(application, by=by, on=on)


def _sent(request: HttpRequest) -> Any:
    """What was posted, were it nothing: a form without fields is confirmed by being sent."""
    return request.POST if request.method == "POST" else None


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, template, page, status=status)
