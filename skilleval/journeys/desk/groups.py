"""The reviewer's pages of a group inside the admin: look, pass the clear ones, send some back, receive originals.

Strangers get 404 from the admin's own queryset, other roles 403 from the policy, and every decision is one verb.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from registration import policy
from registration.enums import ApplicationState, ReasonKind
from registration.models import Application, Group
from registration.queries.reasons import reasons_for
from registration.services import group_reviews
from registration.services.group_reviews import OWN_INSTITUTION
from skilleval.core import clock
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.policy import can, require
from skilleval.journeys.desk import group_page, group_verbs
from skilleval.journeys.desk.forms import GroupReasonForm, OriginalsForm
from skilleval.journeys.groups.papers import originals_receipt

PAGE = "admin:registration_group_change"
MOST_TOLD = 10  # of those left out, by name


def group_of(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The group with its members, submissions and receipts."""
    group = _seen(model_admin, request, pk)
    user = _user(request)
    context = group_page.context_of(group, request.GET, clock.today())
    context["own"] = user.acts_for(group.institution)
    context["may_review"] = can(user, policy.REVIEW, group.offering.provider) and not context["own"]
    context["title"] = f"团体申报 {group.number}"
    return _render(model_admin, request, "desk/group.html", context)


def group_approve(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Pass the clear ones, of those chosen or of all: first who that is, who is left out, and why."""
    group = _to_review(model_admin, request, pk)
    if request.method == "POST":
        approved = group_verbs.approve_clear(group, applications=_sent(request), by=_user(request), at=clock.now())
        _report_approved(request, group, approved)
        return redirect(PAGE, group.pk)
    check, chosen = group_page.checked(group), _chosen(request)
    clear = [key for key in check.clear if not chosen or key in chosen]
    left = {key: why for key, why in check.doubts.items() if not chosen or key in chosen}
    context = {
        "verb": "通过审核",
        "title": f"通过核对无疑义的人员：{group.number}",
        "people": len(clear),
        "keys": ",".join(map(str, clear)),
        "left": _named(left),
        **_approval_means(group, clear),
    }
    return _act(model_admin, request, group, context)


def _approval_means(group: Group, clear: Collection[int]) -> dict[str, Any]:
    """What passing them would mean, or why nobody can be passed now."""
    try:
        return {"consequences": group_verbs.approval_means(group, clear, clock.today())}
    except Refused as refusal:
        return {"blocked": refusal.message}


def group_return(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Send the chosen ones back to their institution, with reasons."""
    group = _to_review(model_admin, request, pk)
    chosen = _sent(request) if request.method == "POST" else _chosen(request)
    people = list(_awaiting(group, chosen))
    if not people:
        messages.warning(request, "请先在“待审核”中勾选要退回的人员")
        return redirect(PAGE, group.pk)
    reasons = reasons_for(group.offering.provider, ReasonKind.RETURN_MEMBER, clock.today())
    form = GroupReasonForm(request.POST if request.method == "POST" else None, reasons=reasons)
    if form.is_valid():
        try:
            handled = group_reviews.return_members(
                group, applications=chosen, reason=form.reason(), by=_user(request), at=clock.now()
            )
        except Refused as refusal:
            _add(form, refusal)
        else:
            _report(request, group, len(handled.done), "已退回补正", handled.left)
            return redirect(PAGE, group.pk)
    context = {
        "verb": "退回补正",
        "title": f"退回补正：{group.number}",
        "people": len(people),
        "names": people,
        "keys": ",".join(str(person.pk) for person in people),
        "form": form,
        "consequences": [
            f"退回给{group.institution}，由其经办人在 {group.offering.provider.correction_days} 天内改正后重新提交",
            "申报时间结束后仍可补正；逾期未提交的，申报自动失效",
            "各参评人员收到通知和全部理由；经办人收到一条汇总通知，理由列在团体页面",
            "只有退回的人员重新提交，其他人员照常办理",
        ],
    }
    return _act(model_admin, request, group, context)


def group_originals(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signed originals that somebody brought, and draw up the receipt."""
    group = _to_review(model_admin, request, pk)
    chosen = _sent(request) if request.method == "POST" else _chosen(request)
    heaps = _heaps(group, chosen)
    if not heaps:
        messages.info(request, "没有待收的原件：都已登记，或申报已办结")
        return redirect(PAGE, group.pk)
    form = OriginalsForm(request.POST if request.method == "POST" else None, heaps, clock.today())
    if form.is_valid():
        try:
            receipt = group_reviews.receive_originals(
                group,
                applications=form.heap(),
                on=form.cleaned_data["on"],
                handed_in_by=form.cleaned_data["handed_in_by"],
                by=_user(request),
                at=clock.now(),
            )
        except Refused as refusal:
            _add(form, refusal)
        else:
            messages.success(
                request, f"已登记 {receipt.people} 人的签字原件，接收单 {receipt.number} 列在本页“原件接收”中"
            )
            return redirect(f"{reverse(PAGE, args=[group.pk])}#receipts")
    context = {
        "verb": "登记签字原件",
        "title": f"登记签字原件：{group.number}",
        "keys": ",".join(map(str, chosen)),
        "form": form,
        "consequences": [
            "记录签字的报名表原件和照片已经收到，并生成一张接收单，可打印后交送交人；登记后不能撤销",
            "已登记过的人员保留原来的日期，不重复登记",
        ],
    }
    return _act(model_admin, request, group, context)


def group_receipt(model_admin: Any, request: HttpRequest, pk: int, receipt: int) -> HttpResponse:
    """The receipt of some originals as a PDF for both sides; numbers on it are masked."""
    found = _seen(model_admin, request, pk).receipts.filter(pk=receipt).first()
    if found is None:
        raise Http404
    response = HttpResponse(originals_receipt(found, at=clock.now()), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _heaps(group: Group, chosen: Collection[int]) -> dict[str, tuple[str, list[int]]]:
    """Whose originals may have been brought: the chosen ones', a submission's, everybody's that are outstanding."""
    label, owing = group_page.FILTERS["owing"]
    keys = list(group_page.members(group).filter(owing).order_by("pk").values_list("pk", "submission__number"))
    heaps = {"chosen": ("勾选的人员", [pk for pk, _ in keys if pk in chosen])}
    heaps |= {"all": (f"全部{label}的人员", [pk for pk, _ in keys])}
    numbers = sorted({number for _, number in keys})
    if len(numbers) > 1:
        heaps |= {str(n): (f"第 {n} 次提交的人员", [pk for pk, number in keys if number == n]) for n in numbers}
    return {name: heap for name, heap in heaps.items() if heap[1]}


def _awaiting(group: Group, keys: Collection[int]) -> Any:
    rows = group_page.members(group).filter(pk__in=keys, state=ApplicationState.REVIEW)
    return rows.select_related("candidate").order_by("pk")


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> Group:
    found: Group | None = model_admin.get_queryset(request).with_names().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to_review(model_admin: Any, request: HttpRequest, pk: int) -> Group:
    group = _seen(model_admin, request, pk)
    require(_user(request), policy.REVIEW, group.offering.provider)
    if _user(request).acts_for(group.institution):
        raise NotAllowed(OWN_INSTITUTION)
    return group


def _chosen(request: HttpRequest) -> frozenset[int]:
    """The members ticked in the list."""
    return frozenset(int(text) for text in request.GET.getlist("member") if text.isdecimal() and len(text) < 19)


def _sent(request: HttpRequest) -> frozenset[int]:
    """The members that the page asked about."""
    keys = request.POST.get("keys", "").split(",")
    return frozenset(int(text) for text in keys if text.isdecimal() and len(text) < 19)


def _add(form: Any, refusal: Refused) -> None:
    if refusal.status != Refused.status:
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _named(left: Mapping[int, tuple[str, ...]]) -> list[tuple[Application, tuple[str, ...]]]:
    """Those left out, with why."""
    found = Application.objects.filter(pk__in=left).select_related("candidate").order_by("pk")
    return [(application, left[application.pk]) for application in found]


def _report_approved(request: HttpRequest, group: Group, approved: group_verbs.Approved) -> None:
    done = f"已通过审核，其中 {approved.confirmed} 人不需缴费，已确认" if approved.confirmed else "已通过审核"
    _report(request, group, approved.people, done, approved.left)


def _report(request: HttpRequest, group: Group, people: int, done: str, left: Mapping[int, str]) -> None:
    """How many it was done to, and who was left out: some by name, the rest by number."""
    if people:
        messages.success(request, f"{group.number}：{people} 人{done}")
    named = Application.objects.filter(pk__in=left).select_related("candidate").order_by("pk")[:MOST_TOLD]
    for application in named:
        messages.warning(request, f"{application.candidate.name}（{application.number}）未处理：{left[application.pk]}")
    if len(left) > MOST_TOLD:
        messages.warning(request, f"另有 {len(left) - MOST_TOLD} 人未处理，请在列表中查看各人状态")


def _act(model_admin: Any, request: HttpRequest, group: Group, context: dict[str, Any]) -> HttpResponse:
    form = context.get("form")
    status = 400 if form is not None and form.errors else 200
    return _render(model_admin, request, "desk/group_act.html", {"group": group, **context}, status=status)


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    return TemplateResponse(request, template, page, status=status)
