"""The question about the seat, as candidates, institutions and the desk answer it (SPEC 7.6)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application
from skilleval.accounts.enums import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_codes(settings) -> None:  # type: ignore[no-untyped-def]
    settings.STAFF_MFA = "off"


def needs(application: Application) -> bool:
    return Application.objects.get(pk=application.pk).accessible_seat


def test_a_candidate_answers_in_their_own_step_and_later_on_the_page(client: Client) -> None:
    application = factories.ApplicationFactory(state="confirmed")
    client.force_login(application.candidate.user)
    address = reverse("application_seat", args=[application.uuid])
    assert address in client.get(reverse("application_detail", args=[application.uuid])).content.decode()
    assert client.post(address, {}).status_code == 400
    assert client.post(address, {"needed": "yes"}).status_code == 302
    assert needs(application)
    assert "<dd>需要" in client.get(reverse("application_detail", args=[application.uuid])).content.decode()
    client.post(address, {"needed": "no"})
    assert not needs(application)


@pytest.mark.parametrize("fields", [{"state": "scheduled"}, {"state": "withdrawn"}])
def test_too_late_it_is_said_on_the_page(client: Client, fields: dict[str, str]) -> None:
    application = factories.ApplicationFactory(**fields)
    client.force_login(application.candidate.user)
    address = reverse("application_seat", args=[application.uuid])
    assert client.post(address, {"needed": "yes"}).status_code == 302
    assert not needs(application)
    assert address not in client.get(reverse("application_detail", args=[application.uuid])).content.decode()


def test_the_desk_records_it_and_takes_it_back(client: Client) -> None:
    application = factories.ApplicationFactory(state="confirmed")
    client.force_login(factories.staff(application.offering.provider, Role.REVIEWING))
    address = reverse("admin:desk_seat", args=[application.pk])
    page = reverse("admin:registration_application_change", args=[application.pk])
    assert address in client.get(page).content.decode()
    assert "先排到无障碍座位" in client.get(address).content.decode()
    client.post(address)
    assert needs(application)
    client.post(address)
    assert not needs(application)
