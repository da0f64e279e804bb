"""补考还是重新申报: where somebody with passed subjects chooses, and what other pages say of it (SPEC 9.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fees.queries import Fee, price_of
from registration.enums import ApplicationKind
from registration.models import Application, Candidate, Credit
from registration.queries import credits as queries
from registration.queries.schemes import words_of
from registration.resits import ResitPlan
from registration.services import applying_again as services
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import SubjectKind
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.errors import Conflict, Refused
from skilleval.journeys.applying.own import closed, is_editable, own_or_404


@dataclass(frozen=True)
class Way:
    """One of the two ways: what is sat, what it costs."""

    subjects: str
    fee: Fee


@dataclass(frozen=True)
class Offered:
    """What somebody can do with their credits on a day; without `resit` only a new application is left."""

    credits: Sequence[Credit]
    idle: Sequence[str]  # of credits that count for nothing here: why
    recognised: Sequence[str]  # what a plan makes of the others, in words
    new: Way
    resit: Way | None
    plan: ResitPlan
    earlier: Application | None  # whose papers the resit goes on with

    @property
    def names(self) -> str:
        return services.names_of(self.credits)

    @property
    def sat(self) -> str:
        """The subjects of the resit in words."""
        return self.resit.subjects if self.resit else ""

    @property
    def published(self) -> bool:
        """Whether one of the ways has a price: with none nothing can be begun."""
        return any(way.fee.published for way in (self.resit, self.new) if way)


def offered(candidate: Candidate, offering: Offering, on: date, *, but: Application | None = None) -> Offered:
    """What the credits of a person allow at an offering on a day, with the prices of each way."""
    standing = queries.all_live(candidate, offering, on, but=but)
    live = [credit for credit in standing if credit.counts_for]
    plan = queries.plan_with(live, offering, on, but=but)
    used = queries.used_by(plan, live)
    resit = price_of(offering, kind=ApplicationKind.RESIT, subjects=plan.sits, on=on)
    return Offered(
        credits=live,
        idle=[words_of(credit) for credit in standing if not credit.counts_for],
        recognised=[words for credit in live if (words := words_of(credit))],
        new=_way(queries.subjects_of(offering), price_of(offering, on=on)),
        resit=_way(plan.sits, resit) if used else None,
        plan=plan,
        earlier=services.earlier_of(used),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application_credits(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What may be resat, at what price and until when, and what a new application would forfeit: the choice is kept."""
    application = own_or_404(request, uuid)
    if not is_editable(application):
        return closed(request, application)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            services.choose(
                application,
                kind=request.POST.get("kind", ""),
                forfeits="forfeits" in request.POST,
                by=person(request),
                at=clock.now(),
            )
        except Conflict:
            raise
        except Refused as error:
            refused = error
        else:
            messages.success(request, "已保存。")
            return redirect("application_detail", uuid=uuid)
    on = application.submitted_on or clock.today()
    choice = offered(application.candidate, application.offering, on, but=application)
    context: dict[str, Any] = {
        "application": application,
        "choice": choice,
        "chosen": _chosen(application, choice, on),
        "lost": services.what_changed(application, choice.credits, on),
        "refused": refused,
    }
    return render(request, "applying/credits.html", context, status=refused.status if refused else 200)


def _chosen(application: Application, choice: Offered, on: date) -> str:
    """The kind that is settled; empty while a choice is due."""
    if services.unsettled(application, choice.credits, on):
        return ""
    return application.kind if choice.credits or application.kind == ApplicationKind.RESIT else ""


def _way(subjects: Sequence[str], fee: Fee) -> Way:
    return Way("、".join(str(SubjectKind(kind).label) for kind in subjects), fee)
