"""An institution's page in the admin with its licence beside what it states, and the pages of each decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from skilleval.accounts import contacts, institution_changes, institutions, officers
from skilleval.accounts.enums import INSTITUTION_TONES, InstitutionState
from skilleval.accounts.institution_forms import AmendForm, InviteForm, LookForm, ReasonForm, add_refusal
from skilleval.accounts.models import Institution
from skilleval.accounts.phones import spoken
from skilleval.accounts.policy import INSTITUTIONS_DECIDE
from skilleval.core import audit, clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.renditions import page_count, rendition_png

PAGE = "admin:accounts_institution_change"
_S = InstitutionState


def institution_page(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What it states, the licence, who acts for it and what was decided."""
    institution = _seen(model_admin, request, pk)
    waiting = institution.invitations.open(clock.now())
    context = {
        "title": institution.name,
        "mark": institutions.mark_of(institution),
        "institution": institution,
        "tag": {"word": institution.get_state_display(), "tone": INSTITUTION_TONES[institution.state]},
        "own": institution.state == _S.APPLIED and institution.applied_by_id == _user(request).pk,
        "pages": _pages(institution),
        "officers": [
            (one, contacts.masked(one.phone or one.email or "")) for one in institutions.officers_of(institution)
        ],
        "invitations": [(one, contacts.masked(one.address)) for one in waiting],
        "history": institutions.history_of(institution),
    }
    return _render(model_admin, request, "accounts/admin_institution.html", context)


def approve(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what was read: the page names which application that was."""
    institution = _to_decide(model_admin, request, pk, _S.APPLIED)
    return _step(
        model_admin,
        request,
        institution,
        form=forms.Form(_sent(request)),
        verb="核准",
        done="已核准",
        consequences=["申请人成为该单位的首位经办人，可以邀请同事、办理团体申报", "申请人收到通知"],
        perform=lambda entered, by, at: institutions.approve(institution, seen=_mark(request), by=by, at=at),
    )


def refuse(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Say why not."""
    institution = _to_decide(model_admin, request, pk, _S.APPLIED)
    return _step(
        model_admin,
        request,
        institution,
        form=ReasonForm(_sent(request)),
        verb="不予核准",
        done="已记录不予核准",
        consequences=["申请人收到通知和理由，可以更正后重新提交", "其他人也可以用这个统一社会信用代码重新登记"],
        perform=lambda entered, by, at: institutions.refuse(
            institution, reason=entered["reason"], seen=_mark(request), by=by, at=at
        ),
        danger=True,
    )


def suspend(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Let its officers do nothing for the time being."""
    institution = _to_decide(model_admin, request, pk, _S.APPROVED)
    return _step(
        model_admin,
        request,
        institution,
        form=ReasonForm(_sent(request)),
        verb="暂停办理",
        done="已暂停办理",
        consequences=[
            "全部经办人立即不能办理团体申报和管理经办人，直到恢复",
            "已提交给评价机构的申报不受影响",
            "全部经办人收到通知和理由",
        ],
        perform=lambda entered, by, at: institutions.suspend(institution, reason=entered["reason"], by=by, at=at),
        danger=True,
    )


def reinstate(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Let them go on."""
    institution = _to_decide(model_admin, request, pk, _S.SUSPENDED)
    return _step(
        model_admin,
        request,
        institution,
        form=forms.Form(_sent(request)),
        verb="恢复办理",
        done="已恢复办理",
        consequences=["经办人可以继续办理团体申报", "全部经办人收到通知"],
        perform=lambda entered, by, at: institutions.reinstate(institution, by=by, at=at),
    )


def amend(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take down what a new licence says."""
    institution = _to_decide(model_admin, request, pk, _S.APPROVED, _S.SUSPENDED)
    uploaded = request.FILES if request.method == "POST" else None
    return _step(
        model_admin,
        request,
        institution,
        form=AmendForm(_sent(request), uploaded, initial={"name": institution.name, "kind": institution.kind}),
        verb="更正登记信息",
        done="登记信息已更正",
        consequences=[
            "以后的页面和文书使用新名称，统一社会信用代码不变",
            "更换的证照代替原来的，原来的不再保留",
            "全部经办人收到通知",
        ],
        perform=lambda entered, by, at: institution_changes.amend(institution, **entered, by=by, at=at),
    )


def invite(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Invite an officer for an institution that has none left who could."""
    institution = _to_decide(model_admin, request, pk, _S.APPROVED)
    return _step(
        model_admin,
        request,
        institution,
        form=InviteForm(_sent(request)),
        verb="邀请经办人",
        done="邀请已发出",
        consequences=[
            "对方接受后成为该单位经办人，能办理团体申报、看到名册、管理其他经办人",
            "现有经办人收到通知；单位还有经办人的，应由他们邀请",
        ],
        perform=lambda entered, by, at: officers.invite(institution, address=entered["contact"], by=by, at=at),
    )


def phone(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """A look at the whole telephone of the contact: a reason first, and an audit event with it."""
    institution = _to_decide(model_admin, request, pk, *_S)
    form, shown = LookForm(_sent(request)), ""
    if form.is_bound and form.is_valid():
        audit.record("institution.phone_seen", by=_user(request), obj=institution, purpose=form.cleaned_data["purpose"])
        shown = spoken(institution.contact_phone)
    context = {"title": "查看联系手机", "verb": "查看", "institution": institution, "form": form, "shown": shown}
    return _render(model_admin, request, "accounts/admin_step.html", context)


def licence(model_admin: Any, request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """One page of the licence as a picture, kept by nobody."""
    institution = _seen(model_admin, request, pk)
    if institution.licence is None:
        raise Http404
    try:
        content = rendition_png(institution.licence, page)
    except Refused as refused:
        raise Http404(refused.message) from refused
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _step(
    model_admin: Any,
    request: HttpRequest,
    institution: Institution,
    *,
    form: forms.Form,
    verb: str,
    done: str,
    consequences: list[str],
    perform: Callable[[dict[str, Any], Any, Any], object],
    danger: bool = False,
) -> HttpResponse:
    """Say what will follow, and do it once it is confirmed."""
    if form.is_bound and form.is_valid():
        try:
            perform(form.cleaned_data, _user(request), clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{institution.name}：{done}")
            return redirect(PAGE, institution.pk)
    context = {
        "title": verb,
        "verb": f"确认{verb}",
        "institution": institution,
        "form": form,
        "consequences": consequences,
        "danger": danger,
        "seen": request.POST.get("seen") or request.GET.get("seen") or institutions.mark_of(institution),
    }
    return _render(model_admin, request, "accounts/admin_step.html", context, status=400 if form.is_bound else 200)


def _pages(institution: Institution) -> range:
    """The licence's pages; none where it can't be shown."""
    if institution.licence is None:
        return range(0)
    try:
        return range(1, page_count(institution.licence) + 1)
    except (Refused, OSError):
        return range(0)


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> Institution:
    found: Institution | None = model_admin.get_object(request, str(pk))
    if found is None:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        raise Http404
    return found


def _to_decide(model_admin: Any, request: HttpRequest, pk: int, *states: str) -> Institution:
    """An institution in one of the states in which the page makes sense."""
    institution = _seen(model_admin, request, pk)
    require(_user(request), INSTITUTIONS_DECIDE)
    if institution.state not in states:
        raise Conflict(f"该单位现为“{institution.get_state_display()}”，不能办理此项，请返回查看")
    return institution


def _mark(request: HttpRequest) -> str:
    return request.POST.get("seen", "")


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)
