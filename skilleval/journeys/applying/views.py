"""Starting an application, following it, and leaving it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from certificates.queries.certificates import earlier_of
from discipline import policy as discipline_policy
from discipline.queries.own import box_of
from fees.queries import Fee, fee_of, order_of, price_of
from registration import bars as bar_rules
from registration.bars import Bar
from registration.enums import ApplicationState
from registration.models import Application, Candidate, Window
from registration.queries import applications as queries
from registration.queries.bans import ruling
from registration.queries.windows import window_open_on
from registration.services import applications as services, candidates
from scheduling.queries import fill_context, ticket_context
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import ContactKind, PaperGate
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.enums import Channel, MessageState
from skilleval.core.errors import Conflict, Refused
from skilleval.core.models import OutboxMessage
from skilleval.core.scoping import reaches
from skilleval.journeys.applying import again, history, progress, results, tasks
from skilleval.journeys.applying.form_pdf import printed_rows
from skilleval.journeys.applying.forms import WithdrawForm
from skilleval.journeys.applying.originals import originals_of
from skilleval.journeys.applying.own import is_draft, is_editable, own_or_404
from skilleval.journeys.applying.today import today_for
from skilleval.journeys.desk import verbs

MESSAGES_SHOWN = 5
DISCARDED = Q(state=ApplicationState.CANCELLED, submitted_on=None)
LINES = (ContactKind.DESK, ContactKind.ENQUIRY, ContactKind.EMAIL, ContactKind.SUPERVISION)


@login_required
@require_safe
def after_login(request: HttpRequest) -> HttpResponse:
    """Staff go to their desk, supervisors to their cases, officers to their groups, others to their applications."""
    if person(request).is_staff:
        return redirect("admin:index")
    if reaches(person(request), discipline_policy.DECIDE):
        return redirect("supervision")
    return redirect("group_list" if person(request).institution_ids else "my_applications")


@login_required
@require_safe
def my_applications(request: HttpRequest) -> HttpResponse:
    """All applications of the person with the next step of each, and the latest messages."""
    on = clock.today()
    mine = Application.objects.filter(candidate__user_id=person(request).pk).exclude(DISCARDED).order_by("-id")
    found = progress.gathered(mine)
    originals = originals_of([one for one, _ in found], {one.pk: standing.exam_on for one, standing in found}, on)
    heads = [(one, standing, progress.head_of(one, standing, on)) for one, standing in found]
    rows = [
        {
            "application": one,
            "tags": progress.tags_of(one, standing),
            "head": head,
            "original": originals.get(one.pk),
        }
        for one, standing, head in heads
    ]
    sent = OutboxMessage.objects.filter(
        recipient_id=person(request).pk, channel=Channel.PORTAL, state=MessageState.SENT
    )
    candidate = candidates.of_user(person(request))
    context = {
        "rows": rows,
        "today": today_for(heads, originals, on),
        "sent": sent[:MESSAGES_SHOWN],
        "candidate": candidate,
        "ban": ruling(candidate, on) if candidate else None,
        "cases": box_of(person(request), on),
        "earlier_certificates": earlier_of(person(request)),
    }
    return render(request, "applying/my_applications.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply_start(request: HttpRequest, pk: int) -> HttpResponse:
    """What would be applied for, what stands in the way and from when not, and the button that starts a draft."""
    offering = get_object_or_404(Offering.objects.with_names(), pk=pk)
    candidate = candidates.of_user(person(request))
    on, refused = clock.today(), None
    window = window_open_on(offering.provider, on)
    choice = again.offered(candidate, offering, on) if candidate else None
    way = (choice.resit or choice.new) if choice else None
    fee = way.fee if way else price_of(offering, on=on)
    published = choice.published if choice else fee.published
    bars = _bars(candidate, offering, window, published)
    if candidate is None and not bars:
        messages.info(request, "申报前请先填写身份信息，只需填写一次。")
        return redirect(f"{reverse('profile_identity')}?{urlencode({'next': request.path})}")
    if candidate and request.method == "POST":
        try:
            application = services.start(
                candidate,
                offering=offering,
                window=window,
                fee_published=published,
                by=person(request),
                at=clock.now(),
            )
        except Refused as error:
            refused = error
        else:
            return redirect("application_detail", uuid=application.uuid)
    context = {
        "offering": offering,
        "window": window,
        "fee": fee,
        "choice": choice,
        "bars": bars,
        "warnings": queries.warnings(candidate, offering, window) if candidate and window else [],
        "candidate": candidate,
        "draft": queries.draft_of(candidate, offering) if candidate else None,
    }
    return render(request, "applying/start.html", context, status=refused.status if refused else 200)


@login_required
@require_safe
def application_detail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The page of one application: its task list while it can be changed, then its progress. Staff go to the admin."""
    if queries.own(person(request), uuid) is None:
        found = queries.find(person(request), uuid)
        if found is None:
            raise Http404
        return redirect("admin:registration_application_change", found.pk)
    ((application, standing),) = progress.gathered(
        Application.objects.filter(uuid=uuid, candidate__user_id=person(request).pk)
    )
    on = clock.today()
    reason = history.last_reason(application)
    context: dict[str, Any] = {
        "application": application,
        "tags": progress.tags_of(application, standing),
        "head": progress.head_of(application, standing, on, reason),
        "steps": history.steps_of(application, standing),
        "entries": history.entries_of(application),
        "changed": history.changed(application),
        "to_correct": reason.rstrip("。").split("；") if application.state == ApplicationState.RETURNED else [],
        "editable": is_editable(application),
        "is_draft": is_draft(application),
        "withdrawal": None if is_draft(application) else verbs.withdrawal(application, on),
        "cases": box_of(person(request), on, application),
    }
    if is_editable(application):
        todo = tasks.tasks_of(application, on)
        context |= {"tasks": todo, "next_task": tasks.next_task(todo), "fee": _fee(application, on)}
    else:
        context |= _after_submission(application, on)
        context["original"] = originals_of([application], {application.pk: standing.exam_on}, on).get(application.pk)
    return render(request, "applying/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What withdrawing means today, and the button that does it."""
    application = own_or_404(request, uuid)
    if is_draft(application):
        return _discard(request, application)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.withdraw(application, by=person(request), at=clock.now(), reason=form.cleaned_data["reason"])
        except Conflict:
            raise
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "已退考。")
            return redirect("application_detail", uuid=uuid)
    context = {"application": application, "form": form, "withdrawal": verbs.withdrawal(application, clock.today())}
    return render(request, "applying/withdraw.html", context)


def _fee(application: Application, on: date) -> Fee:
    return fee_of(application, on=on)


def _discard(request: HttpRequest, application: Application) -> HttpResponse:
    """A draft isn't withdrawn but given up."""
    if request.method == "POST":
        services.discard(application, by=person(request), at=clock.now())
        messages.success(request, "草稿已放弃。")
        return redirect("my_applications")
    return render(request, "applying/discard.html", {"application": application})


def _bars(candidate: Candidate | None, offering: Offering, window: Window | None, fee_published: bool) -> list[Bar]:
    found = queries.bars(candidate, offering, window, clock.today())
    if not fee_published and not any(bar.code == "listed_only" for bar in found):
        found.append(bar_rules.no_fee(offering.provider.name))
    return found


def _after_submission(application: Application, on: Any) -> dict[str, Any]:
    provider = application.offering.provider
    wants_original = provider.paper_gate != PaperGate.NOTHING and application.original_received_on is None
    return {
        "order": None if application.institution_id else order_of(application),  # a group's is its institution's
        "rows": printed_rows(application, on),
        "papers": list(application.evidence.select_related("file")),
        "contacts": list(provider.contacts.filter(kind__in=LINES).prefetch_related("hours")),
        "to_bring": [line.strip() for line in provider.individual_papers.splitlines() if line.strip()],
        "wants_original": wants_original,
        **fill_context(application),
        **ticket_context(application, on),
        **results.result_context(application, on),
    }
