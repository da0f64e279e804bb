"""What every page of applying starts with: an application of one's own, or 404."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest

from fees.queries import price_of
from registration.enums import ApplicationState
from registration.models import Application
from registration.queries import applications as queries
from registration.services.applications import EDITABLE
from skilleval.accounts.requests import person
from skilleval.catalogue.models import Offering


def own_or_404(request: HttpRequest, uuid: UUID) -> Application:
    """The person's own application; for anybody else it doesn't exist."""
    found = queries.own(person(request), uuid)
    if found is None:
        raise Http404
    return found


def is_editable(application: Application) -> bool:
    """Whether its steps can still be changed."""
    return application.state in EDITABLE


def fee_published(offering: Offering, on: date) -> bool:
    """Read fresh whenever it decides: at the start and at submission."""
    return price_of(offering, on=on).published


def is_draft(application: Application) -> bool:
    return application.state == ApplicationState.DRAFT
