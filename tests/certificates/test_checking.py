"""The public check: number and name both right, or one and the same answer (SPEC 9.5)."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import checking
from certificates.enums import RequestKind
from certificates.models import Certificate
from certificates.services.requests import ask, carry_out
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core import shell
from tests import factories
from tests.certificates.makers import certifier, drawn, issued, reviewed

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')
NAME = "阿依古丽·买买提"
DAY = factories.at(2026, 5, 6)


@pytest.fixture(autouse=True)
def _counts_anew() -> None:
    cache.clear()
    shell.forget()


@pytest.fixture
def offering() -> Offering:
    work_type = factories.WorkTypeFactory(name="数据标注员", occupation__name="人工智能训练师")
    made: Offering = factories.OfferingFactory(work_type=work_type)
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


@pytest.fixture
def certificate(offering: Offering, by: User) -> Certificate:
    return issued(offering, by=by, candidate__name=NAME)


def answer(number: str, name: str, *, htmx: bool = False, client: Client | None = None) -> str:
    headers = {"HX-Request": "true"} if htmx else {}
    sent = {"number": number, "name": name}
    return (client or Client()).post(reverse("certificate_check"), sent, headers=headers).content.decode()


def test_both_right_shows_what_is_printed_and_no_more(certificate: Certificate) -> None:
    page = answer(str(certificate.number), NAME)
    provider = certificate.provider
    for word in (certificate.number, NAME, certificate.masked_id, "人工智能训练师", "数据标注员", "四级/中级工"):
        assert str(word) in page
    for word in (provider.name, provider.filing_number, "2026年4月28日", "有效"):
        assert word in page
    assert certificate.id_cipher not in page
    assert "data:image" not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_each_state_says_so_with_its_date(offering: Offering, by: User, htmx: bool) -> None:
    other = certifier(offering.provider)
    rows = [issued(offering, by=by, candidate__name=NAME) for _ in range(3)]
    for row, kind in zip(rows[1:], (RequestKind.VOID, RequestKind.REPLACE), strict=True):
        carry_out(ask(row, kind=kind, reason="测试", by=by, at=DAY), by=other, at=DAY)
    pages = [answer(str(row.number), NAME, htmx=htmx) for row in rows]
    assert "该证书有效" in pages[0]
    assert "该证书已于2026年5月6日（周三）作废" in pages[1]
    assert "该证书已于2026年5月6日（周三）换发" in pages[2]
    assert "测试" not in "".join(pages).replace("测试评价机构", "")  # reasons are nobody else's business


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (" {number} ", f"　{NAME} "),
        ("{lower}", "阿依古丽 · 买买提"),
        ("{wide}", "阿依古丽•买买提"),
        ("{spaced}", "阿依古丽・买买提"),
    ],
)
def test_typed_loosely_it_is_found(certificate: Certificate, number: str, name: str) -> None:
    right = str(certificate.number)
    typed = number.format(
        number=right,
        lower=right.lower(),
        wide="".join(chr(ord(sign) + 0xFEE0) for sign in right),
        spaced=" ".join(right[start : start + 4] for start in range(0, 22, 4)),
    )
    assert "该证书有效" in answer(typed, name)


def test_a_latin_name_in_small_letters_and_a_rare_one(offering: Offering, by: User) -> None:
    latin = issued(offering, by=by, candidate__name="Maria García")
    rare = issued(offering, by=by, candidate__name="𠮷䶮㛃")
    assert "该证书有效" in answer(str(latin.number), "MARIA garcía")
    assert "该证书有效" in answer(str(rare.number), "𠮷䶮㛃")


def test_every_failure_is_the_same_answer_but_for_the_token(
    certificate: Certificate, offering: Offering, by: User
) -> None:
    namesake = issued(offering, by=by, candidate__name=NAME)
    other = issued(offering, by=by, candidate__name="别人甲")
    unnumbered = reviewed(offering, by=by, candidate__name=NAME)
    drawn(offering, candidate__name=NAME)
    right = str(certificate.number)
    tries = [
        (right, "别人甲"),  # a name that is somebody else's
        (str(other.number), NAME),  # a number that is somebody else's
        (right[:-1] + "9", NAME),  # one digit wrong
        (right, NAME[:-1]),
        (right, ""),
        ("", NAME),
        ("", ""),
        ("None", NAME),
        (str(unnumbered.pk), NAME),
        (right + "x" * 200, NAME),
        (right, NAME * 100),
        (right + "\0", NAME),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("%", "%"),
        ("<script>alert(1)</script>", "{{ 7|add:7 }}"),
    ]
    for htmx in (False, True):
        cache.clear()
        answers = {TOKEN.sub(r"\1", answer(number, name, htmx=htmx)) for number, name in tries}
        assert len(answers) == 1
        assert "未查到" in answers.pop()
    cache.clear()
    assert "该证书有效" in answer(str(namesake.number), NAME)


def test_a_failure_asks_the_database_as_often_whatever_is_wrong(certificate: Certificate) -> None:
    counts = set()
    for number, name in ((str(certificate.number), "别人"), ("S000000000000264000001", NAME)):
        with CaptureQueriesContext(connection) as asked:
            answer(number, name)
        counts.add(len(asked))
    assert counts == {1}


def test_the_form_is_filled_from_the_code_and_never_indexed_nor_kept(certificate: Certificate) -> None:
    response = Client().get(reverse("certificate_check"), {"number": str(certificate.number).lower()})
    page = response.content.decode()
    assert f'value="{certificate.number}"' in page
    assert NAME not in page
    posted = Client().post(reverse("certificate_check"), {"number": "1", "name": "2"})
    for one in (response, posted):
        assert "noindex" in one["X-Robots-Tag"]
        assert "no-store" in one["Cache-Control"]


def test_what_is_in_the_address_is_escaped_and_looks_nothing_up(certificate: Certificate) -> None:
    hostile = {"number": '"><script>alert(1)</script>', "name": NAME}
    with CaptureQueriesContext(connection) as asked:
        page = Client().get(reverse("certificate_check"), hostile).content.decode()
    assert "<SCRIPT>" not in page.upper().replace("<SCRIPT SRC", "")
    assert len(asked) == 0


def test_too_many_from_one_address_have_to_wait(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_A_MINUTE", 3)
    monkeypatch.setattr("skilleval.core.throttling.time.time", lambda: 1_000_000.0)
    address, right = reverse("certificate_check"), {"number": certificate.number, "name": NAME}
    client = Client()
    assert [client.post(address, right).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    page = client.post(address, right).content.decode()
    assert "查验次数过多" in page
    assert certificate.masked_id not in page
    in_place = client.post(address, right, headers={"HX-Request": "true"})
    assert (in_place.status_code, "查验次数过多" in in_place.content.decode()) == (200, True)
    assert Client(REMOTE_ADDR="10.0.0.9").post(address, right).status_code == 200
    assert client.get(address).status_code == 200
    monkeypatch.setattr("skilleval.core.throttling.time.time", lambda: 1_000_060.0)
    assert client.post(address, right).status_code == 200


def test_kept_as_bytes_it_is_filled_for_each(certificate: Certificate, settings: LazySettings) -> None:
    settings.PAGES_KEPT_SECONDS, settings.DEMO = 600, False
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    address = reverse("certificate_check")
    pages = [
        client.get(address, {"number": str(number)}).content.decode() for number, client in ((1, first), (2, second))
    ]
    assert ['value="1"' in pages[0], 'value="2"' in pages[1]] == [True, True]
    tokens = [re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page) for page in pages]
    assert tokens[0]
    assert tokens[1]
    assert tokens[0][1] != tokens[1][1]
    right = {"number": certificate.number, "name": NAME}
    assert "该证书有效" in second.post(address, right | {"csrfmiddlewaretoken": tokens[1][1]}).content.decode()
    assert first.post(address, right).status_code == 403
    person = Client()
    person.force_login(factories.UserFactory())
    assert "我的申报" in person.post(address, right).content.decode()
    assert "我的申报" not in Client().post(address, right).content.decode()
