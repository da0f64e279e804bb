"""One person of a group: what the roster states, where they are, what is due, and what an officer can do about it.

An officer reads what the institution itself stated, never what a person's own record says.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from fees.queries import standing_of
from registration.enums import ApplicationState
from registration.models import Application, RosterRow
from registration.rosters.columns import COLUMN
from registration.services.needs import BEFORE_SEATED
from skilleval.accounts.requests import person
from skilleval.core import audit, clock
from skilleval.core.errors import Conflict, Refused
from skilleval.core.wording import cn_deadline
from skilleval.journeys.applying import history, progress
from skilleval.journeys.applying.form_pdf import application_form
from skilleval.journeys.applying.seat_need import SeatNeedForm, saved
from skilleval.journeys.applying.steps import SAVED
from skilleval.journeys.desk import verbs
from skilleval.journeys.groups.cards import Card, cards_of, shown_in
from skilleval.journeys.groups.cells import SECTIONS
from skilleval.journeys.groups.form_papers import application_of, stated_in
from skilleval.journeys.groups.forms import WithdrawForm
from skilleval.journeys.groups.own import group_or_404, officer_page, private, row_or_404
from skilleval.journeys.groups.page import context_of

#: What the places of the journey mean to the officer.
SENTENCES = {
    "faulty": "修改后才能初审和提交。",
    "clear": "核对通过，等待初审。",
    "passed": "已初审，还没有提交。",
    "review": "正在进行资格审核，结果会通知您。",
    "approved": "资格审核通过，等待本单位缴费。",
    "confirmed": "报名已确认，成班后安排考试。",
    "scheduled": "考试已安排。",
    "completed": "成绩已公布，由本人登录查看。",
    "removed": "已移出名册。",
}
#: Not handed in: the provider knows nothing of them.
UNSENT = (ApplicationState.DRAFT, ApplicationState.PRELIM)


@officer_page
@require_safe
def group_member(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """Everything about one person, and what can be done."""
    group, on = group_or_404(request, uuid), clock.today()
    found = row_or_404(group, row)
    (card,) = cards_of(group, [found], on)
    context = context_of(group, on) | {
        "card": card,
        "tags": [progress.Tag(card.place.word, card.place.tone)],
        "sentence": SENTENCES.get(card.place.key, ""),
        "facts": facts_of(found),
        **_application_context(found, card, on),
    }
    return render(request, "groups/member.html", context)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def member_withdraw(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """What withdrawing somebody means today, and the button that does it."""
    group, on = group_or_404(request, uuid), clock.today()
    found = row_or_404(group, row)
    application = _sent_or_404(found)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.withdraw(application, by=person(request), at=clock.now(), reason=form.cleaned_data["reason"])
        except Conflict:
            raise
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "已办理退考。")
            return redirect("group_member", uuid=uuid, row=row)
    (card,) = cards_of(group, [found], on)
    context = context_of(group, on) | {
        "card": card,
        "form": form,
        "withdrawal": verbs.withdrawal(application, on),
    }
    return render(request, "groups/withdraw.html", context, status=400 if form.errors else 200)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def member_seat(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """Whether the person needs an accessible seat, as the institution knows it."""
    group, on = group_or_404(request, uuid), clock.today()
    found = row_or_404(group, row)
    application = _application_or_404(found)
    if application.state not in BEFORE_SEATED:
        messages.info(request, "座位需要不能再更改；考试座位已安排的，请联系评价机构。")
        return redirect("group_member", uuid=uuid, row=row)
    form = SeatNeedForm(request.POST if request.method == "POST" else None, application=application)
    if request.method == "POST" and form.is_valid() and saved(request, application, form):
        messages.success(request, SAVED)
        return redirect("group_member", uuid=uuid, row=row)
    (card,) = cards_of(group, [found], on)
    context = context_of(group, on) | {"card": card, "form": form}
    return render(request, "groups/seat_need.html", context, status=400 if form.errors else 200)


@officer_page
@require_safe
def member_form(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """The form for the person to sign; the whole document number is on it, so each printing is an audit event."""
    found, at = row_or_404(group_or_404(request, uuid), row), clock.now()
    application = _application_or_404(found)
    content = application_form(application, at=at, holder=stated_in([found], timezone.localdate(at))[0])
    audit.record("application.form_printed", by=person(request), obj=application, fields=["id_number"])
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{application.number}.pdf"'
    return private(response)


def facts_of(row: RosterRow) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the row states, in the parts of its form; numbers masked, what is empty left out."""
    parts = [
        (title, [(COLUMN[key].title, shown) for key in keys if (shown := shown_in(row, key))])
        for title, keys in SECTIONS
    ]
    return [(title, facts) for title, facts in parts if facts]


def _application_context(row: RosterRow, card: Card, on: date) -> dict[str, Any]:
    """What the apps downstream know of the person's application; nothing before there is one."""
    if row.application is None:
        return {"application": None}
    ((application, standing),) = progress.gathered(Application.objects.filter(pk=row.application_id))
    sent, due = application.state not in UNSENT, application.review_by
    tags = progress.tags_of(application, standing) if card.place.key == application.state else None
    return {
        "application": application,
        "sent": sent,
        "seat_open": application.state in BEFORE_SEATED,
        "due": cn_deadline(due, year=True) if due and card.place.key == ApplicationState.REVIEW else "",
        "money": standing_of([application])[application.pk],
        "entries": history.entries_of(application),
        "withdrawal": _withdrawal(application, on) if sent else None,
        **({"tags": tags} if tags else {}),
    }


def _withdrawal(application: Application, on: date) -> verbs.Withdrawal | None:
    """What withdrawing would mean; nothing is said of it to people who sit soon, unless they may."""
    meaning = verbs.withdrawal(application, on)
    return meaning if meaning.allowed or _is_open(application) else None


def _is_open(application: Application) -> bool:
    return application.state in (
        ApplicationState.REVIEW,
        ApplicationState.RETURNED,
        ApplicationState.APPROVED,
        ApplicationState.CONFIRMED,
        ApplicationState.SCHEDULED,
    )


def _application_or_404(row: RosterRow) -> Application:
    if row.application is None:
        raise Http404
    return application_of(row)


def _sent_or_404(row: RosterRow) -> Application:
    application = _application_or_404(row)
    if application.state in UNSENT:
        raise Http404
    return application
