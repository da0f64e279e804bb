"""An approved institution's contact is its officers' to change, its name the administrator's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from skilleval.accounts.institution_changes import amend, set_contact
from skilleval.accounts.models import Institution
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent, OutboxMessage, StoredFile
from tests.accounts.applying import NOW, administrator, apply, licence, officer
from tests.factories import InstitutionFactory, UserFactory

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "新联系人", "contact_phone": "13800009005", "address": "新路 1 号"}


def test_an_officer_changes_whom_to_ask() -> None:
    institution = InstitutionFactory(address="旧路 1 号")
    by = officer(institution)
    set_contact(institution, **CONTACT, by=by, at=NOW)
    set_contact(institution, **CONTACT, by=by, at=NOW)
    found = Institution.objects.get()
    assert (found.contact_name, found.contact_phone, found.address) == ("新联系人", "+8613800009005", "新路 1 号")
    event = AuditEvent.objects.get(action="institution.contact_changed")
    assert event.details == {"fields": ["contact_name", "contact_phone", "address"]}


@pytest.mark.parametrize(
    ("stated", "field"), [({"contact_name": "1"}, "contact_name"), ({"contact_phone": "12"}, "contact_phone")]
)
def test_what_is_stated_wrongly_changes_nothing(stated: dict[str, str], field: str) -> None:
    institution = InstitutionFactory()
    with pytest.raises(Refused) as refused:
        set_contact(institution, **(CONTACT | stated), by=officer(institution), at=NOW)
    assert refused.value.field == field
    assert Institution.objects.get().contact_name == ""


def test_nobody_else_changes_it() -> None:
    institution = InstitutionFactory()
    for by in (UserFactory(), officer(InstitutionFactory())):
        with pytest.raises(NotAllowed):
            set_contact(institution, **CONTACT, by=by, at=NOW)


def test_a_new_name_is_taken_down_and_told_to_the_officers() -> None:
    institution, by = InstitutionFactory(name="从前的培训学校"), administrator()
    person = officer(institution)
    for _ in range(2):
        amend(institution, name="如今的培训学校", kind="school", by=by, at=NOW)
    found = Institution.objects.get()
    assert (found.name, found.kind) == ("如今的培训学校", "school")
    assert AuditEvent.objects.get(action="institution.amended").details == {"fields": ["name", "kind"]}
    message = OutboxMessage.objects.get(recipient_id=person.pk, channel="portal")
    assert "如今的培训学校（院校）" in message.body


def test_a_new_licence_takes_the_place_of_the_old_one(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    by = administrator()
    made = apply(UserFactory())
    old, stated = made.licence_id, {"name": made.name, "kind": made.kind}
    amend(made, **stated, licence=licence(), by=by, at=NOW)
    found = Institution.objects.get()
    assert found.licence_id != old
    assert StoredFile.objects.count() == 1
    assert AuditEvent.objects.get(action="institution.amended").details == {"fields": ["licence"]}
    with pytest.raises(Refused):
        amend(made, **stated, licence=SimpleUploadedFile("a.exe", b"MZ"), by=by, at=NOW)
    assert Institution.objects.get().licence_id == found.licence_id


@pytest.mark.parametrize(("name", "kind"), [("", "school"), ("如今的培训学校", "company")])
def test_a_name_has_to_be_one(name: str, kind: str) -> None:
    with pytest.raises(Refused):
        amend(InstitutionFactory(), name=name, kind=kind, by=administrator(), at=NOW)


def test_officers_dont_rename_their_institution() -> None:
    institution = InstitutionFactory()
    with pytest.raises(NotAllowed):
        amend(institution, name="如今的培训学校", kind="school", by=officer(institution), at=NOW)


def test_the_pages_of_both(settings: Any) -> None:
    settings.STAFF_MFA = "off"
    institution = InstitutionFactory()
    client, desk = Client(), Client()
    client.force_login(officer(institution))
    desk.force_login(administrator())
    contact = reverse("institution_contact", args=[institution.uuid])
    assert client.post(contact, CONTACT | {"contact_phone": "12"}).status_code == 400
    assert client.post(contact, CONTACT).headers["Location"] == institution.get_absolute_url()
    assert "138****9005" in client.get(contact).content.decode()
    assert client.post(contact, CONTACT | {"contact_phone": ""}).status_code == 302
    page = reverse("admin:institution_amend", args=[institution.pk])
    assert desk.post(page, {"name": "x", "kind": "school"}).status_code == 400
    assert desk.post(page, {"name": "如今的培训学校", "kind": "school"}).status_code == 302
    found = Institution.objects.get()
    assert (found.name, found.contact_phone) == ("如今的培训学校", "+8613800009005")
