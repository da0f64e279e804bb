"""What checking and making certificates is held against."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Engine
from django.urls import path

from certificates import numbering
from certificates.models import Certificate
from skilleval.core import counters
from tests.bench.peers.pages import MIDDLEWARE
from tests.certificates.makers import ISSUED

__all__ = ["MIDDLEWARE"]

PAGE = Engine().from_string(
    "<!doctype html><title>check</title><form method=post>{% csrf_token %}<input name=number><input name=name></form>"
    "{% if found %}<p>{{ found.holder_name }} {{ found.masked_id }} {{ found.get_level_display }} {{ found.number }}"
    " {{ found.offering.work_type.occupation.name }} {{ found.offering.work_type.name }} {{ found.provider.name }}"
    " {{ found.issued_on }} {{ found.get_state_display }}</p>{% else %}<p>not found</p>{% endif %}"
)
RELATED = ("provider", "offering__work_type__occupation")


def look_up(request: HttpRequest) -> HttpResponse:
    """The same look-up by the same index, printed by one small template without any context processor; no throttle, no
    normalising."""
    rows = Certificate.objects.select_related(*RELATED)
    found = rows.filter(number=request.POST["number"], holder_name=request.POST["name"]).first()
    return HttpResponse(PAGE.render(Context({"found": found, "csrf_token": get_token(request)})))


@transaction.atomic
def number_one_by_one(waiting: QuerySet[Certificate]) -> None:
    """A locked row, a serial and a save each, and nothing that follows from it; undone at the end."""
    for row in waiting.select_related("candidate", "provider").select_for_update(of=("self",)):
        on, filed = ISSUED.date(), row.provider.filing_number
        (serial,) = counters.take(numbering.series(filed, on, row.level))
        row.number, row.issued_on, row.state = numbering.number(filed, on, row.level, serial), on, "issued"
        row.holder_name, row.id_cipher = row.candidate.name, row.candidate.id_number
        row.save()
    transaction.set_rollback(True)


urlpatterns = [path("minimal/", look_up)]
