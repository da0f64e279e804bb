"""Keying in who came in person, as the desk's clerk does it in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registration.models import Application, Candidate
from skilleval.accounts.enums import Role
from skilleval.catalogue.models import Offering
from skilleval.core import clock
from skilleval.core.models import AuditEvent
from tests.factories import (
    CandidateRulesFactory,
    OfferingFactory,
    ProviderFactory,
    WindowFactory,
    publish_fees,
    staff,
)
from tests.journeys.applying.pages import NOON, PAPER, picture, text
from tests.journeys.desk import member, signed_in
from tests.registration.conditions import PAPER as MEMBER_PAPER, asks
from tests.registration.test_walk_ins import SOMEBODY, of_account

pytestmark = pytest.mark.django_db

LIST = "/admin/registration/walkin/"
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def offering() -> Offering:
    CandidateRulesFactory()
    offering = OfferingFactory()
    WindowFactory(provider=offering.provider)
    publish_fees(offering)
    return offering


@pytest.fixture
def client(offering: Offering) -> Client:
    return member(offering.provider)


def sent(offering: Offering, **changed: str) -> dict[str, Any]:
    facts = {"name": SOMEBODY.name, "id_type": "resident", "id_number": SOMEBODY.id_number, "phone": "13900001234"}
    return {"offering": offering.pk, **facts, "schooling": "senior_middle"} | changed


def begin(client: Client, offering: Offering) -> Application:
    client.post(ADD, sent(offering))
    return Application.objects.latest("pk")


def step(name: str, application: Application, *more: Any) -> str:
    return reverse(f"admin:desk_walk_in_{name}", args=[application.pk, *more])


def hub(application: Application) -> str:
    return reverse("admin:registration_walkin_change", args=[application.pk])


def fill(client: Client, application: Application) -> None:
    code = application.offering.work_type.occupation.code
    client.post(step("photo", application), {"upload": picture()})
    work = {"employer": "测试单位", "code": code, "started_on": "2015-07-01"}
    client.post(step("row_add", application, "work"), work)
    client.post(step("clause", application), {"clause": "4.1"})
    client.post(step("papers", application), {"paper-1": picture(), "other_title": "其他材料"})
    client.post(step("rules", application), {"signed": "on"})


def test_somebody_without_account_ends_in_review(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    assert "草稿" in text(client.get(hub(application)))
    fill(client, application)
    assert [row.title for row in application.evidence.all()] == [PAPER]
    form = client.get(step("form", application))
    assert form["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(action="application.form_printed").count() == 1
    done = client.post(step("submit", application), {"original": "on"})
    assert done["Location"] == reverse("admin:registration_application_change", args=[application.pk])
    kept = Application.objects.get()
    assert (kept.state, kept.original_received_on, kept.candidate.user) == ("review", NOON.date(), None)
    assert client.get(hub(application))["Location"] == done["Location"]
    assert client.post(step("submit", application)).status_code == 409


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "样本1"}, "姓名"),
        ({"id_number": "310101198808080019"}, "校验"),
        ({"phone": "12345"}, "手机"),
        ({"offering": ""}, "请选择评价项目"),
    ],
)
def test_nothing_that_was_typed_is_lost_on_an_error(
    client: Client, offering: Offering, changed: dict[str, str], words: str
) -> None:
    typed_in = sent(offering) | {"employer": "测试单位"} | changed
    answer = client.post(ADD, typed_in)
    assert answer.status_code == 400
    shown = text(answer)
    assert words in shown
    for name in ("name", "employer", "id_number"):
        assert f'value="{typed_in[name]}"' in shown
    assert not Candidate.objects.exists()


def test_who_is_barred_is_told_why_and_the_input_stays(client: Client, offering: Offering) -> None:
    offering.provider.accepts_individual = False
    offering.provider.save()
    answer = client.post(ADD, sent(offering))
    assert "只受理团体申报" in text(answer)
    assert SOMEBODY.name in text(answer)
    assert not Application.objects.exists()


def test_a_name_that_differs_from_the_record_is_told_at_the_field(client: Client, offering: Offering) -> None:
    of_account(name="样本乙")
    shown = text(client.post(ADD, sent(offering)))
    assert "登记的姓名与录入的不一致" in shown
    assert "样本乙" not in shown


def test_oneself_is_refused_with_the_input_kept(offering: Offering) -> None:
    clerk = staff(offering.provider)
    of_account(user=clerk)
    answer = signed_in(clerk).post(ADD, sent(offering))
    assert answer.status_code == 403
    assert "不能为本人录入" in text(answer)
    assert SOMEBODY.name in text(answer)


def test_what_came_to_be_one_s_own_is_shown_and_not_gone_on_with(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    clerk = staff(offering.provider)
    Candidate.objects.update(user=clerk)
    own = signed_in(clerk)
    assert "这是您本人的申报" in text(own.get(hub(application)))
    assert own.get(step("photo", application)).status_code == 403


def test_a_refused_scan_costs_the_others_nothing(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    code = offering.work_type.occupation.code
    client.post(
        step("row_add", application, "work"), {"employer": "测试单位", "code": code, "started_on": "2015-07-01"}
    )
    client.post(step("clause", application), {"clause": "4.1"})
    wrong = SimpleUploadedFile("x.exe", b"MZ")
    answer = client.post(step("papers", application), {"paper-1": picture(), "other": wrong, "other_title": "身份证"})
    assert answer.status_code == 400
    assert [row.title for row in application.evidence.all()] == [PAPER]
    paper = application.evidence.get()
    assert b"".join(client.get(step("paper", application, paper.pk)))  # type: ignore[arg-type]
    client.post(step("papers", application), {"remove": str(paper.pk)})
    assert not application.evidence.exists()


def test_a_wrong_row_keeps_what_was_typed_and_a_right_one_can_go(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    add = step("row_add", application, "work")
    answer = client.post(add, {"employer": "测试单位甲", "code": "4-04-05-05", "started_on": "2099-07-01"})
    assert answer.status_code == 400
    assert "测试单位甲" in text(answer)
    client.post(add, {"employer": "测试单位甲", "code": "4-04-05-05", "started_on": "2015-07-01"})
    row = application.candidate.workperiod_rows.get()
    client.post(step("row", application, "work", row.pk), {"remove": "1"})
    assert not application.candidate.workperiod_rows.exists()
    assert client.get(step("row_add", application, "nothing")).status_code == 404


def test_a_clause_that_isn_t_met_is_told_with_what_is_missing(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    shown = text(client.get(step("clause", application)))
    assert "还不符合任何一条" in shown
    assert "尚未符合的条件" in shown
    client.post(step("submit", application))
    assert Application.objects.get().state == "draft"


def test_conditions_are_confirmed_and_scanned(client: Client, offering: Offering) -> None:
    asked = asks(offering, paper=MEMBER_PAPER)
    application = begin(client, offering)
    fill(client, application)
    assert "附加条件" in text(client.get(hub(application)))
    assert "附加条件" in text(client.post(step("submit", application)))
    client.post(step("conditions", application), {f"ok-{asked.pk}": "on", f"file-{asked.pk}": picture()})
    client.post(step("submit", application))
    assert Application.objects.get().conditions[str(asked.pk)]["paper"] == MEMBER_PAPER


def test_a_draft_is_given_up(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    assert application.number in text(client.get(LIST))
    client.post(step("discard", application))
    assert Application.objects.get().state == "cancelled"
    assert client.get(hub(application)).status_code == 200


def test_other_roles_and_other_providers_have_no_such_pages(client: Client, offering: Offering) -> None:
    application = begin(client, offering)
    clerk = member(offering.provider, Role.FINANCE)
    assert [clerk.get(address).status_code for address in (LIST, ADD)] == [403, 403]
    stranger = member(ProviderFactory())
    assert stranger.get(hub(application)).status_code == 404
    assert stranger.post(step("photo", application), {"upload": picture()}).status_code == 404
    assert str(offering) not in text(stranger.get(ADD))
