"""Officers invite, remove and leave, each on a page that says what will follow; and the page of an invitation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from skilleval.accounts import contacts, officers
from skilleval.accounts.enums import Role
from skilleval.accounts.institution_forms import AcceptForm, InviteForm, add_refusal
from skilleval.accounts.models import Institution, Invitation
from skilleval.accounts.policy import OFFICERS_MANAGE
from skilleval.accounts.requests import person
from skilleval.accounts.views.institutions import SLOWLY, SPAN, form_page, own_or_404, sent
from skilleval.core import clock
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.throttling import too_many

MOST_INVITED = 60  # of one address in an hour; a school's officers may share one


@login_required
@form_page
def officer_invite(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Invite a colleague by telephone or e-mail."""
    institution = _managed(request, uuid)
    form = InviteForm(*sent(request))
    if form.is_bound and form.is_valid() and _invited(request, institution, form):
        return redirect(institution)
    context = {"form": form, "institution": institution}
    return render(request, "accounts/officer_invite.html", context, status=400 if form.is_bound else 200)


@login_required
@form_page
def officer_invitation_revoke(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take an invitation back."""
    institution = _managed(request, uuid)
    waiting = institution.invitations.filter(accepted_at=None, revoked_at=None)
    invitation = get_object_or_404(waiting, pk=pk)
    return _step(
        request,
        institution,
        verb="撤回邀请",
        what=f"发给 {contacts.masked(invitation.address)} 的邀请",
        consequences=["邀请中的链接立即失效", "需要时可以再次邀请"],
        perform=lambda by, at: officers.revoke(invitation, by=by, at=at),
        done="邀请已撤回。",
    )


@login_required
@form_page
def officer_remove(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """Take the role from a colleague."""
    institution = _managed(request, uuid)
    found = institution.memberships.filter(role=Role.OFFICER).select_related("user", "institution")
    membership = get_object_or_404(found, pk=pk)
    return _step(
        request,
        institution,
        verb="移除经办人",
        what=membership.user.label,
        consequences=[
            "对方立即不能再办理本单位的团体申报，其发出而未接受的邀请一并撤回",
            "对方的账号、本人的申报和已办理的记录不变",
            "对方和本单位其他经办人会收到通知",
        ],
        perform=lambda by, at: officers.remove(membership, by=by, at=at),
        done="已移除。",
    )


@login_required
@form_page
def officer_leave(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give one's own role up."""
    institution = _managed(request, uuid)
    return _step(
        request,
        institution,
        verb="退出本单位",
        what=institution.name,
        consequences=[
            "您立即不能再办理该单位的团体申报，您发出而未接受的邀请一并撤回",
            "其他经办人会收到通知；要再加入，须由他们邀请",
        ],
        perform=lambda by, at: officers.leave(institution, by=by, at=at),
        done=f"您已退出{institution.name}。",
        onward="institution_home",
    )


@form_page
def invitation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What somebody is invited to; accepted by the account that has verified the address it was sent to."""
    found = get_object_or_404(Invitation.objects.select_related("institution"), uuid=uuid)
    context: dict[str, Any] = {"invitation": found, "over": _over(found)}
    if not request.user.is_authenticated:
        return render(request, "accounts/invitation.html", context)
    user = person(request)
    if found.accepted_by_id == user.pk and found.institution_id in user.institution_ids:
        return redirect(found.institution)
    context["holds"] = contacts.holds(user, found.address)
    context["to"] = contacts.masked(found.address)
    form = AcceptForm(*sent(request), named=bool(user.name))
    if form.is_bound and form.is_valid() and _accepted(request, found, form):
        return redirect(found.institution)
    return render(request, "accounts/invitation.html", context | {"form": form}, status=400 if form.is_bound else 200)


def _managed(request: HttpRequest, uuid: UUID) -> Institution:
    """An institution the person acts for; 403 to its applicant, and to officers while it is suspended."""
    institution = own_or_404(request, uuid)
    require(person(request), OFFICERS_MANAGE, institution)
    return institution


def _invited(request: HttpRequest, institution: Institution, form: InviteForm) -> bool:
    if too_many(request, "invitation", at_most=MOST_INVITED, seconds=SPAN):
        form.add_error(None, SLOWLY)
        return False
    address = form.cleaned_data["contact"]
    try:
        officers.invite(institution, address=address, by=person(request), at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, f"邀请已发送至 {contacts.masked(address)}。对方接受后，会出现在经办人名单中。")
    return True


def _accepted(request: HttpRequest, found: Invitation, form: AcceptForm) -> bool:
    try:
        officers.accept(found, name=form.cleaned_data.get("name", ""), by=person(request), at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, f"您已是{found.institution.name}的经办人。")
    return True


def _over(found: Invitation) -> str:
    """Why it can't be accepted any more; empty while it can."""
    try:
        officers.check_acceptable(found, at=clock.now())
    except Refused as refused:
        return refused.message
    return ""


def _step(
    request: HttpRequest,
    institution: Institution,
    *,
    verb: str,
    what: str,
    consequences: list[str],
    perform: Callable[[Any, Any], None],
    done: str,
    onward: str = "",
) -> HttpResponse:
    """Say what will follow, and do it once it is confirmed."""
    refusal = ""
    if request.method == "POST":
        try:
            perform(person(request), clock.now())
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, done)
            return redirect(onward or institution)
    context = {"institution": institution, "verb": verb, "what": what, "consequences": consequences, "refusal": refusal}
    return render(request, "accounts/officer_step.html", context, status=400 if refusal else 200)
