"""Signing up and in, as a browser does it; what is sent is read from the outbox, as in the demo's mailbox."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from skilleval.accounts.models import User
from skilleval.accounts.services import open_account, set_phone
from skilleval.core.enums import Channel
from skilleval.core.errors import Refused
from skilleval.core.models import AuditEvent, OutboxMessage
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "baoming-mima-2026"
PHONE = "+8613800001234"
EMAIL = "xinren@example.test"


@pytest.fixture(autouse=True)
def no_limits_left_over() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, contact: str, **changes: str) -> object:
    data = {"contact": contact, "password1": PASSWORD, "password2": PASSWORD, "consent": "on"} | changes
    return client.post(reverse("account_signup"), data)


def last_message(address: str) -> OutboxMessage:
    return next(message for message in OutboxMessage.objects.order_by("-id") if message.address == address)


def code_to(address: str) -> str:
    found = re.search(r"\b\d{6}\b", last_message(address).body)
    assert found, "no code in the message"
    return found.group()


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["13800001234", "138 0000 1234", "+86 138-0000-1234", "１３８００００１２３４"])
def test_by_telephone(client: Client, typed: str) -> None:
    response = sign_up(client, typed)
    assert response.url == reverse("account_verify_phone")  # type: ignore[attr-defined]
    assert not is_in(client)
    assert last_message(PHONE).channel == Channel.SMS
    client.post(reverse("account_verify_phone"), {"code": code_to(PHONE)})
    assert is_in(client)
    user = User.objects.by_phone(PHONE).get()
    assert (user.phone_verified, user.email) == (True, None)
    assert AuditEvent.objects.get(action="account.consented").object_id == str(user.pk)


def test_by_email(client: Client) -> None:
    response = sign_up(client, "XinRen@Example.test")
    assert response.url == reverse("account_email_verification_sent")  # type: ignore[attr-defined]
    message = last_message(EMAIL)
    assert (message.channel, EMAIL in message.subject) == (Channel.EMAIL, False)
    client.post(reverse("account_email_verification_sent"), {"code": code_to(EMAIL)})
    assert is_in(client)
    assert User.objects.get().email == EMAIL


@pytest.mark.parametrize(
    ("contact", "changes", "words"),
    [
        ("", {}, "请填写手机号码或电子邮箱"),
        ("1234", {}, "手机号码不正确"),
        ("021-62125790", {}, "手机号码不正确"),
        ("nobody@", {}, "电子邮箱格式不正确"),
        (EMAIL, {"password1": "kurz", "password2": "kurz"}, "10"),
        (EMAIL, {"password1": "1234567890", "password2": "1234567890"}, "数字"),
        (EMAIL, {"password2": "another-one-2026"}, "相同"),
        (EMAIL, {"consent": ""}, "须同意后才能注册"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    client: Client, contact: str, changes: dict[str, str], words: str
) -> None:
    response = sign_up(client, contact, **changes)
    page = response.content.decode()  # type: ignore[attr-defined]
    assert words in page
    assert contact in page
    assert PASSWORD not in page
    assert not User.objects.exists()


@pytest.mark.parametrize(("contact", "address"), [("13800001234", PHONE), (EMAIL, EMAIL)])
def test_signing_up_tells_nobody_who_has_an_account(client: Client, contact: str, address: str) -> None:
    """The same answer as for a new one; only whoever reads the messages learns more."""
    fresh = sign_up(client, "13900009999" if contact != EMAIL else "other@example.test")
    open_account(
        email=EMAIL if contact == EMAIL else "", phone=PHONE if contact != EMAIL else "", password=PASSWORD, by=None
    )
    taken = sign_up(Client(), contact)
    assert (fresh.status_code, fresh.url) == (taken.status_code, taken.url)  # type: ignore[attr-defined]
    assert "已有账号" in last_message(address).body
    assert User.objects.count() == 2


@pytest.mark.parametrize("contact", ["13800001234", EMAIL])
def test_logging_in_by_password(client: Client, contact: str) -> None:
    open_account(email=EMAIL, phone=PHONE, password=PASSWORD, by=None)
    client.post(reverse("account_login"), {"login": contact, "password": PASSWORD})
    assert is_in(client)


@pytest.mark.parametrize("contact", ["13800001234", EMAIL, "13900000000", "nobody@example.test"])
def test_a_wrong_password_and_no_account_sound_the_same(client: Client, contact: str) -> None:
    open_account(email=EMAIL, phone=PHONE, password=PASSWORD, by=None)
    page = client.post(reverse("account_login"), {"login": contact, "password": "wrong-wrong-wrong"}).content.decode()
    assert "账号或密码不正确" in page
    assert not is_in(client)


def test_each_telephone_has_tries_of_its_own() -> None:
    """Five failures shut one account's log-in, not everybody's who logs in by telephone."""
    open_account(phone=PHONE, password=PASSWORD, by=None)
    for _ in range(6):
        page = Client().post(reverse("account_login"), {"login": "13900000000", "password": "wrong-wrong-wrong"})
    assert "尝试次数过多" in page.content.decode()
    client = Client()
    client.post(reverse("account_login"), {"login": "13800001234", "password": PASSWORD})
    assert is_in(client)


@pytest.mark.parametrize(("contact", "address"), [("13800001234", PHONE), (EMAIL, EMAIL)])
def test_logging_in_by_code(client: Client, contact: str, address: str) -> None:
    open_account(email=EMAIL, phone=PHONE, password=PASSWORD, by=None)
    client.post(reverse("account_request_login_code"), {"contact": contact})
    client.post(reverse("account_confirm_login_code"), {"code": code_to(address)})
    assert is_in(client)


def test_after_a_code_a_forgotten_password_can_be_replaced(client: Client) -> None:
    user = open_account(phone=PHONE, password=PASSWORD, by=None)
    client.post(reverse("account_request_login_code"), {"contact": "13800001234"})
    client.post(reverse("account_confirm_login_code"), {"code": code_to(PHONE)})
    new = {"password1": "xin-mima-2026-ok", "password2": "xin-mima-2026-ok"}
    client.post(reverse("account_change_password"), new)
    user.refresh_from_db()
    assert user.check_password("xin-mima-2026-ok")
    other = Client()
    other.post(reverse("account_login"), {"login": "13800001234", "password": "xin-mima-2026-ok"})
    page = other.post(reverse("account_change_password"), new).content.decode()
    assert "请填写当前密码" in page or "必填" in page  # who came by password has to give it


def test_codes_go_to_proven_contacts_only(client: Client) -> None:
    sign_up(Client(), EMAIL)  # never confirmed: perhaps somebody else's address
    client.post(reverse("account_request_login_code"), {"contact": EMAIL})
    assert "没有可用的账号" in last_message(EMAIL).body
    client.post(reverse("account_confirm_login_code"), {"code": "000000"})
    assert not is_in(client)


def test_a_wrong_code_is_told(client: Client) -> None:
    sign_up(client, "13800001234")
    wrong = "000000" if code_to(PHONE) != "000000" else "111111"
    page = client.post(reverse("account_verify_phone"), {"code": wrong}).content.decode()
    assert "验证码不正确" in page
    assert not is_in(client)


def test_a_number_left_unverified_is_nobodys(client: Client) -> None:
    """Whoever typed somebody else's number keeps it from nobody: the one who reads its texts gets it."""
    sign_up(Client(), "13800001234")
    cache.clear()
    sign_up(client, "13800001234", password1="der-eigentuemer-26", password2="der-eigentuemer-26")
    client.post(reverse("account_verify_phone"), {"code": code_to(PHONE)})
    assert is_in(client)
    owner = User.objects.by_phone(PHONE).get()
    assert owner.check_password("der-eigentuemer-26")
    assert User.objects.exclude(pk=owner.pk).get().phone == ""


def test_a_verified_number_stays_with_its_account() -> None:
    open_account(phone=PHONE, password=PASSWORD, by=None)
    with pytest.raises(Refused):
        set_phone(UserFactory(), phone=PHONE, verified=True)
    with pytest.raises(Refused):
        open_account(phone="13800001234", password=PASSWORD, by=None)


def test_the_telephone_is_stored_sealed(client: Client) -> None:
    sign_up(client, "13800001234")
    sealed = bytes(User.objects.values_list("phone_cipher", flat=True).get())
    assert b"13800001234" not in sealed


def test_no_page_of_the_journey_shows_the_whole_telephone(client: Client) -> None:
    sign_up(client, "13800001234")
    page = client.get(reverse("account_verify_phone")).content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page


def test_after_logging_in_candidates_and_staff_part() -> None:
    from tests.factories import MembershipFactory, ProviderFactory

    candidate, clerk = UserFactory(), UserFactory()
    MembershipFactory(user=clerk, provider=ProviderFactory())
    for user, there in ((candidate, "my_applications"), (clerk, "admin:index")):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("after_login")).url == reverse(there)  # type: ignore[attr-defined]


def test_nobody_is_led_away_after_logging_in(client: Client) -> None:
    open_account(phone=PHONE, password=PASSWORD, by=None)
    data = {"login": "13800001234", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), data).url == reverse("after_login")  # type: ignore[attr-defined]
