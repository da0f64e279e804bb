"""What every page of applying starts with: an application of one's own, or 404."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fees.queries import fee_of
from registration.enums import ApplicationState
from registration.models import Application
from registration.queries import applications as queries
from registration.services.editing import EDITABLE
from skilleval.accounts.requests import person
from skilleval.catalogue.enums import Channel


def own_or_404(request: HttpRequest, uuid: UUID) -> Application:
    """The person's own application; for anybody else it doesn't exist."""
    found = queries.own(person(request), uuid)
    if found is None:
        raise Http404
    return found


def is_editable(application: Application) -> bool:
    """Whether its person can still change its steps; those of a group are its institution's."""
    return application.state in EDITABLE and application.channel == Channel.INDIVIDUAL


def closed(request: HttpRequest, application: Application) -> HttpResponse:
    """Its steps are over (perhaps in another tab): say so on its page."""
    if application.institution and application.state in EDITABLE:
        messages.info(request, f"该申报由{application.institution}团体申报，内容由其修改；最新进度如下。")
    else:
        messages.info(request, "该申报已提交，内容不能再修改；最新进度如下。")
    return redirect(reverse("application_detail", args=[application.uuid]))


def fee_published(application: Application, on: date) -> bool:
    """Whether what is sat has a price: read fresh, because it decides at submission."""
    return fee_of(application, on=on).published


def is_draft(application: Application) -> bool:
    return application.state == ApplicationState.DRAFT
