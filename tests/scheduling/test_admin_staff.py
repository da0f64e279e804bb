"""考务人员 in the admin: the list, the norms, and the panel of a session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling import services
from scheduling.admin_staff import facts
from scheduling.models import Duty, ExamSession, ExamStaff, StaffingNorm
from scheduling.services import staffing
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from tests import factories
from tests.scheduling.people import NOON, planned, room, scheduler
from tests.scheduling.premises import helper

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory(provider__threshold=2)
    factories.window_of(offering.provider, 4)
    return offering


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


@pytest.fixture
def client(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


@pytest.fixture
def session(offering: Offering, by: User) -> ExamSession:
    [session] = planned(offering, 3)
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    return session


def page(session: ExamSession, name: str = "change") -> str:
    return reverse(f"admin:scheduling_examsession_{name}", args=[session.pk])


def act(client: Client, session: ExamSession, **sent: object) -> str:
    return client.post(page(session, "staff"), sent, follow=True).content.decode()


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: NOON)


def test_the_panel_names_what_is_missing_and_who_could_come(
    client: Client, session: ExamSession, offering: Offering
) -> None:
    assert "还没有登记考务人员" in client.get(page(session)).content.decode()
    helper(offering.provider, "张监考", unit="测试单位")
    helper(offering.provider, "停用者", active=False)
    answer = client.get(page(session)).content.decode()
    assert "还差 5 人次" in answer
    assert "张监考（测试单位）</option>" in answer
    assert "停用者" not in answer
    assert "没有空闲的考评人员" in answer
    assert "没有空闲的监考人员" not in answer


def test_somebody_is_put_on_duty_and_taken_off(client: Client, session: ExamSession, offering: Offering) -> None:
    staff, theory = helper(offering.provider, "张监考"), session.sittings.get(subject="theory")
    answer = act(client, session, sitting=theory.pk, staff=staff.pk, role="invigilator")
    assert "已安排张监考为监考人员" in answer
    assert "还差 1 人" in answer
    assert "已取消张监考的安排" in act(client, session, sitting=theory.pk, unassign=staff.pk)
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"sitting": "0"}, "该科目安排已变动"),
        ({"sitting": "x"}, "该科目安排已变动"),
        ({"role": "invigilator"}, "请选择考务人员"),
        ({"staff": "0", "role": "invigilator"}, "只能选择本机构的考务人员"),
        ({"unassign": "999999"}, "考务人员"),
    ],
)
def test_what_cannot_be_done_is_said(client: Client, session: ExamSession, sent: dict[str, str], says: str) -> None:
    theory = session.sittings.get(subject="theory")
    assert says in act(client, session, **{"sitting": theory.pk} | sent)
    assert not Duty.objects.exists()


def test_gaps_are_filled_at_one_press(client: Client, session: ExamSession, offering: Offering) -> None:
    assert "没有可安排的空闲人员" in act(client, session, propose="1")
    for name in ("甲", "乙", "丙"):
        helper(offering.provider, name, "invigilator", "examiner")
    answer = act(client, session, propose="1")
    assert "已安排 5 人次，请核对" in answer
    assert answer.count("已配齐") == 2
    assert "自动安排空缺" not in answer


def test_another_role_sees_the_panel_without_its_buttons(
    client: Client, session: ExamSession, offering: Offering
) -> None:
    helper(offering.provider, "张监考")
    client.force_login(factories.staff(offering.provider))
    answer = client.get(page(session)).content.decode()
    assert "还差 5 人次" in answer
    assert "<select" not in answer.partition('id="staff"')[2]
    assert client.post(page(session, "staff"), {"propose": "1"}).status_code == 403


def test_a_session_that_is_over_offers_nobody(session: ExamSession, offering: Offering, by: User) -> None:
    helper(offering.provider, "张监考")
    last = max(sitting.ends for sitting in session.sittings.all())
    assert facts(session, by, last - timedelta(minutes=1))["is_open"]
    over = facts(session, by, last)
    assert not over["is_open"]
    assert [row["options"] for row in over["posts"]] == [[], []]


def test_the_panel_asks_as_much_for_thirty_staff_as_for_one(session: ExamSession, offering: Offering, by: User) -> None:
    session = ExamSession.objects.select_related("batch__offering").get(pk=session.pk)
    counts = []
    for number in (1, 29):
        for serial in range(number):
            helper(offering.provider, f"考务{number}-{serial}", "invigilator", "examiner")
        with CaptureQueriesContext(connection) as asked:
            facts(session, by, NOON)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_staff_are_entered_with_their_roles(client: Client, offering: Offering) -> None:
    sent = {"provider": offering.provider_id, "name": " 张  监考 ", "unit": "测试单位", "active": "on"}
    answer = client.post(reverse("admin:scheduling_examstaff_add"), sent).content.decode()
    assert "请至少选一项可担任的职责" in answer
    sent |= {"roles": ["invigilator", "examiner"], "occupations": [offering.work_type.occupation_id]}
    client.post(reverse("admin:scheduling_examstaff_add"), sent)
    staff = ExamStaff.objects.get()
    assert (staff.name, staff.roles) == ("张 监考", ["invigilator", "examiner"])
    listed = client.get(reverse("admin:scheduling_examstaff_changelist")).content.decode()
    assert "监考人员、考评人员" in listed
    assert offering.work_type.occupation.name in listed


def test_staff_are_entered_once_and_for_ones_own_provider_alone(client: Client, offering: Offering) -> None:
    helper(offering.provider, "张监考")
    sent = {"provider": offering.provider_id, "name": "张监考", "unit": "", "roles": ["invigilator"]}
    assert "已有同名、同单位的考务人员" in client.post(reverse("admin:scheduling_examstaff_add"), sent).content.decode()
    sent |= {"provider": factories.ProviderFactory().pk, "name": "李监考"}
    client.post(reverse("admin:scheduling_examstaff_add"), sent)
    assert ExamStaff.objects.count() == 1


def test_a_norm_is_entered_for_all_occupations_once(client: Client, offering: Offering) -> None:
    sent = {
        "provider": offering.provider_id,
        "occupation": "",
        "edition": "2023 年版",
        "people_per_invigilator": 15,
        "invigilators_a_room": 2,
        "examiners": 3,
        "reviewers": 3,
        "odd": "on",
    }
    address = reverse("admin:scheduling_staffingnorm_add")
    client.post(address, sent)
    assert "已有考务配比" in client.post(address, sent).content.decode()
    assert "全部职业" in client.get(reverse("admin:scheduling_staffingnorm_changelist")).content.decode()
    assert StaffingNorm.objects.count() == 1


def test_the_publish_page_names_shortages_and_publishes_all_the_same(client: Client, session: ExamSession) -> None:
    answer = client.get(reverse("admin:scheduling_batch_publish", args=[session.batch_id])).content.decode()
    assert "监考人员至少 2 人，还差 2 人" in answer
    assert "可以发布" in answer


def test_someone_taken_out_of_use_stays_where_they_are_and_is_named(
    client: Client, session: ExamSession, offering: Offering, by: User
) -> None:
    staff, theory = helper(offering.provider, "张监考"), session.sittings.get(subject="theory")
    staffing.assign(theory, staff=staff, role="invigilator", by=by, at=NOON)
    ExamStaff.objects.update(active=False)
    assert "考务人员张监考已停用，请换人" in client.get(page(session)).content.decode()
