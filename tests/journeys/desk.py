"""Who comes to the desk, and what lies on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse, reverse_lazy

from registration.models import Application, Evidence
from registration.queries import backgrounds
from skilleval.accounts.enums import Role
from skilleval.core import files
from tests.factories import WorkPeriodFactory, staff
from tests.fees.makers import png

LIST = reverse_lazy("admin:registration_application_changelist")
ORDERS = reverse_lazy("admin:fees_order_changelist")
DECISIONS = ("desk_approve", "desk_send_back", "desk_reject", "desk_receive_original", "desk_whole_number")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def member(provider: Any, *roles: str) -> Client:
    return signed_in(staff(provider, *(roles or (Role.REVIEWING,))))


def page(name: str, application: Application, *more: int) -> str:
    return reverse(f"admin:{name}", args=[application.pk, *more])


def change(application: Application) -> str:
    return page("registration_application_change", application)


def with_background(application: Application) -> Application:
    """As submitting leaves it: the background frozen, evidence attached."""
    code = application.offering.work_type.occupation.code
    WorkPeriodFactory(candidate=application.candidate, code=code, started_on=date(2015, 7, 1))
    application.background = backgrounds.snapshot(application.candidate, on=date(2026, 3, 2))
    application.save()
    stored = files.store(png("proof.png"), kind="document", by=None, owner_label="test")
    Evidence.objects.create(application=application, title="工作年限证明", file=stored)
    return application
