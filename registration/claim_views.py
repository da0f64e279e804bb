"""认领: the pages on which somebody proves that the record with their document number is theirs (SPEC 5.8)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registration.claim_forms import CodeForm, DocumentForm
from registration.enums import ClaimState
from registration.forms import add_refusal
from registration.models import Claim
from registration.services import claims
from skilleval.accounts.requests import person
from skilleval.core import clock
from skilleval.core.errors import Refused

form_page = require_http_methods(["GET", "HEAD", "POST"])
CLAIMED = "档案已认领。请核对下面的资料，名下的申报在“我的申报”中查看。"


@login_required
@form_page
def claim(request: HttpRequest) -> HttpResponse:
    """Where the claim stands: have a code sent, type it, or give up what was mistyped."""
    found = claims.open_claim(person(request))
    if found is None:
        return redirect("profile")
    if "send" in request.POST:
        return _act(request, found, claims.send_code, "验证码已发送，请查看短信。", "profile_claim")
    if "end" in request.POST:
        return _act(request, found, claims.give_up, "", "profile_identity")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            claims.verify(found, code=form.cleaned_data["code"], by=person(request), at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, CLAIMED)
            return redirect("profile")
    return _page(request, found, form)


@login_required
@form_page
def by_document(request: HttpRequest) -> HttpResponse:
    """Hand in a picture of the document for a person to compare."""
    found = claims.open_claim(person(request))
    if found is None or found.state == ClaimState.ASKED:
        return redirect("profile_claim")
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            claims.ask(found, **form.cleaned_data, by=person(request), at=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "已提交，核对结果会通知您。")
            return redirect("profile_claim")
    return render(request, "registration/claim_document.html", {"form": form, "claim": found})


def _act(request: HttpRequest, found: Claim, verb: Any, done: str, onward: str) -> HttpResponse:
    try:
        verb(found, by=person(request), at=clock.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        if done:
            messages.success(request, done)
    return redirect(onward)


def _page(request: HttpRequest, found: Claim, form: CodeForm) -> HttpResponse:
    by_phone = claims.can_use_phone(found) and found.state == ClaimState.CODE
    context = {
        "claim": found,
        "form": form,
        "by_phone": by_phone,
        "sent": bool(found.code_hash),
        "asked": found.state == ClaimState.ASKED,
        "phone": found.candidate.masked_phone if by_phone else "",
    }
    return render(request, "registration/claim.html", context)
