"""The certificates desk: queues, bulk confirmations, a certificate's page, 作废 and 换发 by two people."""

from __future__ import annotations

import io

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from certificates.enums import CertificateState
from certificates.models import Certificate, CertificateRequest, ResultHold
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.models import AuditEvent
from tests import factories
from tests.certificates.makers import PUBLISHED, certifier, drawn, issued, reviewed

pytestmark = pytest.mark.django_db
_S = CertificateState
LIST = "admin:certificates_certificate_changelist"
PAGE = "admin:certificates_certificate_change"


@pytest.fixture
def offering() -> Offering:
    made: Offering = factories.OfferingFactory()
    return made


@pytest.fixture
def by(offering: Offering) -> User:
    return certifier(offering.provider)


@pytest.fixture
def desk(by: User) -> Client:
    client = Client()
    client.force_login(by)
    return client


def act(desk: Client, action: str, *rows: Certificate, confirmed: bool = True, **more: str) -> object:
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return desk.post(reverse(LIST) + "?queue=everything", sent | ({"confirmed": "1"} if confirmed else {}))


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def test_each_queue_holds_its_state_and_counts(offering: Offering, by: User, desk: Client) -> None:
    drawn(offering)
    drawn(offering)
    reviewed(offering, by=by)
    issued(offering, by=by)
    page = desk.get(reverse(LIST)).content.decode()
    for word in ("待审定", "待发证", "有效", "作废、换发申请", "已作废", "已换发", "不予发证"):
        assert word in page
    counts = {
        queue: desk.get(reverse(LIST), {"queue": queue}).context["cl"].result_count
        for queue in ("drawn", "reviewed", "issued", "asked", "void", "everything")
    }
    assert counts == {"drawn": 2, "reviewed": 1, "issued": 1, "asked": 0, "void": 0, "everything": 4}


def test_review_says_first_what_will_happen_to_how_many(offering: Offering, by: User, desk: Client) -> None:
    rows = [drawn(offering), drawn(offering, photo=False), issued(offering, by=by), drawn(offering)]
    ResultHold.objects.create(application=rows[3].application, source="案件 1", placed_at=PUBLISHED)
    page = act(desk, "review_selected", *rows, confirmed=False).content.decode()  # type: ignore[attr-defined]
    for line in ("1 张转为“待发证”", "1 张缺证件照", "1 张因违纪违规案件未办结", "1 张不在这一步"):
        assert line in page
    assert not Certificate.objects.filter(state=_S.REVIEWED).exists()
    told = said(act(desk, "review_selected", *rows))
    assert "已审定 1 张" in told
    assert "缺证件照" in told
    assert [row.state for row in Certificate.objects.order_by("pk")] == [_S.REVIEWED, _S.DRAWN, _S.ISSUED, _S.DRAWN]


def test_issue_in_bulk_after_a_confirmation(offering: Offering, by: User, desk: Client) -> None:
    rows = [reviewed(offering, by=by, ticket=number) for number in (2, 1)]
    page = act(desk, "issue_selected", *rows, confirmed=False).content.decode()  # type: ignore[attr-defined]
    assert "2 张按准考证号顺序编号" in page
    assert "已编号发证 2 张" in said(act(desk, "issue_selected", *rows))
    numbers = [row.number[-6:] for row in Certificate.objects.order_by("pk")]  # type: ignore[index]
    assert numbers == ["000002", "000001"]
    assert "没有处理" in said(act(desk, "issue_selected", *rows))


def test_a_name_that_cannot_be_printed_is_shown_to_staff(offering: Offering, by: User, desk: Client) -> None:
    row = drawn(offering, candidate__name="张" + chr(0x2FFFD))
    assert "需造字" in desk.get(reverse(PAGE, args=[row.pk])).content.decode()
    assert "需造字" in said(act(desk, "review_selected", row))
    row.refresh_from_db()
    assert row.state == _S.REVIEWED


def test_a_selection_prints_as_one_file_and_is_recorded(offering: Offering, by: User, desk: Client) -> None:
    rows = [issued(offering, by=by, candidate__name=name) for name in ("样本甲", "样本乙")]
    response = act(desk, "print_selected", *rows)
    paper = PdfReader(io.BytesIO(response.content))  # type: ignore[attr-defined]
    assert len(paper.pages) == 2
    assert "样本甲" in paper.pages[0].extract_text()
    event = AuditEvent.objects.get(action="certificate.printed")
    assert event.details == {"purpose": "collection", "certificates": [row.pk for row in rows], "count": 2}


def test_what_is_not_in_force_is_not_printed(offering: Offering, by: User, desk: Client) -> None:
    rows = [issued(offering, by=by), reviewed(offering, by=by)]
    assert "不能打印" in said(act(desk, "print_selected", *rows))
    assert desk.post(reverse("admin:certificates_print_one", args=[rows[1].pk])).status_code == 302
    assert not AuditEvent.objects.filter(action="certificate.printed").exists()


def test_asked_by_one_done_by_another(offering: Offering, by: User, desk: Client) -> None:
    row = issued(offering, by=by)
    other = Client()
    other.force_login(certifier(offering.provider))
    ask, decide = (reverse(f"admin:certificates_{name}", args=[row.pk]) for name in ("ask_void", "decide"))
    assert "不能再打印" in desk.get(ask).content.decode()
    assert desk.post(ask, {"reason": ""}).status_code == 400
    assert desk.post(ask, {"reason": "发错人"}).status_code == 302
    own = desk.get(decide).content.decode()
    assert "须由另一位证书人员核准" in own
    assert "核准作废</button>" not in own
    assert desk.post(decide, {"decision": "carry_out"}).status_code == 400
    assert "发错人" in other.get(decide).content.decode()
    assert other.post(decide, {"decision": "refuse", "answer": ""}).status_code == 400
    assert other.post(decide, {"decision": "carry_out"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, CertificateRequest.objects.get().state) == (_S.VOID, "done")
    page = desk.get(reverse(PAGE, args=[row.pk])).content.decode()
    assert "发错人" in page
    assert "打印（PDF）" not in page


def test_alone_with_the_role_the_page_says_so(offering: Offering, by: User, desk: Client) -> None:
    row = issued(offering, by=by)
    address = reverse("admin:certificates_ask_replace", args=[row.pk])
    assert "只有一位证书人员" in desk.get(address).content.decode()
    certifier(offering.provider)
    assert "只有一位证书人员" not in desk.get(address).content.decode()


def test_the_whole_number_stands_on_paper_alone(offering: Offering, by: User, desk: Client) -> None:
    row = issued(offering, by=by)
    addresses = [reverse(PAGE, args=[row.pk]), reverse(LIST) + "?queue=issued"]
    assert all(row.id_cipher not in desk.get(address).content.decode() for address in addresses)


def test_sent_back_in_bulk_with_a_reason(offering: Offering, by: User, desk: Client) -> None:
    row = reviewed(offering, by=by)
    act(desk, "send_back_selected", row, reason="照片不清")
    row.refresh_from_db()
    assert (row.state, row.log.last().reason) == (_S.DRAWN, "照片不清")


def test_today_lists_what_waits(offering: Offering, by: User, desk: Client) -> None:
    drawn(offering)
    reviewed(offering, by=by)
    page = desk.get(reverse("admin:index")).content.decode()
    assert "张证书待审定" in page
    assert "张证书待发证" in page
