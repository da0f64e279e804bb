"""An institution's own pages: the entrance, registering, and the page it has from then on (SPEC 12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from skilleval.accounts import contacts, institution_changes, institutions
from skilleval.accounts.enums import INSTITUTION_TONES, InstitutionState, Role
from skilleval.accounts.institution_forms import ContactForm, InstitutionForm, add_refusal
from skilleval.accounts.models import Institution
from skilleval.accounts.policy import OFFICERS_MANAGE
from skilleval.accounts.requests import person
from skilleval.core import clock, files
from skilleval.core.errors import Refused
from skilleval.core.policy import require
from skilleval.core.throttling import too_many

_S = InstitutionState
MOST_TRIES, SPAN = 30, 3600  # of one address in an hour: a code that is taken tells that it is
SLOWLY = "操作过于频繁，请一小时后再试"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def institution_home(request: HttpRequest) -> HttpResponse:
    """院校、培训机构入口: how it works, for those who have no institution; the others are led to theirs."""
    own = list(Institution.objects.visible_to(request.user).order_by("name")) if request.user.is_authenticated else []
    if len(own) == 1:
        return redirect(own[0])
    rows = [{"institution": one, "tone": INSTITUTION_TONES[one.state]} for one in own]
    return render(request, "accounts/institution_home.html", {"rows": rows})


@login_required
@form_page
def institution_register(request: HttpRequest) -> HttpResponse:
    """Apply for an institution."""
    user = person(request)
    form = InstitutionForm(*sent(request), initial={"contact_name": user.name}, known_phone=user.phone)
    made = _saved(request, form, lambda **stated: institutions.register(user, **stated)) if form.is_bound else None
    if made:
        messages.success(request, "登记申请已提交。核准结果会通知您。")
        return redirect(made)
    return _form(request, "accounts/institution_register.html", {"form": form})


@login_required
@form_page
def institution_correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Mend an application that was refused, and hand it in again."""
    institution = own_or_404(request, uuid)
    if institution.state != _S.REFUSED:
        return redirect(institution)
    kept = ("name", "kind", "credit_code", "address", "contact_name")
    form = InstitutionForm(
        *sent(request),
        initial={field: getattr(institution, field) for field in kept},
        known_phone=institution.contact_phone,
        has_licence=institution.licence_id is not None,
    )
    by = person(request)
    if form.is_bound and _saved(request, form, lambda **stated: institutions.correct(institution, by=by, **stated)):
        messages.success(request, "已重新提交。核准结果会通知您。")
        return redirect(institution)
    return _form(request, "accounts/institution_correct.html", {"form": form, "institution": institution})


@login_required
@require_safe
def institution_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Where the application stands; once it is approved, the institution with its officers and invitations."""
    institution = own_or_404(request, uuid)
    tag = {"word": institution.get_state_display(), "tone": INSTITUTION_TONES[institution.state]}
    context: dict[str, Any] = {"institution": institution, "tag": tag}
    if institution.state in (_S.APPLIED, _S.REFUSED):
        context["entries"] = _entries(institution)
        return render(request, "accounts/institution_application.html", context)
    at = clock.now()
    sent_out = institution.invitations.filter(accepted_at=None, revoked_at=None)
    context |= {
        "acts": institution.state == _S.APPROVED,
        "officers": _officers(institution),
        "invitations": [
            {"invitation": one, "to": contacts.masked(one.address), "over": one.expires_at <= at} for one in sent_out
        ],
    }
    return render(request, "accounts/institution.html", context)


@login_required
@form_page
def institution_contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change whom to ask."""
    institution, by = own_or_404(request, uuid), person(request)
    require(by, OFFICERS_MANAGE, institution)
    initial = {"contact_name": institution.contact_name, "address": institution.address}
    form = ContactForm(*sent(request), initial=initial, known_phone=institution.contact_phone)
    if form.is_bound and form.is_valid():
        try:
            institution_changes.set_contact(institution, **form.cleaned_data, by=by, at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "已保存。")
            return redirect(institution)
    return _form(request, "accounts/institution_contact.html", {"form": form, "institution": institution})


@login_required
@require_safe
def institution_licence(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The licence that was handed in, for the applicant and the officers."""
    institution = own_or_404(request, uuid)
    if institution.licence is None:
        raise Http404
    return files.file_response(institution.licence, as_attachment=False)


def own_or_404(request: HttpRequest, uuid: UUID) -> Institution:
    """An institution whose officer or applicant the person is; for anybody else it doesn't exist."""
    return get_object_or_404(Institution.objects.visible_to(person(request)).select_related("licence"), uuid=uuid)


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What was posted, were it nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _saved(request: HttpRequest, form: InstitutionForm, save: Any) -> Institution | None:
    if not form.is_valid():
        return None
    if too_many(request, "institution", at_most=MOST_TRIES, seconds=SPAN):
        form.add_error(None, SLOWLY)
        return None
    try:
        made: Institution = save(stated=form.particulars(), licence=form.cleaned_data["licence"], at=clock.now())
    except Refused as refused:
        add_refusal(form, refused)
        return None
    return made


def _entries(institution: Institution) -> list[dict[str, Any]]:
    """What was done with the application; who decided is the administration, not a name."""
    return [entry | {"who": ""} for entry in institutions.history_of(institution)]


def _officers(institution: Institution) -> list[dict[str, Any]]:
    members = institution.memberships.filter(role=Role.OFFICER).select_related("user").order_by("pk")
    return [{"member": one, "contact": _contact(one.user)} for one in members]


def _contact(user: Any) -> str:
    address = user.phone or user.email
    return contacts.masked(address) if address else ""


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=400 if context["form"].is_bound else 200)
