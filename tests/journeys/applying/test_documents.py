"""Each of the five identity documents from the profile to the review page; one person whatever the document."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Application, Candidate
from skilleval.catalogue.models import Offering
from skilleval.core import identity
from tests.factories import UserFactory, resident_number
from tests.journeys.applying.pages import draft, fill, picture, text, url
from tests.journeys.desk import change, member

pytestmark = pytest.mark.django_db
BORN = {"sex": "女", "born": "1985-01-01"}
#: The kind as chosen, the number as typed, what else the person states, the number as kept.
DOCUMENTS = {
    "resident": (resident_number(35).lower(), {}, resident_number(35)),
    "passport": ("ｅ12345678", BORN, "E12345678"),
    "hk_macau": ("h12345678", BORN, "H12345678"),
    "taiwan": ("12345678", BORN, "12345678"),
    "foreigner": ("usa310085010112", BORN, "USA310085010112"),
}


@pytest.mark.parametrize(("kind", "typed", "stated", "kept"), [(kind, *rest) for kind, rest in DOCUMENTS.items()])
def test_somebody_applies_with_any_document(
    offering: Offering, kind: str, typed: str, stated: dict[str, str], kept: str
) -> None:
    tab = Client()
    tab.force_login(UserFactory())
    told = {"name": "测试甲", "id_type": kind, "id_number": typed, "phone": "13800001234", **stated}
    answer = tab.post(reverse("profile_identity"), told)
    assert answer.status_code == 302, text(answer)
    tab.post(reverse("profile_photo"), {"upload": picture()})
    code = offering.work_type.occupation.code
    tab.post(
        reverse("profile_row_add", args=["work"]), {"employer": "某单位", "code": code, "started_on": "2010-07-01"}
    )
    application = draft(tab, offering)
    fill(tab, application)
    assert tab.post(url("application_submit", application)).status_code == 302
    found = Application.objects.get(pk=application.pk)
    person = Candidate.objects.get(pk=found.candidate_id)
    assert (found.state, person.id_type, person.id_number) == ("review", kind, kept)
    page = text(member(offering.provider).get(change(found)))
    assert person.get_id_type_display() in page
    assert identity.mask(kept) in page
    assert kept not in page
    form = tab.get(url("application_form_pdf", application))
    assert (form.status_code, form["Content-Type"]) == (200, "application/pdf")


def test_a_document_belongs_to_one_person(offering: Offering) -> None:
    for number, onward in (("E12345678", "profile_photo"), ("ｅ１２３４５６７８", "profile_claim")):
        tab = Client()
        tab.force_login(UserFactory())
        told = {"name": "测试甲", "id_type": "passport", "id_number": number, "phone": "13800001234", **BORN}
        answer = tab.post(reverse("profile_identity"), told)
        assert answer.url.startswith(reverse(onward))  # type: ignore[attr-defined]
    assert Candidate.objects.count() == 1
