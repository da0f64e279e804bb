"""The pages of a claim, for the person and for the reviewer who compares."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registration.models import Candidate, Claim
from registration.services import candidates
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core.models import AuditEvent, OutboxMessage
from tests import factories
from tests.registration.steps import picture

pytestmark = pytest.mark.django_db
NAME = "样本甲"


@pytest.fixture
def user() -> User:
    return factories.UserFactory()


@pytest.fixture
def record() -> Candidate:
    made: Candidate = factories.CandidateFactory(user=None, name=NAME, phone="+8613800005678")
    return made


def tab(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def type_number(client: Client, record: Candidate, name: str = NAME) -> Any:
    stated = {"name": name, "id_type": "resident", "id_number": record.id_number, "phone": "13800001234"}
    return client.post(reverse("profile_identity"), stated, follow=True)


def test_a_roster_person_claims_by_the_code(user: User, record: Candidate) -> None:
    client = tab(user)
    page = text(type_number(client, record))
    assert "该证件号码已被登记，请申请认领" in page
    assert "138****5678" in page
    assert record.id_number not in page
    page = text(client.post(reverse("profile_claim"), {"send": "1"}, follow=True))
    assert "确认认领" in page
    refused = client.post(reverse("profile_claim"), {"code": "000"})
    assert "验证码不正确" in text(refused)
    found = re.search(r"\d{6}", OutboxMessage.objects.get(subject="认领验证码").body)
    assert found
    done = client.post(reverse("profile_claim"), {"code": found.group()}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("profile")
    assert "档案已认领" in text(done)
    assert candidates.of_user(user) == record


def test_a_mistyped_number_leads_back(user: User, record: Candidate) -> None:
    client = tab(user)
    type_number(client, record)
    assert client.post(reverse("profile_claim"), {"end": "1"}).url == reverse("profile_identity")
    assert client.get(reverse("profile_claim")).url == reverse("profile")


def test_another_name_shows_no_phone(user: User, record: Candidate) -> None:
    page = text(type_number(tab(user), record, name="样本乙"))
    assert "5678" not in page
    assert "申请人工核对" in page


def test_a_reviewer_compares_and_grants(user: User, record: Candidate) -> None:
    application = factories.ApplicationFactory(candidate=record)
    client = tab(user)
    type_number(client, record)
    sent = client.post(reverse("profile_claim_document"), {"upload": picture(), "said": "号码停用"}, follow=True)
    assert "正在核对" in text(sent)
    claim = Claim.objects.get()
    desk = tab(factories.staff(application.offering.provider, Role.REVIEWING))
    assert "待核对" in text(desk.get(reverse("admin:registration_claim_changelist")))
    address = reverse("admin:registration_claim_change", args=[claim.pk])
    page = text(desk.get(address))
    assert NAME in page
    assert record.id_number not in page
    shown = desk.get(reverse("admin:registration_claim_document", args=[claim.pk, 1]))
    assert shown["Content-Type"] == "image/png"
    assert "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.filter(action="claim.document_seen").count() == 1
    address = reverse("admin:registration_claim_decide", args=[claim.pk])
    assert "不一致" in text(desk.post(address, {"id_number": factories.resident_number(7)}))
    done = desk.post(address, {"id_number": record.id_number}, follow=True)
    assert "档案已转到申请人的账号" in text(done)
    assert candidates.of_user(user) == record


def test_a_refusal_needs_a_reason_that_the_person_reads(user: User, record: Candidate) -> None:
    application = factories.ApplicationFactory(candidate=record)
    client = tab(user)
    type_number(client, record)
    client.post(reverse("profile_claim_document"), {"upload": picture(), "said": ""})
    desk = tab(factories.staff(application.offering.provider, Role.REVIEWING))
    address = reverse("admin:registration_claim_decide", args=[Claim.objects.get().pk])
    assert "请填写不予认领的原因" in text(desk.post(address, {"refuse": "1", "reason": ""}))
    desk.post(address, {"refuse": "1", "reason": "照片看不清"})
    assert OutboxMessage.objects.filter(recipient_id=user.pk, body__contains="照片看不清").exists()
    assert Candidate.objects.get(pk=record.pk).user is None


def test_a_picture_that_is_none_is_told_at_its_field(user: User, record: Candidate) -> None:
    client = tab(user)
    type_number(client, record)
    page = text(client.post(reverse("profile_claim_document"), {"said": ""}))
    assert "请上传证件照片" in page
