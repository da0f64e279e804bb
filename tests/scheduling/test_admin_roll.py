"""The roll of a sitting: everybody by seat, saved in one go, without undoing what a colleague noted (SPEC 8)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from scheduling import services
from scheduling.models import Attendance, ExamSession, Seat, Sitting
from skilleval.accounts.enums import PROVIDER_ROLES, Role
from skilleval.accounts.models import User
from skilleval.catalogue.models import Offering
from skilleval.core.clock import SHANGHAI
from tests import factories
from tests.scheduling.people import NOON, planned, publish, scheduler

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 4, 11, 8, 40, tzinfo=SHANGHAI)
DURING = BEFORE.replace(hour=9, minute=20)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory(provider__threshold=3)


@pytest.fixture
def session(offering: Offering) -> ExamSession:
    session = publish(planned(offering, 3, original_received_on=date(2026, 3, 10))[0], by=scheduler(offering.provider))
    services.release_tickets(date(2026, 4, 8), at=NOON)
    return session


@pytest.fixture
def theory(session: ExamSession) -> Sitting:
    return Sitting.objects.get(session=session, subject="theory")


@pytest.fixture
def seats(theory: Sitting) -> list[Seat]:
    return list(Seat.objects.filter(sitting=theory).order_by("number"))


@pytest.fixture
def by(offering: Offering, client: Client) -> User:
    user = factories.staff(offering.provider, Role.FINANCE)
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def during(monkeypatch: pytest.MonkeyPatch, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STAFF_MFA = "off"
    monkeypatch.setattr("skilleval.core.clock.now", lambda: DURING)


def address(sitting: Sitting) -> str:
    return reverse("admin:scheduling_batch_roll", args=[sitting.session.batch_id, sitting.pk])


def noted() -> dict[int, bool]:
    return dict(Attendance.objects.values_list("seat__number", "present"))


def test_everybody_is_listed_by_seat_with_masked_number_and_ticket(
    theory: Sitting, seats: list[Seat], by: User, client: Client
) -> None:
    page = client.get(address(theory)).content.decode()
    for seat in seats:
        assert seat.candidate.name in page
        assert seat.candidate.masked_id in page
        assert seat.candidate.id_number not in page
    assert page.count('class="roll-seat"') == 3
    assert page.index(f"who-{seats[0].pk}") < page.index(f"who-{seats[1].pk}") < page.index(f"who-{seats[2].pk}")
    assert "其余 3 人记为缺考" in page


def test_it_is_reached_from_its_session(theory: Sitting, by: User, client: Client) -> None:
    session = reverse("admin:scheduling_examsession_change", args=[theory.session_id])
    assert address(theory) in client.get(session).content.decode()


@pytest.mark.parametrize("role", PROVIDER_ROLES)
def test_it_is_saved_in_one_go(
    theory: Sitting, seats: list[Seat], offering: Offering, client: Client, role: str
) -> None:
    client.force_login(factories.staff(offering.provider, role))
    sent = {f"seat-{seats[0].pk}": "1", f"seat-{seats[1].pk}": "0"}
    page = client.post(address(theory), sent, follow=True).content.decode()
    assert "已登记 2 人" in page
    assert "其余 1 人记为签到" in page
    assert noted() == {1: True, 2: False}


@pytest.mark.parametrize(("rest", "value"), [("1", True), ("0", False)])
def test_the_rest_is_noted_with_it(
    theory: Sitting, seats: list[Seat], by: User, client: Client, rest: str, value: bool
) -> None:
    client.post(address(theory), {f"seat-{seats[0].pk}": "0", "rest": rest})
    assert noted() == {1: False, 2: value, 3: value}


def test_nobody_is_absent_in_bulk_before_it_began(
    theory: Sitting, by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: BEFORE)
    assert "记为缺考" not in client.get(address(theory)).content.decode()
    assert "考试还没有开始" in client.post(address(theory), {"rest": "0"}, follow=True).content.decode()
    assert noted() == {}


def test_before_the_day_it_is_only_to_be_read(
    theory: Sitting, seats: list[Seat], by: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skilleval.core.clock.now", lambda: DURING - timedelta(days=1))
    page = client.get(address(theory)).content.decode()
    assert "考试当天才能登记" in page
    assert 'type="radio"' not in page
    assert "当天才能登记" in client.post(address(theory), {f"seat-{seats[0].pk}": "1"}, follow=True).content.decode()
    assert noted() == {}


def test_a_line_left_as_it_was_shown_undoes_nothing(
    theory: Sitting, seats: list[Seat], by: User, client: Client
) -> None:
    services.note(seats[0], present=False, by=by, at=DURING)
    sent = {f"seat-{seats[0].pk}": "1", f"shown-{seats[0].pk}": "1", f"seat-{seats[1].pk}": "1"}
    client.post(address(theory), sent)
    assert noted() == {1: False, 2: True}
    client.post(address(theory), sent | {f"shown-{seats[0].pk}": "0"})
    assert noted() == {1: True, 2: True}


@pytest.mark.parametrize(
    "sent", [{"seat-x": "1"}, {"seat-999999999": "1"}, {"seat-": "1"}, {"seat-1": "2"}, {"rest": "x"}, {}]
)
def test_nonsense_changes_nothing(theory: Sitting, by: User, client: Client, sent: dict[str, str]) -> None:
    assert "没有变动" in client.post(address(theory), sent, follow=True).content.decode()
    assert noted() == {}


def test_who_may_not_come_in_is_said_and_stops_nobody_else(
    theory: Sitting, seats: list[Seat], by: User, client: Client
) -> None:
    factories.BanFactory(candidate=seats[0].candidate, starts_on=date(2026, 4, 11), ends_on=date(2026, 4, 11))
    page = client.get(address(theory)).content.decode()
    assert "不得入场：2026年4月11日" in page
    assert "其余 2 人记为签到" in page
    assert "其余 3 人记为缺考" in page
    sent = {f"seat-{seat.pk}": "1" for seat in seats}
    page = client.post(address(theory), sent, follow=True).content.decode()
    assert f"1 号 {seats[0].candidate.name}：不得入场" in page
    assert noted() == {2: True, 3: True}


def test_strangers_and_sittings_of_another_batch_arent_there(theory: Sitting, by: User, client: Client) -> None:
    elsewhere = reverse("admin:scheduling_batch_roll", args=[theory.session.batch_id, 999999])
    assert client.get(elsewhere).status_code == 404
    client.force_login(scheduler(factories.ProviderFactory()))
    assert client.get(address(theory)).status_code == 404
    assert client.post(address(theory), {"rest": "1"}).status_code == 404
    assert noted() == {}


def test_an_unpublished_sitting_has_no_roll(offering: Offering, by: User, client: Client) -> None:
    session = planned(offering, 3)[0]
    assert client.get(address(session.sittings.all()[0])).status_code == 404


def test_it_takes_as_many_queries_for_thirty_as_for_one(offering: Offering, by: User, client: Client) -> None:
    def cost(people: int) -> int:
        another = factories.OfferingFactory(provider=offering.provider)
        sitting = publish(planned(another, people)[0], by=scheduler(offering.provider)).sittings.all()[0]
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(sitting)).content.count(b'class="roll-seat"') == people
        return len(queries)

    offering.provider.threshold = 1
    offering.provider.save()
    assert cost(1) == cost(30)
