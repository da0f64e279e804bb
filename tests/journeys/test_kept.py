"""Public pages kept for a moment: the same bytes for strangers, never somebody else's token, never for a person."""

import re
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from skilleval.catalogue.models import Offering
from skilleval.journeys.public.kept import forget
from tests.factories import OfferingFactory, UserFactory, WindowFactory, publish_fees

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture(autouse=True)
def _kept(settings: LazySettings) -> Iterator[None]:
    settings.PAGES_KEPT_SECONDS = 600
    settings.DEMO = False
    forget()
    yield
    forget()


@pytest.fixture
def offering() -> Offering:
    offering: Offering = OfferingFactory()
    publish_fees(offering)
    window = WindowFactory(provider=offering.provider, month=3)
    type(window).objects.update(opens_on="2020-01-01", closes_on="2099-12-31", exam_from=None, exam_by="2099-12-31")
    return offering


def rename(offering: Offering) -> None:
    offering.provider.name = "改名后的机构"
    offering.provider.save()


def address(offering: Offering) -> str:
    return reverse("offering_detail", args=[offering.pk])


def test_strangers_get_the_kept_page_each_with_a_token_of_their_own(offering: Offering) -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    page = first.get(address(offering)).content.decode()
    rename(offering)
    kept = second.get(address(offering))
    assert "改名后的机构" not in kept.content.decode()
    assert "Cookie" in kept["Vary"]
    own = TOKEN.search(kept.content.decode())
    assert own
    assert own[1] != TOKEN.search(page)[1]  # type: ignore[index]
    apply = reverse("apply_start", args=[offering.pk])
    assert second.post(apply, {"csrfmiddlewaretoken": own[1]}).status_code == 302
    assert Client(enforce_csrf_checks=True).post(apply, {"csrfmiddlewaretoken": own[1]}).status_code == 403


@pytest.mark.parametrize("case", ["off", "query", "htmx", "person", "demo"])
def test_what_is_not_the_same_for_everybody_is_made_anew(offering: Offering, case: str, settings: LazySettings) -> None:
    client = Client()
    client.get(address(offering))
    rename(offering)
    if case == "off":
        settings.PAGES_KEPT_SECONDS = 0
    if case == "demo":
        settings.DEMO = True
    if case == "person":
        client.force_login(UserFactory())
    query = {"a": "b"} if case == "query" else {}
    headers = {"HX-Request": "true"} if case == "htmx" else {}
    assert "改名后的机构" in client.get(address(offering), query, headers=headers).content.decode()


def test_a_person_s_page_is_never_kept(offering: Offering) -> None:
    person = Client()
    person.force_login(UserFactory())
    assert "我的申报" in person.get(address(offering)).content.decode()
    assert "我的申报" not in Client().get(address(offering)).content.decode()


def test_only_found_pages_are_kept(offering: Offering) -> None:
    missing = reverse("offering_detail", args=[offering.pk + 1])
    assert Client().get(missing).status_code == 404
    OfferingFactory(pk=offering.pk + 1)
    assert Client().get(missing).status_code == 200
