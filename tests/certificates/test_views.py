"""A holder's own certificate: the page, the paper, and what nobody else gets (SPEC 9.5, 12)."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from certificates.enums import RequestKind
from certificates.models import Certificate
from certificates.services.requests import ask, carry_out
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.models import AuditEvent
from tests import factories
from tests.certificates.makers import certifier, issued, reviewed

pytestmark = pytest.mark.django_db
DAY = factories.at(2026, 5, 6)


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


@pytest.fixture
def certificate(offering: Offering, by: User) -> Certificate:
    return issued(offering, by=by, candidate__name="样本甲")


def signed_in(certificate: Certificate) -> Client:
    client = Client()
    client.force_login(certificate.candidate.user)  # type: ignore[arg-type]
    return client


def address(certificate: Certificate, name: str = "certificate_pdf") -> str:
    return reverse(name, args=[certificate.uuid])


def test_the_holder_downloads_their_own_and_it_is_recorded(certificate: Certificate) -> None:
    response = signed_in(certificate).get(address(certificate))
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    for printed in ("样本甲", certificate.id_cipher, str(certificate.number)):
        assert printed in text
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get(action="certificate.downloaded")
    assert (event.actor_id, event.object_id) == (certificate.candidate.user_id, str(certificate.pk))


def test_the_page_masks_the_number_and_leads_to_the_paper(certificate: Certificate) -> None:
    page = signed_in(certificate).get(address(certificate, "certificate_page")).content.decode()
    assert certificate.masked_id in page
    assert certificate.id_cipher not in page
    assert address(certificate) in page


@pytest.mark.parametrize("kind", [RequestKind.VOID, RequestKind.REPLACE])
def test_void_or_replaced_it_is_refused_and_says_what_to_use(
    certificate: Certificate, offering: Offering, by: User, kind: str
) -> None:
    done = carry_out(ask(certificate, kind=kind, reason="更正", by=by, at=DAY), by=certifier(offering.provider), at=DAY)
    client = signed_in(certificate)
    assert client.get(address(certificate)).status_code == 400
    page = client.get(address(certificate, "certificate_page")).content.decode()
    assert ("作废" if kind == RequestKind.VOID else address(done, "certificate_page")) in page
    assert not AuditEvent.objects.filter(action="certificate.downloaded").exists()


def test_nobody_else_gets_it_and_the_holder_not_before_it_has_a_number(
    certificate: Certificate, offering: Offering, by: User
) -> None:
    stranger, waiting = Client(), reviewed(offering, by=by)
    stranger.force_login(factories.UserFactory())
    for name in ("certificate_pdf", "certificate_page"):
        assert stranger.get(address(certificate, name)).status_code == 404
        assert signed_in(waiting).get(address(waiting, name)).status_code == 404
        assert Client().get(address(certificate, name)).status_code == 302
