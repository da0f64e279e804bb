"""What is forbidden and what it leads to, for everybody to read (SPEC 10)."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from discipline.models import Clause
from discipline.queries.clauses import clauses_on
from skilleval.core import clock


@require_safe
def misconduct_clauses(request: HttpRequest) -> HttpResponse:
    """The clauses in force today, or those of an edition that a case names; each has an anchor of its own (#M-3.1)."""
    clauses = _asked_for(request.GET.get("edition", ""), clock.today())
    first = clauses.first()
    if first is None:
        raise Http404
    current = clauses_on(clock.today()).first()
    context = {"clauses": clauses, "first": first, "current": current is None or current.edition == first.edition}
    return render(request, "discipline/clauses.html", context)


def _asked_for(edition: str, on: date) -> QuerySet[Clause]:
    if not edition:
        return clauses_on(on)
    return Clause.objects.filter(edition=edition).select_related("notice").order_by("code")
