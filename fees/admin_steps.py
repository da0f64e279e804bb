"""A step with money that is asked about first: a page with its consequences and what it wants to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from skilleval.catalogue.models import Provider
from skilleval.core.errors import Refused
from skilleval.core.policy import require


def step(
    model_admin: Any,
    request: HttpRequest,
    *,
    verb: str,
    about: str,
    consequences: Sequence[str],
    form: forms.Form,
    perform: Callable[[dict[str, Any]], object],
    done: str,
    back: str,
    danger: bool = False,
) -> HttpResponse:
    """Ask, and once sent perform with what the form says; back to where it came from, or the form to be mended."""
    if request.method == "POST" and form.is_valid():
        try:
            perform(form.cleaned_data)
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {
        "title": verb,
        "verb": verb,
        "about": about,
        "consequences": consequences,
        "form": form,
        "back": back,
        "danger": danger,
    }
    return render(model_admin, request, "fees/money_step.html", context, status=400 if form.errors else 200)


def render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page within the admin."""
    whole = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts} | context
    return TemplateResponse(request, template, whole, status=status)


def two_lines(first: str, second: str) -> SafeString:
    """A cell with a line of detail under it."""
    return format_html('<span class="cell-line">{}</span><span class="cell-line muted">{}</span>', first, second)


def seen(model_admin: Any, request: HttpRequest, pk: int | str, *actions: str) -> Any:
    """The row as the admin's scope shows it, for whom a step's action is granted.

    403 for those who work for its provider in another role, who know of it anyway; 404 for everybody else.
    """
    rows = model_admin.model.objects.filter(pk=pk) if str(pk).isdecimal() else model_admin.model.objects.none()
    row = model_admin.get_queryset(request).filter(pk__in=rows.values("pk")).first()
    if row is None and any(
        user(request).roles_in(owner) for owner in Provider.objects.filter(pk__in=rows.values("provider"))
    ):
        raise PermissionDenied
    if row is None:
        raise Http404
    for action in actions:
        require(user(request), action, row.provider)
    return row


def sent(request: HttpRequest) -> Any:
    """What was posted; None for a page looked at."""
    return request.POST if request.method == "POST" else None


def user(request: HttpRequest) -> Any:
    return request.user
