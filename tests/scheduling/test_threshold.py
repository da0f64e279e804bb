"""Going ahead at the thirtieth confirmation, once, and for good (SPEC 7.2)."""

from __future__ import annotations

from datetime import date

import pytest

from registration.models import Application
from registration.services import progress
from scheduling import services
from scheduling.models import Batch, BatchLog
from scheduling.queries import fill_of, fills_for, went_ahead
from skilleval.catalogue.models import Offering
from skilleval.core import jobs, tasks
from skilleval.core.models import Job, OutboxMessage
from tests import factories
from tests.scheduling.people import NOON, batch_of, gather, planned, scheduler

pytestmark = pytest.mark.django_db
MARCH = factories.at(2026, 3, 20)


@pytest.fixture
def offering() -> Offering:
    return factories.OfferingFactory()


@pytest.mark.parametrize(("confirmed", "goes_ahead"), [(29, False), (30, True), (31, True)])
def test_the_thirtieth_sets_it_going(offering: Offering, confirmed: int, goes_ahead: bool) -> None:
    people = gather(offering, confirmed)
    assert services.check_threshold(people[-1].pk, at=MARCH) is goes_ahead
    batch = Batch.objects.get()
    assert batch.state == ("going_ahead" if goes_ahead else "gathering")
    assert batch.went_ahead_at == (MARCH if goes_ahead else None)


def test_the_providers_own_threshold_counts(offering: Offering) -> None:
    offering.provider.threshold = 5
    offering.provider.save()
    people = gather(offering, 5)
    assert services.check_threshold(people[0].pk, at=MARCH)


def test_only_the_confirmed_of_this_offering_and_window_count(offering: Offering) -> None:
    people = gather(offering, 29)
    gather(offering, 1, month=4)
    gather(factories.OfferingFactory(provider=offering.provider), 1)
    factories.ApplicationFactory(offering=offering, state="approved")
    factories.ApplicationFactory(offering=offering, state="withdrawn")
    assert not services.check_threshold(people[0].pk, at=MARCH)
    assert fill_of(offering, people[0].window).confirmed == 29


def test_asked_again_it_changes_nothing(offering: Offering) -> None:
    people = gather(offering, 30)
    assert services.check_threshold(people[0].pk, at=MARCH)
    assert not services.check_threshold(people[0].pk, at=NOON)
    assert not services.check_threshold(people[1].pk, at=NOON)
    assert BatchLog.objects.count() == 1
    assert Batch.objects.get().went_ahead_at == MARCH


def test_it_never_reverses_by_itself(offering: Offering) -> None:
    people = gather(offering, 30)
    services.check_threshold(people[0].pk, at=MARCH)
    Application.objects.filter(pk=people[0].pk).update(state="withdrawn")
    services.check_threshold(people[1].pk, at=NOON)
    services.judge_due(date(2026, 3, 21), at=NOON)
    assert Batch.objects.get().state == "going_ahead"
    fill = fill_of(offering, people[0].window)
    assert (fill.confirmed, fill.went_ahead) == (29, True)


def test_the_event_of_the_confirmation_rings_the_job_and_everybody_is_told_once(offering: Offering) -> None:
    by = scheduler(offering.provider)
    gather(offering, 29)
    last = factories.ApplicationFactory(offering=offering, state="approved")
    progress.mark_confirmed(last, value_on=date(2026, 3, 20), by=None, at=MARCH)
    while tasks.work_once():
        pass
    assert not Job.objects.exclude(state="done").exists()
    assert Batch.objects.get().state == "going_ahead"
    told = OutboxMessage.objects.filter(subject="您申报的批次已成班", channel="portal")
    assert told.count() == 30
    assert OutboxMessage.objects.filter(recipient_id=by.pk, subject="批次已成班").count() == 1
    Job.objects.filter(kind="scheduling.tell_going_ahead").update(state="queued", finished_at=None, attempts=0)
    jobs.drain()
    assert told.count() == 30


def test_a_lost_event_costs_time_only(offering: Offering) -> None:
    gather(offering, 30)
    services.judge_due(date(2026, 3, 21), at=MARCH)
    assert Batch.objects.get().state == "going_ahead"


def test_fills_of_a_list_take_two_queries_whatever_its_length(offering: Offering, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    others = [factories.OfferingFactory(provider=offering.provider) for _ in range(4)]
    window = factories.window_of(offering.provider)
    for number, one in enumerate(others):
        gather(one, number)
    for some in (others[:1], others):
        with django_assert_num_queries(2):
            fills = fills_for((one, window) for one in some)
        assert [fills[one.pk, window.pk].confirmed for one in some] == list(range(len(some)))


def test_the_note_says_when_it_shuts_and_what_happens_otherwise(offering: Offering) -> None:
    people = gather(offering, 12)
    note = fill_of(offering, people[0].window).note
    assert "还差 18 人" in note
    assert "3月31日 24:00 前截止" in note
    assert "全部顺延至下一批次" in note


def test_the_note_of_the_years_last_window_awaits_the_next_notice(offering: Offering) -> None:
    december = factories.window_of(offering.provider, 12)
    note = fill_of(offering, december).note
    assert "等待次年公告的批次" in note
    assert "下一批次" not in note


def test_the_tag_follows_the_batch(offering: Offering) -> None:
    people = gather(offering, 30)
    tagged = Application.objects.annotate(ahead=went_ahead())
    assert not tagged.filter(ahead=True).exists()
    services.check_threshold(people[0].pk, at=MARCH)
    assert tagged.filter(ahead=True).count() == 30


class TestLatecomers:
    """Confirmed after the judgment (SPEC 7.1)."""

    def late(self, offering: Offering, approved_on: date) -> Application:
        factories.window_of(offering.provider, 4)
        return gather(offering, 1, approved_on=approved_on)[0]

    def test_booked_late_they_join_an_unpublished_session(self, offering: Offering) -> None:
        session = planned(offering, 30)[0]
        late = self.late(offering, date(2026, 3, 30))
        services.check_threshold(late.pk, at=NOON)
        seats = late_seats(late)
        assert {seat.sitting.session_id for seat in seats} == {session.pk}
        assert {seat.number for seat in seats} == {31}
        session.refresh_from_db()
        assert session.size == 31

    def test_where_all_are_full_the_plan_is_drawn_again(self, offering: Offering) -> None:
        planned(offering, 40)
        services.check_threshold(self.late(offering, date(2026, 3, 30)).pk, at=NOON)
        assert [session.size for session in batch_of(offering).sessions.all()] == [21, 20]

    def test_unreviewed_at_the_cut_off_they_head_the_next_window(self, offering: Offering) -> None:
        planned(offering, 30)
        late = self.late(offering, date(2026, 4, 1))
        services.check_threshold(late.pk, at=NOON)
        late.refresh_from_db()
        assert late.window == factories.window_of(offering.provider, 4)
        assert "机构原因" in late.roll_overs.get().reason

    def test_after_a_roll_over_they_follow(self, offering: Offering) -> None:
        factories.window_of(offering.provider, 4)
        planned(offering, 12)
        late = self.late(offering, date(2026, 3, 30))
        assert services.place_latecomers(at=NOON) == 1
        late.refresh_from_db()
        assert late.window == factories.window_of(offering.provider, 4)
        assert services.place_latecomers(at=NOON) == 0


def late_seats(application: Application) -> list:  # type: ignore[type-arg]
    from scheduling.models import Seat

    return list(Seat.objects.filter(application=application).select_related("sitting"))
