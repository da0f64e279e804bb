"""The pages of taking over, as a manager and a supervisor use them; and what their people see afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate
from registration.enums import TakeOverKind
from registration.models import Application, TakeOver
from skilleval.accounts.enums import Role
from skilleval.accounts.models import User
from skilleval.core.jobs import drain
from tests import factories
from tests.factories import resident_number
from tests.journeys.takeover.makers import (
    banned,
    certificate,
    credit,
    loaded,
    manager,
    market,
    name_of,
    paid,
    rolled,
    sheet,
    uploaded,
)

pytestmark = pytest.mark.django_db
K = TakeOverKind
ADD = "admin:registration_takeover_add"
PAGE = "admin:registration_takeover_change"


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_upload_to_the_press() -> None:
    by = manager(market().provider)
    client = client_of(by)
    provider = by.provider_ids and next(iter(by.provider_ids))
    told = {"provider": provider, "kind": "credits", "upload": sheet(K.CREDITS, credit(1), credit(2, score="59"))}
    answer = client.post(reverse(ADD), told)
    made = TakeOver.objects.get()
    assert answer.headers["Location"] == reverse(PAGE, args=[made.pk])
    waiting = client.get(reverse(PAGE, args=[made.pk]))
    assert ("正在核对" in waiting.content.decode(), waiting.headers["Refresh"]) == (True, "3")
    drain()
    page = client.get(reverse(PAGE, args=[made.pk]))
    assert "可导入 1 行，平台已有 0 行，有问题 1 行" in page.content.decode()
    assert "Refresh" not in page.headers
    confirm = text(client, "admin:takeover_load_page", made.pk)
    assert "导入 1 行" in confirm
    assert "1 行有问题，不导入" in confirm
    client.post(reverse("admin:takeover_load_page", args=[made.pk]))
    drain()
    assert "已导入 1 行。1 行有问题，没有导入。" in text(client, PAGE, made.pk)
    again = client.post(reverse("admin:takeover_load_page", args=[made.pk]), follow=True)
    assert "该表格刚被导入或放弃" in again.content.decode()


def test_a_second_load_says_that_nothing_changes() -> None:
    by = manager(market().provider)
    loaded(K.CREDITS, credit(1), by=by)
    page = text(client_of(by), PAGE, uploaded(K.CREDITS, credit(1), by=by).pk)
    assert "表中的内容平台都有了，导入不会有任何变化" in page


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kind": "credits"}, "请选择填好的表格"),
        ({"upload": "file"}, "请选择表格里是哪一类业务"),
        ({"kind": "bans", "upload": "file"}, "请选择表格里是哪一类业务"),
    ],
)
def test_what_is_missing_is_said(told: dict[str, Any], words: str) -> None:
    by = manager(market().provider)
    body = {"provider": next(iter(by.provider_ids)), **told}
    if "upload" in body:
        body["upload"] = sheet(K.CREDITS, credit(1))
    answer = client_of(by).post(reverse(ADD), body)
    assert (answer.status_code, words in answer.content.decode()) == (400, True)


@pytest.mark.parametrize("kind", [kind for kind in TakeOverKind if kind != K.BANS])
def test_a_template_can_be_filled_in_and_comes_back_empty(kind: str) -> None:
    by = manager(market().provider)
    client, provider = client_of(by), next(iter(by.provider_ids))
    book = client.get(reverse("admin:takeover_template", args=[provider, kind])).content
    upload = SimpleUploadedFile("模板.xlsx", book)
    client.post(reverse(ADD), {"provider": provider, "kind": kind, "upload": upload})
    drain()
    made = TakeOver.objects.get()
    assert (made.state, made.problem) == ("refused", "表格中只有列名，没有内容；请填写后重新上传")


def test_staff_read_where_an_application_came_from() -> None:
    offering = market(threshold=30)
    loaded(K.APPLICATIONS, rolled(1), by=manager(offering.provider))
    application = Application.objects.get()
    page = text(client_of(factories.staff(offering.provider)), "admin:registration_application_change", application.pk)
    assert "历史业务导入：使用本平台以前已审核，材料由机构保存" in page
    assert "请按材料人工核对" not in page


def test_the_person_reads_it_too() -> None:
    offering = market(threshold=30)
    by = manager(offering.provider)
    loaded(K.APPLICATIONS, paid(1), by=by)
    loaded(K.CERTIFICATES, certificate(1, offering.provider, level="四级/中级工"), by=by)
    user = factories.UserFactory()
    application, held = Application.objects.get(), Certificate.objects.get()
    assert application.candidate.masked_id == f"310101********{resident_number(1)[-4:]}"
    application.candidate.user = user
    application.candidate.save()
    client = client_of(user)
    mine = text(client, "my_applications")
    assert ("历史业务导入" in mine, str(held.number) in mine) == (True, True)
    assert "历史业务导入" in text(client, "application_detail", application.uuid)
    paper = text(client, "certificate_page", held.uuid)
    assert ("请使用原纸质证书" in paper, name_of(1) in paper, "下载证书" in paper) == (True, True, False)
    refused = client.get(reverse("certificate_pdf", args=[held.uuid]))
    assert refused.status_code == 400


def test_supervisors_have_pages_of_their_own() -> None:
    user = User.objects.get(pk=factories.MembershipFactory(role=Role.SUPERVISOR).user.pk)
    client = client_of(user)
    answer = client.post(reverse("ban_loads"), {"upload": sheet(K.BANS, banned(1))})
    made = TakeOver.objects.get()
    assert answer.headers["Location"] == reverse("ban_load", args=[made.uuid])
    drain()
    assert "可导入 1 行" in text(client, "ban_load", made.uuid)
    assert "在全部评价机构生效" in text(client, "ban_load_confirm", made.uuid)
    assert "导入.xlsx" in text(client, "ban_loads")
    client.post(reverse("ban_load_discard", args=[made.uuid]))
    assert "已放弃，没有导入；上传的文件已删除。" in text(client, "ban_load", made.uuid)
