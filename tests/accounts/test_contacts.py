"""The other contact can be added later, and the last way in stays."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from skilleval.accounts.models import User
from skilleval.accounts.services import open_account
from skilleval.core.models import OutboxMessage
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "baoming-mima-2026"
PHONE = "+8613800001234"


def logged_in(login: str) -> Client:
    cache.clear()
    client = Client()
    client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def last_code() -> str:
    found = re.search(r"\b\d{6}\b", OutboxMessage.objects.latest("id").body)
    assert found
    return found.group()


def test_an_account_of_an_address_gets_a_telephone() -> None:
    open_account(email="a@example.test", password=PASSWORD, by=None)
    client = logged_in("a@example.test")
    client.post(reverse("account_change_phone"), {"phone": "13800001234"})
    assert not User.objects.by_phone(PHONE).filter(phone_verified=True).exists()
    client.post(reverse("account_verify_phone"), {"code": last_code()})
    assert User.objects.by_phone(PHONE).get().phone_verified
    logged_in("13800001234")


def test_an_account_of_a_telephone_gets_an_address() -> None:
    open_account(phone="13800001234", password=PASSWORD, by=None)
    client = logged_in("13800001234")
    client.post(reverse("account_email"), {"action_add": "", "email": "b@example.test"})
    client.post(reverse("account_email_verification_sent"), {"code": last_code()})
    assert User.objects.get().email == "b@example.test"
    logged_in("b@example.test")


def test_somebody_elses_telephone_is_not_taken() -> None:
    open_account(phone="13800001234", password=PASSWORD, by=None)
    open_account(email="a@example.test", password=PASSWORD, by=None)
    client = logged_in("a@example.test")
    client.post(reverse("account_change_phone"), {"phone": "13800001234"})
    page = client.post(reverse("account_verify_phone"), {"code": last_code()}).content.decode()
    assert "已有账号" in page
    assert User.objects.get(email="a@example.test").phone == ""


@pytest.mark.parametrize(("phone", "left"), [("", 1), ("13800001234", 0)])
def test_the_last_way_in_stays(phone: str, left: int) -> None:
    open_account(email="a@example.test", phone=phone, password=PASSWORD, by=None)
    client = logged_in("a@example.test")
    client.post(reverse("account_email"), {"action_remove": "", "email": "a@example.test"})
    assert EmailAddress.objects.count() == left


def test_accounts_without_an_address_are_no_duplicates() -> None:
    for _ in range(2):
        user = UserFactory()
        user.email = ""
        user.save(update_fields=["email"])
    assert User.objects.filter(email=None).count() == 2


def test_a_forgotten_password_is_replaced_by_a_code_to_the_address() -> None:
    user = open_account(email="a@example.test", password=PASSWORD, by=None)
    cache.clear()
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "a@example.test"})
    client.post(reverse("account_confirm_password_reset_code"), {"code": last_code()})
    new = {"password1": "xin-mima-2026-ok", "password2": "xin-mima-2026-ok"}
    client.post(reverse("account_complete_password_reset"), new)
    user.refresh_from_db()
    assert user.check_password("xin-mima-2026-ok")


def test_resetting_tells_nobody_who_has_an_account() -> None:
    open_account(email="a@example.test", password=PASSWORD, by=None)
    answers = []
    for address in ("a@example.test", "nobody@example.test"):
        cache.clear()
        response = Client().post(reverse("account_reset_password"), {"email": address})
        answers.append((response.status_code, response.url))  # type: ignore[attr-defined]
    assert answers[0] == answers[1]
    assert "没有可用的账号" in OutboxMessage.objects.latest("id").body
