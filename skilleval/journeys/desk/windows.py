"""A window's pages in the admin: how it stands, adjusting it after a look at what follows, confirming, taking back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from registration.models import Window
from registration.services import windows as services
from registration.window_changes import changes, in_words
from registration.windows import overlap
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.admin import visible
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.journeys import windows
from skilleval.journeys.desk.window_forms import AdjustForm, ConfirmForm, EnterForm, ReasonForm

SEEN = "seen"


def window_page(model_admin: Any, request: HttpRequest, pk: str) -> HttpResponse:
    """A window: its days, whom it concerns, what was changed and why."""
    window, on = _window(model_admin, request, pk), clock.today()
    if request.method == "POST" and not model_admin.has_change_permission(request, window):
        raise PermissionDenied
    context = {
        "title": window.label,
        "window": window,
        "now": standing_word(window, on),
        "concerned": windows.concerned(window),
        "overlapping": _overlapping(window),
        "history": [(change, _lines(change)) for change in window.changes.all()],
        "may_change": model_admin.has_change_permission(request, window),
        "may_take_back": window.opens_on > on,
    }
    return _render(model_admin, request, "windows/window.html", context)


def window_add(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Enter a window by hand."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = EnterForm(_sent(request), providers=_providers(model_admin, request))
    if request.method == "POST" and form.is_valid():
        provider = form.cleaned_data["provider"]
        made = _tried(
            form,
            lambda: services.enter(
                provider, facts=form.facts, notice=form.cleaned_data["notice"], by=_user(request), at=clock.now()
            ),
        )
        if made:
            messages.success(request, f"{made}已登记")
            return redirect("admin:registration_window_change", made.pk)
    context = {"title": "登记申报批次", "form": form, "verb": "登记"}
    return _render(model_admin, request, "windows/form.html", context, status=400 if form.errors else 200)


def window_adjust(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Other days for a window: first what would change and for whom, then, once confirmed, done."""
    window = _changeable(model_admin, request, pk)
    form = AdjustForm(_sent(request), initial=services.facts_of(window))
    context: dict[str, Any] = {"title": "调整批次", "window": window, "form": form, "verb": "调整"}
    context[SEEN] = request.POST.get(SEEN) or services.signature(window)
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        facts = form.facts
        if "save" not in request.POST:
            if _tried(form, lambda: _checked(window, facts)):
                context |= {"changes": windows.changes_of(window, facts), "concerned": windows.concerned(window, facts)}
                context["overlapping"] = _overlapping(Window(pk=window.pk, provider=window.provider, **facts))
                return _render(model_admin, request, "windows/consequences.html", context)
        elif done := _tried(form, lambda: _adjust(window, form, request)):
            return _adjusted(request, done)
    return _render(model_admin, request, "windows/form.html", context, status=400 if form.errors else 200)


def window_confirm(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """When a tentative window is assessed after all."""
    window = _changeable(model_admin, request, pk)
    if not window.tentative:
        raise Http404
    form = ConfirmForm(_sent(request), window=window)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = _tried(
            form,
            lambda: windows.confirm(window, **said, seen=request.POST.get(SEEN, ""), by=_user(request), at=clock.now()),
        )
        if done:
            return _adjusted(request, done)
    context = {"title": "确认评价时间", "window": window, "form": form, "verb": "确认", "danger": False}
    context |= {SEEN: services.signature(window), "concerned": windows.concerned(window)}
    return _render(model_admin, request, "windows/step.html", context, status=400 if form.errors else 200)


def window_take_back(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a window that hasn't opened and in which nobody is."""
    window = _changeable(model_admin, request, pk)
    form = ReasonForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        reason, seen = form.cleaned_data["reason"], request.POST.get(SEEN, "")
        if _tried(
            form, lambda: services.take_back(window, reason=reason, seen=seen, by=_user(request), at=clock.now())
        ):
            messages.success(request, f"{window.label}已收回")
            return redirect(
                reverse("admin:window_year") + f"?provider={window.provider_id}&year={window.opens_on.year}"
            )
    context = {"title": "收回批次", "window": window, "form": form, "verb": "收回", "danger": True}
    context[SEEN] = services.signature(window)
    return _render(model_admin, request, "windows/step.html", context, status=400 if form.errors else 200)


def standing_word(window: Window, on: date) -> tuple[str, str]:
    """Whether one may apply in a window on a day, with the tone of the word."""
    if on < window.opens_on:
        return "未到申报时间", "info"
    return ("申报中", "success") if on <= window.closes_on else ("申报已截止", "neutral")


def _checked(window: Window, facts: dict[str, Any]) -> bool:
    services.check_change(window, facts=facts, standing=windows.standing_of(window), at=clock.now())
    return True


def _adjust(window: Window, form: AdjustForm, request: HttpRequest) -> windows.Adjusted:
    return windows.adjust(
        window,
        facts=form.facts,
        reason=form.cleaned_data["reason"],
        seen=request.POST.get(SEEN, ""),
        by=_user(request),
        at=clock.now(),
    )


def _adjusted(request: HttpRequest, done: windows.Adjusted) -> HttpResponse:
    told = [f"{done.change.label}已调整，相关人员会收到通知"]
    if done.orders:
        told.append(f"{done.orders} 个未缴订单的缴费截止已顺延")
    if done.sessions.redated:
        told.append(f"{done.sessions.redated} 个场次的准考证发放日已重新计算")
    messages.success(request, "；".join(told) + "。")
    if done.sessions.outside:
        messages.warning(request, f"{len(done.sessions.outside)} 个已发布的场次在新的评价期之外，仍按原安排进行。")
    return redirect("admin:registration_window_change", done.change.window_id)


def _tried(form: Any, perform: Callable[[], Any]) -> Any:
    """What was done, or None and the form says why not."""
    try:
        return perform()
    except NotAllowed:
        raise
    except Conflict as conflict:
        form.add_error(None, conflict.message)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return None


def _lines(change: Any) -> list[str]:
    """What a kept change was, in words."""
    found = [str(one) for one in changes(change.before, change.after)]
    if change.before or not change.after:
        return found
    named = {"申报": ("opens_on", "closes_on"), "评价": ("exam_from", "exam_by")}
    return [
        f"{title}{in_words(first, change.after.get(first))}至{in_words(last, change.after.get(last))}"
        for title, (first, last) in named.items()
    ]


def _overlapping(window: Window) -> list[Window]:
    """The provider's other windows in which one could apply on the same days."""
    others = Window.objects.filter(provider=window.provider).exclude(pk=window.pk).order_by("opens_on")
    return [other for other in others if overlap(window, other)]


def _window(model_admin: Any, request: HttpRequest, pk: str | int) -> Window:
    found = model_admin.get_object(request, str(pk))
    if found is None:
        raise Http404
    window: Window = Window.objects.select_related("provider", "notice").get(pk=found.pk)
    return window


def _changeable(model_admin: Any, request: HttpRequest, pk: int) -> Window:
    window = _window(model_admin, request, pk)
    if not model_admin.has_change_permission(request, window):
        raise PermissionDenied
    return window


def _providers(model_admin: Any, request: HttpRequest) -> Any:
    return visible(model_admin.admin_site, Provider, request)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _user(request: HttpRequest) -> Any:
    return request.user


def _render(
    model_admin: Any, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shared = model_admin.admin_site.each_context(request) | {"opts": Window._meta, "today": clock.today()}
    return TemplateResponse(request, template, shared | context, status=status)
