"""The administrator's side: what awaits approval, the licence beside what is stated, and each decision's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from skilleval.accounts.institutions import correct, mark_of, refuse
from skilleval.accounts.models import Institution, Invitation, User
from skilleval.core.models import AuditEvent
from skilleval.journeys.desk.today import tasks_of
from tests.accounts.applying import NOW, STATED, administrator, apply, officer, refused
from tests.factories import InstitutionFactory, ProviderFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _surroundings(settings: LazySettings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOW)


@pytest.fixture
def admin() -> User:
    return administrator(name="管理员甲")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def page_of(institution: Institution) -> str:
    return reverse("admin:accounts_institution_change", args=[institution.pk])


def step(verb: str, institution: Institution) -> str:
    return reverse(f"admin:institution_{verb}", args=[institution.pk])


def test_the_list_opens_on_what_awaits_approval(admin: User) -> None:
    apply(UserFactory())
    InstitutionFactory(name="已核准的学校")
    page = text(browser(admin).get(reverse("admin:accounts_institution_changelist")))
    assert STATED.name in page
    assert "已核准的学校" not in page


def test_the_licence_stands_beside_what_is_stated(admin: User) -> None:
    made = apply(UserFactory(name="申请人乙"))
    client = browser(admin)
    page = text(client.get(page_of(made)))
    for shown in (
        STATED.credit_code,
        "申请人乙",
        "138****9001",
        reverse("admin:institution_licence", args=[made.pk, 1]),
    ):
        assert shown in page
    assert "13800009001" not in page
    picture = client.get(reverse("admin:institution_licence", args=[made.pk, 1]))
    assert (picture.headers["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    assert client.get(reverse("admin:institution_licence", args=[made.pk + 99, 1])).status_code == 404


def test_an_application_is_approved_after_a_page_that_says_what_follows(admin: User) -> None:
    user = UserFactory()
    made, client = apply(user), browser(admin)
    assert "首位经办人" in text(client.get(step("approve", made)))
    assert Institution.objects.get().state == "applied"
    sent = client.post(step("approve", made), {"seen": mark_of(made)})
    assert sent.headers["Location"] == page_of(made)
    assert Institution.objects.get().state == "approved"
    assert made.memberships.get().user == user
    again = client.post(step("approve", made), {"seen": mark_of(made)})
    assert again.status_code == 409


def test_what_was_read_before_it_was_corrected_is_not_approved(admin: User) -> None:
    user = UserFactory()
    made = apply(user)
    client = browser(admin)
    read = client.get(step("approve", made)).context["seen"]
    other = administrator()
    found = refuse(made, reason="不清晰", seen=mark_of(made), by=other, at=NOW)

    correct(found, stated=STATED, by=user, at=NOW + timedelta(minutes=5))
    sent = client.post(step("approve", made), {"seen": read})
    assert sent.status_code == 400
    assert "请刷新后再看" in text(sent)
    assert Institution.objects.get().state == "applied"


def test_a_refusal_asks_for_its_reason(admin: User) -> None:
    made, client = apply(UserFactory()), browser(admin)
    assert client.post(step("refuse", made), {"seen": mark_of(made), "reason": " "}).status_code == 400
    client.post(step("refuse", made), {"seen": mark_of(made), "reason": "名称与证照不一致"})
    found = Institution.objects.get()
    assert (found.state, found.state_reason) == ("refused", "名称与证照不一致")
    assert "名称与证照不一致" in text(client.get(page_of(made)))


def test_ones_own_application_is_only_looked_at(admin: User) -> None:
    made, client = apply(admin), browser(admin)
    page = text(client.get(page_of(made)))
    assert "须由另一位平台管理员核准" in page
    assert step("approve", made) not in page
    assert "不能核准自己提交的" in text(client.post(step("approve", made), {"seen": mark_of(made)}))
    assert Institution.objects.get().state == "applied"


def test_suspending_and_reinstating(admin: User) -> None:
    made = InstitutionFactory()
    officer(made)
    client = browser(admin)
    client.post(step("suspend", made), {"reason": "证照过期"})
    assert Institution.objects.get().state == "suspended"
    assert client.get(step("suspend", made)).status_code == 409
    client.post(step("reinstate", made))
    assert Institution.objects.get().state == "approved"


def test_an_officer_is_invited_where_none_is_left(admin: User) -> None:
    made, client = InstitutionFactory(), browser(admin)
    assert client.post(step("invite", made), {"contact": "nonsense"}).status_code == 400
    client.post(step("invite", made), {"contact": "new@example.test"})
    invitation = Invitation.objects.get()
    assert (invitation.address, invitation.invited_by_id) == ("new@example.test", admin.pk)
    page = text(client.get(page_of(made)))
    assert "n***@example.test" in page
    assert "new@example.test" not in page


def test_a_whole_telephone_is_shown_for_a_reason_and_on_record(admin: User) -> None:
    made, client = apply(UserFactory()), browser(admin)
    asked = client.post(step("phone", made), {"purpose": ""})
    assert "13800009001" not in text(asked)
    assert "13800009001" in text(client.post(step("phone", made), {"purpose": "核对经办人"}))
    event = AuditEvent.objects.get(action="institution.phone_seen")
    assert (event.actor_id, event.details) == (admin.pk, {"purpose": "核对经办人"})


def test_a_provider_s_staff_have_no_business_there() -> None:
    made = apply(UserFactory())
    client = browser(staff(ProviderFactory(), "manager"))
    for address in (page_of(made), step("approve", made), reverse("admin:institution_licence", args=[made.pk, 1])):
        assert client.get(address).status_code == 403


def test_today_counts_what_others_applied_for(admin: User) -> None:
    apply(admin)
    assert tasks_of(admin, NOW.date()) == []
    apply(UserFactory(), credit_code="91310000MA10000005")
    refused(UserFactory(), by=admin, credit_code="91310000MA1000004H")
    (task,) = tasks_of(admin, NOW.date())
    assert (task.count, task.title) == (1, "家院校、培训机构的登记待核准")
    assert "2026年3月2日" in task.note
    assert tasks_of(officer(), NOW.date()) == []
