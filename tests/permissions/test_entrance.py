"""The entrance tells nobody who has an account, and leads nobody away."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from skilleval.accounts.models import User
from tests.permissions.asking import Asker
from tests.permissions.world import PASSWORD, World

pytestmark = pytest.mark.django_db

UNKNOWN = {"email": "nobody@example.test", "phone": "13799999999"}
#: One form after the other, as somebody would go through them who has no message to read a code from.
WAYS = {
    "log in": [("account_login", {"login": "{contact}", "password": "wrong-wrong-wrong"})],
    "log in until it is shut": [("account_login", {"login": "{contact}", "password": "wrong-wrong-wrong"})] * 7,
    "sign up": [
        (
            "account_signup",
            {"contact": "{contact}", "password1": "a-new-one-2026", "password2": "a-new-one-2026", "consent": "on"},
        ),
        ("{next}", {"code": "000000"}),
    ],
    "log in by code": [
        ("account_request_login_code", {"contact": "{contact}"}),
        ("{next}", {"code": "000000"}),
        ("{next}", {"code": "000000"}),
    ],
    "recover": [
        ("account_reset_password", {"email": "{contact}", "contact": "{contact}"}),
        ("{next}", {"code": "000000"}),
    ],
}
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
)


def trace(way: str, contact: str) -> list[tuple[int, str, str]]:
    """The answers on a way: status, where it leads, and the page without what was typed and what is made anew."""
    client, answers, onward = Client(), [], ""
    cache.clear()
    for name, data in WAYS[way]:
        address = onward if name == "{next}" else reverse(name)
        if not address:
            break
        sent = {field: value.format(contact=contact) for field, value in data.items()}
        answer: Any = client.post(address, sent)
        onward = answer.headers.get("Location", address)
        answers.append((answer.status_code, answer.headers.get("Location", ""), _plain(answer, contact)))
        if answer.status_code == 302:
            answers.append((200, "", _plain(client.get(onward, follow=True), contact)))
    return answers


def _plain(answer: Any, contact: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    masked = f"{contact[:3]}****{contact[-4:]}"
    return page.replace(contact, "CONTACT").replace(masked, "CONTACT")


@pytest.mark.parametrize("kind", ["email", "phone"])
@pytest.mark.parametrize("way", WAYS)
def test_the_known_and_the_unknown_get_the_same_answers(world: World, way: str, kind: str) -> None:
    owner = world.actors["owner"]
    assert owner is not None
    known = owner.email if kind == "email" else owner.phone.removeprefix("+86")
    assert trace(way, str(known)) == trace(way, UNKNOWN[kind])


@pytest.mark.parametrize(("name", "field"), [("account_email", "email"), ("account_change_phone", "phone")])
def test_whoever_is_in_learns_nothing_of_others_either(world: World, name: str, field: str) -> None:
    """Adding a contact that is somebody else's, and one that is nobody's."""
    owner, stranger = world.actors["owner"], world.actors["stranger"]
    assert owner is not None
    assert stranger is not None
    theirs = str(stranger.email) if field == "email" else stranger.phone.removeprefix("+86")
    answers = []
    for contact in (theirs, UNKNOWN[field]):
        cache.clear()
        client = Client()
        client.post(reverse("account_login"), {"login": str(owner.email), "password": PASSWORD})
        asked = client.post(reverse(name), {"action_add": "", field: contact})
        answers.append((asked.status_code, asked["Location"], _plain(client.get(asked["Location"]), contact)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_an_account_that_is_shut_sounds_like_a_wrong_password(world: World, kind: str) -> None:
    owner = world.actors["owner"]
    assert owner is not None
    User.objects.filter(pk=owner.pk).update(is_active=False)
    contact = str(owner.email) if kind == "email" else owner.phone.removeprefix("+86")
    assert trace("log in", contact) == trace("log in", UNKNOWN[kind])


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_logging_in_and_out_lead_nowhere_else(world: World, elsewhere: str) -> None:
    owner = world.actors["owner"]
    assert owner is not None
    cache.clear()
    client = Client()
    credentials = {"login": str(owner.email), "password": PASSWORD, "next": elsewhere}
    for answer in (
        client.post(reverse("account_login"), credentials),
        client.get(reverse("account_login"), {"next": elsewhere}),
        client.get(reverse("admin:login"), {"next": elsewhere}),
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": elsewhere}),
        client.post(reverse("account_logout"), {"next": elsewhere}),
    ):
        _stays(answer)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_forms_that_lead_on_lead_nowhere_else(world: World, elsewhere: str) -> None:
    owner, work = world.actors["owner"], world.things["work"]
    assert owner is not None
    client = Client()
    client.force_login(owner)
    fields = {"employer": "单位", "code": work.code, "started_on": "2015-07-01", "next": elsewhere}
    saved = client.post(reverse("profile_row_add", args=["work"]), fields)
    assert saved.status_code == 302
    _stays(saved)
    page = client.get(reverse("profile"), {"next": elsewhere}).content.decode()
    assert f'href="{elsewhere}' not in page
    with override_settings(DEMO=True):
        _stays(client.post(reverse("demo_clock"), {"date": "", "next": elsewhere}))


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_refusal_links_back_to_the_portal_only(ask: Asker, world: World, elsewhere: str) -> None:
    scheduler = world.actors["own scheduling"]
    assert scheduler is not None
    client = Client(headers={"referer": elsewhere})
    client.force_login(scheduler)
    order = reverse("admin:fees_order_change", args=[world.things["order"].pk])
    refused = client.post(order, {})
    assert refused.status_code == 403
    assert "evil.example" not in refused.content.decode()
    assert "javascript:" not in refused.content.decode()


def _stays(answer: Any) -> None:
    """Wherever the answer leads, it is in the portal, as a browser reads it."""
    target = answer.headers.get("Location", "/").replace("\\", "/")
    assert urlsplit(target).netloc in ("", "testserver"), target
    assert urlsplit(target).scheme in ("", "http"), target
    assert not target.startswith("//"), target
