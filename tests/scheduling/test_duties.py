"""Who is on duty where: assigned, refused, missing, wanted in two places."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from scheduling import services
from scheduling.models import Duty, ExamSession, Sitting, StaffingNorm
from scheduling.queries.staff import pool, shortages, shortages_of, staff_conflicts
from scheduling.services import staffing
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.errors import NotAllowed, Refused
from skilleval.core.models import AuditEvent
from tests import factories
from tests.scheduling.people import NOON, planned, publish, room, scheduler
from tests.scheduling.premises import helper

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory()
    factories.window_of(offering.provider, 4)
    return offering


@pytest.fixture
def by(offering: Offering) -> User:
    return scheduler(offering.provider)


def sitting_of(session: ExamSession, subject: str) -> Sitting:
    return session.sittings.get(subject=subject)


def test_somebody_is_put_on_duty_once_however_often(offering: Offering, by: User) -> None:
    theory = sitting_of(planned(offering, 30)[0], "theory")
    staff = helper(offering.provider, "监考一")
    first = staffing.assign(theory, staff=staff, role="invigilator", by=by, at=NOON)
    again = staffing.assign(theory, staff=staff, role="invigilator", by=by, at=NOON)
    assert (first.pk, first.during, first.live) == (again.pk, theory.during, False)
    assert AuditEvent.objects.filter(action="duty.assigned").count() == 1


def test_another_role_takes_the_place_of_the_first(offering: Offering, by: User) -> None:
    practical = sitting_of(planned(offering, 30)[0], "practical")
    staff = helper(offering.provider, "考评一", "examiner", "invigilator")
    for role in ("examiner", "invigilator"):
        staffing.assign(practical, staff=staff, role=role, by=by, at=NOON)
    assert practical.duties.get().role == "invigilator"


def test_taking_somebody_off_duty_twice_is_no_error(offering: Offering, by: User) -> None:
    theory = sitting_of(planned(offering, 30)[0], "theory")
    staff = helper(offering.provider, "监考一")
    staffing.assign(theory, staff=staff, role="invigilator", by=by, at=NOON)
    assert [staffing.unassign(theory, staff=staff, by=by, at=NOON) for _ in range(2)] == [True, False]
    assert not theory.duties.exists()


@pytest.mark.parametrize(
    ("subject", "role", "who", "says"),
    [
        ("theory", "invigilator", {"provider": None}, "只能安排本机构"),
        ("theory", "invigilator", {"active": False}, "已停用"),
        ("theory", "examiner", {"roles": ["examiner"]}, "理论知识不设考评人员"),
        ("practical", "examiner", {"roles": ["invigilator"]}, "未登记为考评人员"),
    ],
)
def test_who_may_not_is_refused(
    offering: Offering, by: User, subject: str, role: str, who: dict[str, object], says: str
) -> None:
    sitting = sitting_of(planned(offering, 30)[0], subject)
    fields = {"active": True} | who
    provider = factories.ProviderFactory() if "provider" in fields else offering.provider
    staff = helper(provider, "某人", *fields.get("roles", []), active=fields["active"])  # type: ignore[misc]
    with pytest.raises(Refused, match=says):
        staffing.assign(sitting, staff=staff, role=role, by=by, at=NOON)


def test_examiners_are_bound_to_their_occupations_and_invigilators_are_not(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    other, own = factories.OccupationFactory(), offering.work_type.occupation
    stranger = helper(offering.provider, "外行", "examiner", "invigilator", occupations=[other])
    expert = helper(offering.provider, "内行", "examiner", occupations=[other, own])
    practical, theory = sitting_of(session, "practical"), sitting_of(session, "theory")
    assert staffing.assign(practical, staff=expert, role="examiner", by=by, at=NOON)
    with pytest.raises(Refused, match=f"没有{own}"):
        staffing.assign(practical, staff=stranger, role="examiner", by=by, at=NOON)
    assert staffing.assign(theory, staff=stranger, role="invigilator", by=by, at=NOON)


def test_nobody_is_in_two_rooms_of_a_session_at_once(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    rooms = [room(offering.provider, 20, name) for name in ("101 室", "102 室")]
    services.assign_rooms(session, subject="theory", rooms=rooms, by=by, at=NOON)
    first, second = session.sittings.filter(subject="theory")
    staff = helper(offering.provider, "监考一")
    staffing.assign(first, staff=staff, role="invigilator", by=by, at=NOON)
    with pytest.raises(Refused, match="已安排在本场的另一考场"):
        staffing.assign(second, staff=staff, role="invigilator", by=by, at=NOON)
    assert staffing.assign(sitting_of(session, "practical"), staff=staff, role="invigilator", by=by, at=NOON)


def test_a_stranger_and_another_role_may_not_assign(offering: Offering) -> None:
    theory = sitting_of(planned(offering, 30)[0], "theory")
    staff = helper(offering.provider, "监考一")
    for person in (scheduler(factories.ProviderFactory()), factories.staff(offering.provider)):
        with pytest.raises(NotAllowed):
            staffing.assign(theory, staff=staff, role="invigilator", by=person, at=NOON)


def test_staff_change_until_a_sitting_is_over(offering: Offering, by: User) -> None:
    session = publish(planned(offering, 30)[0], by=by)
    theory = sitting_of(session, "theory")
    staff = helper(offering.provider, "监考一")
    duty = staffing.assign(theory, staff=staff, role="invigilator", by=by, at=theory.ends - timedelta(minutes=1))
    assert duty.live
    with pytest.raises(Refused, match="考务安排不能再改"):
        staffing.unassign(theory, staff=staff, by=by, at=theory.ends)


def two_at_once(offering: Offering, by: User) -> tuple[Sitting, Sitting]:
    """The theory of two sessions at the same time, in rooms of their own."""
    sessions = planned(offering, 60, subjects=["theory"])
    for session in sessions:
        services.set_time(session, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
        services.assign_room(session, room=room(offering.provider, 40, f"考场 {session.pk}"), by=by, at=NOON)
    first, second = (sitting_of(session, "theory") for session in sessions)
    return first, second


def test_wanted_by_a_proposed_session_is_a_warning_by_a_published_one_a_refusal(offering: Offering, by: User) -> None:
    first, second = two_at_once(offering, by)
    staff = helper(offering.provider, "监考一")
    for sitting in (first, second):
        staffing.assign(sitting, staff=staff, role="invigilator", by=by, at=NOON)
    [warning] = staff_conflicts(second.session)
    assert warning.startswith("考务人员冲突：监考一在4月18日（周六） 09:00–10:30已安排给")
    assert staff_conflicts(second.session, with_proposed=False) == []
    staffing.unassign(second, staff=staff, by=by, at=NOON)
    services.publish(first.session, by=by, at=NOON)
    with pytest.raises(Refused, match="监考一在4月18日（周六） 09:00–10:30已安排在"):
        staffing.assign(second, staff=staff, role="invigilator", by=by, at=NOON)


def test_the_database_refuses_somebody_in_two_published_places(offering: Offering, by: User) -> None:
    first, second = two_at_once(offering, by)
    staff = helper(offering.provider, "监考一")
    for sitting in (first, second):
        Duty.objects.create(sitting=sitting, staff=staff, role="invigilator", during=sitting.during)
    services.publish(first.session, by=by, at=NOON)
    with pytest.raises(Refused, match="考务人员"):
        services.publish(second.session, by=by, at=NOON)
    Duty.objects.update(live=True)
    with pytest.raises(IntegrityError, match="duty_staff_free"):
        connection.check_constraints()


def test_duties_follow_their_sitting_in_time(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    theory = sitting_of(session, "theory")
    duty = staffing.assign(theory, staff=helper(offering.provider, "监考一"), role="invigilator", by=by, at=NOON)
    services.set_time(session, held_on=date(2026, 4, 19), starts_at=time(13), by=by, at=NOON)
    duty.refresh_from_db()
    assert duty.starts == datetime.fromisoformat("2026-04-19T13:00+08:00")


def test_a_room_less_frees_its_staff(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    rooms = [room(offering.provider, 40, name) for name in ("101 室", "102 室")]
    services.assign_rooms(session, subject="theory", rooms=rooms, by=by, at=NOON)
    for number, sitting in enumerate(session.sittings.filter(subject="theory").order_by("pk")):
        staff = helper(offering.provider, f"监考{number}")
        staffing.assign(sitting, staff=staff, role="invigilator", by=by, at=NOON)
    services.assign_rooms(session, subject="theory", rooms=rooms[:1], by=by, at=NOON)
    assert [duty.staff.name for duty in Duty.objects.select_related("staff")] == ["监考0"]


def test_shortages_are_named_until_there_are_enough(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    services.assign_room(session, room=room(offering.provider), by=by, at=NOON)
    theory, practical = shortages(session)
    assert theory.startswith("理论知识 101 室，4月")
    assert theory.endswith("30 人：监考人员至少 2 人，还差 2 人")
    assert practical.endswith("考评人员至少 3 人（须为单数），还差 3 人")
    for number in range(3):
        staff = helper(offering.provider, f"考务{number}", "invigilator", "examiner")
        staffing.assign(sitting_of(session, "theory"), staff=staff, role="invigilator", by=by, at=NOON)
        staffing.assign(sitting_of(session, "practical"), staff=staff, role="examiner", by=by, at=NOON)
    assert shortages(session) == []


def test_the_norm_is_the_occupations_else_the_providers(offering: Offering) -> None:
    session = planned(offering, 30, subjects=["theory"])[0]
    session.sittings.filter(subject="practical").delete()
    StaffingNorm.objects.create(provider=offering.provider, edition="通用", people_per_invigilator=10)
    assert "至少 3 人" in shortages(session)[0]
    own = offering.work_type.occupation
    StaffingNorm.objects.create(provider=offering.provider, occupation=own, edition="2023 年版", invigilators_a_room=4)
    assert "至少 4 人" in shortages(session)[0]


def test_whoever_is_not_called_on_any_more_is_named(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    staff = helper(offering.provider, "监考一", unit="测试单位")
    staffing.assign(sitting_of(session, "theory"), staff=staff, role="invigilator", by=by, at=NOON)
    staff.active = False
    staff.save()
    assert staff_conflicts(session) == ["考务人员监考一（测试单位）已停用，请换人"]


def test_many_sessions_take_as_many_queries_as_one(offering: Offering) -> None:
    sessions = planned(offering, 82)
    counts = []
    for some in (sessions[:1], sessions):
        with CaptureQueriesContext(connection) as asked:
            shortages_of(some)
        counts.append(len(asked))
    assert counts == [3, 3]


def test_a_proposal_fills_what_is_missing_with_whom_is_called_on_least(offering: Offering, by: User) -> None:
    session, other = planned(offering, 60)
    for one in (session, other):
        services.set_time(one, held_on=date(2026, 4, 18), starts_at=time(9), by=by, at=NOON)
    taken, spare = (helper(offering.provider, name, "invigilator") for name in ("甲", "乙"))
    for name in ("丙", "丁", "戊"):
        helper(offering.provider, name, "examiner", "invigilator")
    staffing.assign(sitting_of(other, "theory"), staff=taken, role="invigilator", by=by, at=NOON)
    assert staffing.propose(session, by=by, at=NOON) == 5
    on_duty = sorted((duty.sitting.subject, duty.staff.name) for duty in Duty.objects.filter(sitting__session=session))
    assert on_duty[:3] == [("practical", "丁"), ("practical", "丙"), ("practical", "戊")]
    assert on_duty[3:] == [("theory", "丙"), ("theory", spare.name)]
    assert shortages(session) == []
    assert staffing.propose(session, by=by, at=NOON) == 0


def test_a_proposal_goes_as_far_as_people_go(offering: Offering, by: User) -> None:
    session = planned(offering, 30)[0]
    assert staffing.propose(session, by=by, at=NOON) == 0
    helper(offering.provider, "监考一")
    helper(offering.provider, "监考二", active=False)
    assert staffing.propose(session, by=by, at=NOON) == 1
    assert "还差 1 人" in shortages(session)[0]


def test_the_pool_takes_as_many_queries_for_thirty_as_for_one(offering: Offering, by: User) -> None:
    session = ExamSession.objects.select_related("batch__offering").get(pk=planned(offering, 30)[0].pk)
    counts = []
    for number in (1, 29):
        for serial in range(number):
            helper(offering.provider, f"考务{number}-{serial}", occupations=[offering.work_type.occupation])
        with CaptureQueriesContext(connection) as asked:
            pool(session)
        counts.append(len(asked))
    assert counts == [4, 4]
