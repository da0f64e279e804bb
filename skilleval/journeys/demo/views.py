"""演示信箱, 演示日期 and 演示流水: every message can be read, the clock set ahead, a bank statement fetched."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.management import CommandError, call_command
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from fees.policy import CONFIRM
from skilleval.catalogue.models import Provider
from skilleval.core import clock
from skilleval.core.enums import Channel
from skilleval.core.models import OutboxMessage
from skilleval.core.scoping import scope_ids
from skilleval.core.wording import cn_date
from skilleval.journeys.demo import bank
from skilleval.journeys.demo.forms import ClockForm

View = Callable[..., HttpResponse]
SHOWN = 50


def demo_only(view: View) -> View:
    """Outside the demonstration the page doesn't exist."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not clock.is_demo():
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@demo_only
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The latest e-mails and texts of everybody, newest first; `to` narrows by address."""
    wanted = request.GET.get("to", "").strip()
    sent = OutboxMessage.objects.filter(channel__in=[Channel.EMAIL, Channel.SMS])
    if before := request.GET.get("before", ""):
        sent = sent.filter(pk__lt=int(before)) if before.isdecimal() and len(before) < 18 else sent.none()
    found = [message for message in sent[: SHOWN * 10] if wanted in message.address][: SHOWN + 1]
    return render(
        request,
        "demo/mailbox.html",
        {"found": found[:SHOWN], "to": wanted, "next_key": found[SHOWN - 1].pk if len(found) > SHOWN else None},
    )


@demo_only
@login_required
@require_safe
def bank_statement(request: HttpRequest) -> HttpResponse:
    """What the bank would give the finance clerk today, made from the open orders of their provider."""
    provider = Provider.objects.filter(pk__in=scope_ids(request.user, CONFIRM)).order_by("pk").first()
    if provider is None:
        raise Http404
    name = f"{clock.today():%Y%m%d}-bank.csv"
    made = HttpResponse(bank.statement(provider, clock.today()), content_type="text/csv")
    made["Content-Disposition"], made["Cache-Control"] = f'attachment; filename="{name}"', "private, no-store"
    return made


@demo_only
@require_POST
def set_clock(request: HttpRequest) -> HttpResponse:
    """Go to a day, doing what falls due on every day between in order."""
    form = ClockForm(request.POST)
    if form.is_valid():
        try:
            call_command("run_due", on=form.cleaned_data["date"])
            messages.success(request, f"演示日期已到 {cn_date(clock.today())}，期间到期的事项均已办理。")
        except CommandError as error:
            messages.error(request, str(error))
    else:
        messages.error(request, " ".join(form.errors["date"]))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("home"))
