"""The profile: who a person is, their portrait and their background. Each page saves by itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from registration.forms import ROW_FORMS, IdentityForm, PhotoForm, add_refusal
from registration.models import Candidate
from registration.queries import bans
from registration.queries.applications import photo_visible_to
from registration.services import candidates, claims, profile_rows
from skilleval.accounts.requests import person
from skilleval.core import clock, files
from skilleval.core.errors import Refused
from skilleval.core.identity import mask_phone

KINDS = {"education": "教育经历", "work": "工作经历", "certificate": "持有证书", "title": "职称或职业资格"}
SAVED = "已保存。"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Everything entered so far, with a way to change each part."""
    candidate = candidates.of_user(person(request))
    if candidate is None:
        return _to("profile_identity", request)
    sections = [
        {"kind": kind, "title": title, "rows": list(getattr(candidate, f"{model._meta.model_name}_rows").all())}
        for (kind, title), model in zip(KINDS.items(), profile_rows.MODELS.values(), strict=True)
    ]
    context = {
        "candidate": candidate,
        "sections": sections,
        "locked": candidates.is_locked(candidate),
        "bans": bans.history_of(candidate),
    }
    return render(request, "registration/profile.html", context | _back(request))


@login_required
@form_page
def profile_identity(request: HttpRequest) -> HttpResponse:
    """Name, document, contact. Numbers already known are never shown whole; left empty they stay."""
    candidate = candidates.of_user(person(request))
    locked = candidate is not None and candidates.is_locked(candidate)
    known_phone = candidate.phone if candidate else person(request).phone
    form = IdentityForm(
        request.POST or None,
        initial=_identity_of(candidate),
        masked=candidate.masked_id if candidate else "",
        masked_phone=mask_phone(known_phone) if known_phone else "",
        locked=locked,
    )
    if request.method == "POST" and form.is_valid():
        stated = dict(form.cleaned_data)
        stated["phone"] = stated["phone"] or known_phone
        if candidate and not stated["id_number"]:
            stated["id_number"] = candidate.id_number
        try:
            candidates.save_candidate(person(request), **stated, by=person(request), at=clock.now())
        except candidates.NumberTaken:
            return _claim(request, stated)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, SAVED)
            return _onward(request, "profile_photo" if candidate is None else "profile")
    context = {"form": form, "candidate": candidate, "locked": locked}
    return render(request, "registration/identity.html", context | _back(request))


@login_required
@form_page
def profile_photo(request: HttpRequest) -> HttpResponse:
    """Upload the portrait and see it as it was kept."""
    candidate = candidates.of_user(person(request))
    if candidate is None:
        return _to("profile_identity", request)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            candidates.set_photo(candidate, upload=form.cleaned_data["upload"], by=person(request), at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "照片已保存，请核对是否为本人近期免冠照片。")
            return _to("profile_photo", request)
    locked = candidate.photo_id is not None and candidates.is_locked(candidate)
    context = {"form": form, "candidate": candidate, "locked": locked}
    return render(request, "registration/photo.html", context | _back(request))


@login_required
@form_page
def profile_row_add(request: HttpRequest, kind: str) -> HttpResponse:
    """One more row of a kind."""
    return _row_page(request, kind, None)


@login_required
@form_page
def profile_row_change(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change a row of one's own."""
    return _row_page(request, kind, pk)


@login_required
@form_page
def profile_row_remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask, then take a row out."""
    candidate = _candidate_or_404(request)
    row = _own_row(candidate, kind, pk)
    profile_rows.check_own(row)
    if request.method == "POST":
        profile_rows.remove_row(candidate, kind=kind, row=row, by=person(request), at=clock.now())
        messages.success(request, "已删除。")
        return _onward(request, "profile")
    context = {"row": row, "kind": kind, "kind_name": KINDS[kind]}
    return render(request, "registration/row_remove.html", context | _back(request))


@login_required
@require_safe
def photo_file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A portrait, to its owner and to the staff of a provider they applied at; 404 to strangers."""
    candidate = photo_visible_to(person(request), uuid)
    if candidate is None or candidate.photo is None:
        raise Http404
    return files.file_response(candidate.photo, as_attachment=False)


def _claim(request: HttpRequest, stated: dict[str, Any]) -> HttpResponse:
    """The number is taken: the account goes on by claiming the record, or back if it was mistyped."""
    who = {field: stated[field] for field in ("name", "id_type", "id_number")}
    claims.begin(person(request), **who, at=clock.now())
    return redirect("profile_claim")


def _row_page(request: HttpRequest, kind: str, pk: int | None) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    candidate = candidates.of_user(person(request))
    if candidate is None:
        return _to("profile_identity", request)
    row = _own_row(candidate, kind, pk) if pk else None
    profile_rows.check_own(row)
    form = ROW_FORMS[kind](request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            profile_rows.save_row(
                candidate, kind=kind, row=row, values=form.cleaned_data, by=person(request), at=clock.now()
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, SAVED)
            return _onward(request, "profile")
    context = {"form": form, "kind": kind, "kind_name": KINDS[kind], "row": row}
    return render(request, "registration/row.html", context | _back(request))


def _own_row(candidate: Candidate, kind: str, pk: int) -> Any:
    model = profile_rows.MODELS.get(kind)
    row = model._default_manager.filter(candidate=candidate, pk=pk).first() if model else None
    if row is None:
        raise Http404
    return row


def _candidate_or_404(request: HttpRequest) -> Candidate:
    candidate = candidates.of_user(person(request))
    if candidate is None:
        raise Http404
    return candidate


def _identity_of(candidate: Candidate | None) -> dict[str, Any]:
    if candidate is None:
        return {}
    fields = ("name", "id_type", "sex", "born", "schooling", "employer")
    return {field: getattr(candidate, field) for field in fields}


def _next(request: HttpRequest) -> str:
    """Where to go on to, if it is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def _back(request: HttpRequest) -> dict[str, Any]:
    onward = _next(request)
    return {"next": onward, "keep_next": f"?{urlencode({'next': onward})}" if onward else ""}


def _to(name: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse(name)}{_back(request)['keep_next']}")


def _onward(request: HttpRequest, name: str) -> HttpResponse:
    """Back to where the person came from; a new record first goes on to the photo."""
    onward = _next(request)
    if onward and name != "profile_photo":
        return redirect(onward)
    return _to(name, request)
