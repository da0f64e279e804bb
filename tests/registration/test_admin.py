"""A provider's managers enter its resit schemes; a mistake is told, and what is saved is replaced, never edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from registration.models import ResitScheme
from skilleval.catalogue.models import Offering
from skilleval.core.models import AuditEvent
from tests.factories import OfferingFactory, staff
from tests.registration.ledger import ResitSchemeFactory

pytestmark = pytest.mark.django_db
ADD = "admin:registration_resitscheme_add"


@pytest.fixture(autouse=True)
def _one_factor(settings: LazySettings) -> None:
    settings.STAFF_MFA = "off"


@pytest.fixture
def offering() -> Offering:
    made: Offering = OfferingFactory()
    return made


@pytest.fixture
def tab(offering: Offering) -> Client:
    client = Client()
    client.force_login(staff(offering.provider, "manager"))
    return client


def send(tab: Client, offering: Offering, *rows: tuple[str, str]) -> Any:
    sent = {
        "offering": offering.pk,
        "in_force_from": "2026-05-01",
        "notice": offering.notice_id,
        "mappings-TOTAL_FORMS": len(rows),
        "mappings-INITIAL_FORMS": 0,
    }
    for number, (old, new) in enumerate(rows):
        sent |= {f"mappings-{number}-old_subject": old, f"mappings-{number}-new_subject": new}
    return tab.post(reverse(ADD), sent)


def test_a_scheme_is_entered_with_its_rows(tab: Client, offering: Offering) -> None:
    page = tab.get(reverse(ADD)).content.decode()
    assert f"{offering.year} 年 {offering}" in page
    assert "不予认定，须重新考" in page
    assert send(tab, offering, ("theory", "practical"), ("practical", "")).status_code == 302
    scheme = ResitScheme.objects.get()
    assert [str(row) for row in scheme.mappings.all()] == ["理论知识 → 操作技能", "操作技能 → 不予认定"]
    assert AuditEvent.objects.filter(action="registration.resitscheme.added", object_id=str(scheme.pk)).exists()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "请至少填写一行科目对应"),
        ([("theory", "review")], "现行科目"),
        ([("theory", ""), ("theory", "theory")], "只保留其中一种"),
        ([("theory", "theory"), ("theory", "theory")], "请"),
    ],
)
def test_what_is_no_scheme_isnt_saved(tab: Client, offering: Offering, rows: Any, told: str) -> None:
    answer = send(tab, offering, *rows)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not ResitScheme.objects.exists()


def test_special_capabilities_have_none(tab: Client, offering: Offering) -> None:
    special = OfferingFactory(provider=offering.provider, level="special")
    assert "专项职业能力考核没有补考" in send(tab, special, ("theory", "theory")).content.decode()
    assert not ResitScheme.objects.exists()


def test_anothers_offering_isnt_offered_and_what_is_saved_stays(tab: Client, offering: Offering) -> None:
    assert send(tab, OfferingFactory(), ("theory", "theory")).status_code == 200
    assert not ResitScheme.objects.exists()
    scheme = ResitSchemeFactory(offering=offering)
    address = reverse("admin:registration_resitscheme_change", args=[scheme.pk])
    page = tab.get(address)
    assert not page.context["has_change_permission"]
    assert "<select" not in page.content.decode()
    assert tab.post(address, {"in_force_from": "2026-06-01"}).status_code == 403
