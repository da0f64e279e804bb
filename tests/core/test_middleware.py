"""Personal pages aren't kept, staff without a second factor get no further, refusals are pages."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from skilleval.core import middleware
from skilleval.core.errors import Conflict, NotAllowed, Refused

REQUESTS = RequestFactory()


def ask(cookies=None, **headers):
    request = REQUESTS.get("/page/", headers=headers)
    request.COOKIES.update(cookies or {})
    return request


@pytest.mark.parametrize(
    ("asks", "answers", "kept"),
    [
        ({}, HttpResponse(), None),
        ({"sessionid": "x"}, HttpResponse(), "private, no-store"),
        ({"sessionid": "x"}, HttpResponse(headers={"Cache-Control": "no-cache"}), "no-cache"),
    ],
)
def test_pages_of_a_session_arent_kept(asks, answers, kept):
    response = middleware.NoStoreMiddleware(lambda request: answers)(ask(asks))
    assert response.get("Cache-Control") == kept


def test_nor_is_the_answer_that_begins_one():
    answer = HttpResponse()
    answer.set_cookie("sessionid", "x")
    assert middleware.NoStoreMiddleware(lambda request: answer)(ask())["Cache-Control"] == "private, no-store"


def staff(needs=True, signed_in=True):
    return SimpleNamespace(is_authenticated=signed_in, needs_second_factor=needs)


@pytest.mark.parametrize(
    ("user", "has_factor", "setting", "name", "stopped"),
    [
        (staff(), False, "on", "desk", True),
        (staff(), False, "on", None, True),
        (staff(), False, "on", "mfa_activate_totp", False),
        (staff(), False, "on", "account_logout", False),
        (staff(), False, "on", "mfa_deactivate_totp", True),
        (staff(), True, "on", "desk", False),
        (staff(), False, "off", "desk", False),
        (staff(needs=False), False, "on", "desk", False),
        (SimpleNamespace(is_authenticated=False), False, "on", "desk", False),
    ],
)
def test_staff_need_a_second_factor(settings, monkeypatch, user, has_factor, setting, name, stopped):
    settings.STAFF_MFA = setting
    monkeypatch.setattr("allauth.mfa.utils.is_mfa_enabled", lambda user: has_factor)
    monkeypatch.setattr(middleware, "redirect", lambda name: f"to {name}")
    request = ask()
    request.user, request.resolver_match = user, SimpleNamespace(url_name=name)
    answer = middleware.StaffMfaMiddleware(lambda request: HttpResponse()).process_view(request, None, (), {})
    assert answer == ("to mfa_activate_totp" if stopped else None)


@pytest.fixture
def shown(monkeypatch):
    """What the page is given, and its status."""

    def render(request, template, context, status):
        return SimpleNamespace(template=template, status=status, **context)

    monkeypatch.setattr(middleware, "render", render)
    return middleware.RefusedMiddleware(lambda request: HttpResponse()).process_exception


@pytest.mark.parametrize(("refusal", "status"), [(Refused("不行"), 400), (Conflict(), 409), (NotAllowed(), 403)])
def test_a_refusal_becomes_a_page(shown, refusal, status):
    answer = shown(ask(), refusal)
    assert (answer.template, answer.status, answer.refusal) == ("refused.html", status, refusal)


def test_an_error_stays_an_error(shown):
    assert shown(ask(), ZeroDivisionError()) is None
    assert shown(ask(), OperationalError("gone")) is None


@pytest.mark.django_db(transaction=True)
def test_a_lock_nobody_gave_becomes_a_conflict(shown):
    with pytest.raises(OperationalError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'lock' USING ERRCODE = '55P03'; END $$")
    answer = shown(ask(), error.value)
    assert (answer.status, "稍等" in answer.refusal.message) == (409, True)


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/mine/", "http://testserver/mine/"),
        ("https://evil.invalid/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_stays_in_the_portal(shown, came_from, back):
    assert shown(ask(referer=came_from), Conflict()).back == back
