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

from skilleval.core.errors import Refused


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


def seen(model_admin: Any, request: HttpRequest, pk: int | str) -> Any:
    """The row, as the admin's scope shows it; 403 without its action, 404 where it isn't one's provider's."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    row = model_admin.get_queryset(request).filter(pk=pk).first() if str(pk).isdecimal() else None
    if row is None:
        raise Http404
    return row


def sent(request: HttpRequest) -> Any:
    """What was posted; None for a page looked at."""
    return request.POST if request.method == "POST" else None


def user(request: HttpRequest) -> Any:
    return request.user
