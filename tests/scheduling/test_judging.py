"""The judgment of a window: run or roll over, split, seat (SPEC 7.1, 7.3, 7.6, 7.9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import md5

import pytest

from fees.models import Order, OrderLine
from registration.models import Application, RollOver
from scheduling import services
from scheduling.models import Batch, ExamSession, Seat, Sitting
from scheduling.queries import cut_off
from skilleval.catalogue.models import Offering
from skilleval.core.due import SomeFailed
from skilleval.core.errors import Refused
from skilleval.core.models import OutboxMessage
from skilleval.core.wording import cn_time
from tests import factories
from tests.factories import ApplicationFactory
from tests.scheduling.people import JUDGED, NOON, batch_of, gather, planned, scheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def offering() -> Offering:
    offering = factories.OfferingFactory()
    for month in (3, 4, 6):  # as at a provider without a window in May
        factories.window_of(offering.provider, month)
    return offering


@pytest.mark.parametrize(("confirmed", "state"), [(29, "rolled_over"), (30, "planned"), (31, "planned")])
def test_thirty_run_and_fewer_roll_over(offering: Offering, confirmed: int, state: str) -> None:
    gather(offering, confirmed)
    assert services.judge_due(JUDGED, at=NOON) == 1
    batch = Batch.objects.get(window__opens_on=date(2026, 3, 1))
    assert batch.state == state
    assert batch.judged_at == NOON
    seated = Seat.objects.values("application").distinct().count()
    assert seated == (confirmed if state == "planned" else 0)
    assert RollOver.objects.count() == (0 if state == "planned" else confirmed)


def test_the_day_before_nothing_is_judged(offering: Offering) -> None:
    gather(offering, 30)
    assert services.judge_due(date(2026, 4, 1), at=NOON) == 0
    assert not ExamSession.objects.exists()


def test_an_order_due_later_moves_the_judgment(offering: Offering) -> None:
    people = gather(offering, 30)
    order = Order.objects.create(
        number="T1",
        provider=offering.provider,
        payer="测试",
        reference="测试",
        amount=Decimal(400),
        drawn_on=date(2026, 3, 31),
        due_on=date(2026, 4, 3),
        state="paid",
    )
    OrderLine.objects.create(order=order, application=people[0], amount=Decimal(400), prices={})
    assert cut_off(people[0].window) == date(2026, 4, 3)
    # two working days after Friday the 3rd: without a stored holiday schedule weekends alone are off
    assert services.judge_due(date(2026, 4, 6), at=NOON) == 0
    assert services.judge_due(date(2026, 4, 7), at=NOON) == 1


@pytest.mark.parametrize(
    ("confirmed", "sizes"), [(30, [30]), (40, [40]), (41, [21, 20]), (80, [40, 40]), (100, [34, 33, 33])]
)
def test_as_few_sessions_as_the_capacity_allows(offering: Offering, confirmed: int, sizes: list[int]) -> None:
    sessions = planned(offering, confirmed)
    assert [session.size for session in sessions] == sizes
    assert [Seat.objects.filter(sitting__session=session, subject="theory").count() for session in sessions] == sizes


def test_everybody_sits_every_subject_exactly_once(offering: Offering) -> None:
    planned(offering, 41)
    for application in Application.objects.all():
        seats = Seat.objects.filter(application=application)
        assert sorted(seats.values_list("subject", flat=True)) == ["practical", "theory"]
        assert len({seat.sitting.session_id for seat in seats}) == 1
    for sitting in Sitting.objects.all():
        numbers = sorted(sitting.seats.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(seat.during == sitting.during and not seat.live for seat in sitting.seats.all())


def test_a_resit_sits_its_subjects_only_and_counts(offering: Offering) -> None:
    resit = gather(offering, 1, subjects=["practical"])[0]
    planned(offering, 29)
    assert list(Seat.objects.filter(application=resit).values_list("subject", flat=True)) == ["practical"]


def test_the_seed_gives_the_same_draw_again(offering: Offering) -> None:
    planned(offering, 41)
    batch = Batch.objects.get()
    first = dict(Seat.objects.filter(subject="theory").values_list("application", "number"))
    drawn = sorted(first, key=lambda pk: md5(f"{batch.seed}:{pk}".encode(), usedforsecurity=False).hexdigest())
    assert [first[pk] for pk in drawn] == [*range(1, 22), *range(1, 21)]
    assert drawn != sorted(first)  # it is no order of arrival


def test_proposed_on_a_saturday_of_the_period_theory_before_practical(offering: Offering) -> None:
    session = planned(offering, 30)[0]
    assert session.held_on == date(2026, 4, 11)
    theory, practical = session.sittings.order_by("during")
    assert (theory.subject, practical.subject) == ("theory", "practical")
    assert cn_time(theory.during.lower) == "09:00"
    assert theory.during.upper < practical.during.lower
    assert theory.room is None


def told_of_plans() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(subject="场次已编排，待安排考场").order_by("pk")
    return list(rows.values_list("body", "link"))


def test_schedulers_are_told_of_a_window_once_however_many_batches_it_has(offering: Offering) -> None:
    scheduler(offering.provider)
    planned(offering, 30)
    batch = Batch.objects.get()
    body = f"2026年3月批次：{offering}已编排场次，请核对日期、安排考场后发布。"
    assert told_of_plans() == [(body, f"/admin/scheduling/batch/{batch.pk}/change/")]
    OutboxMessage.objects.all().delete()
    others = [factories.OfferingFactory(provider=offering.provider) for _ in range(2)]
    for other in others:
        gather(other, 30, month=4)
    services.judge_due(date(2026, 5, 8), at=factories.at(2026, 5, 8))
    window = Batch.objects.get(offering=others[0]).window
    body = f"2026年4月批次：{others[0]}等 2 个项目已编排场次，请核对日期、安排考场后发布。"
    link = f"/admin/scheduling/batch/?window__id__exact={window.pk}&state__exact=planned"
    assert told_of_plans() == [(body, link)]


def test_running_it_twice_is_running_it_once(offering: Offering) -> None:
    planned(offering, 41)
    before = list(Seat.objects.order_by("pk").values_list("pk", "application", "number"))
    assert services.judge_due(JUDGED, at=NOON) == 0
    services.judge(Batch.objects.get(), at=NOON)
    assert list(Seat.objects.order_by("pk").values_list("pk", "application", "number")) == before


def test_roll_over_goes_to_the_next_window_there_is(offering: Offering) -> None:
    gather(offering, 12, month=4)
    services.judge_due(date(2026, 5, 8), at=factories.at(2026, 5, 8))
    assert {roll.to_window.label for roll in RollOver.objects.all() if roll.to_window} == {"2026年6月批次"}
    assert Application.objects.filter(window__opens_on=date(2026, 6, 1)).count() == 12
    told = OutboxMessage.objects.filter(channel="portal", subject__contains="顺延")
    assert told.count() == 12
    assert "未满 30 人" in told[0].body
    assert "退考" in told[0].body


def test_those_rolled_over_count_where_they_arrive_and_set_it_going(offering: Offering) -> None:
    gather(offering, 12, month=3)
    gather(offering, 18, month=4)
    services.judge_due(JUDGED, at=NOON)
    assert batch_of(offering, month=4).state == "going_ahead"
    services.judge_due(date(2026, 5, 8), at=factories.at(2026, 5, 8))
    assert Seat.objects.values("application").distinct().count() == 30


def test_after_an_outage_windows_are_judged_in_their_order(offering: Offering) -> None:
    gather(offering, 12, month=3)
    gather(offering, 18, month=4)
    services.judge_due(date(2026, 6, 1), at=factories.at(2026, 6, 1))
    states = dict(Batch.objects.values_list("window__label", "state"))
    assert states == {"2026年3月批次": "rolled_over", "2026年4月批次": "planned"}


def test_at_the_end_of_the_year_they_wait_for_the_next_notice(offering: Offering) -> None:
    gather(offering, 12, month=12)
    services.judge_due(date(2027, 1, 8), at=factories.at(2027, 1, 8))
    waiting = Application.objects.get(pk=Application.objects.first().pk)  # type: ignore[union-attr]
    assert (waiting.state, waiting.window) == ("confirmed", None)
    assert "下一年度公告" in OutboxMessage.objects.filter(channel="portal")[0].subject


def test_december_may_sit_in_december_once_it_goes_ahead(offering: Offering) -> None:
    people = gather(offering, 30, month=12)
    by, early = scheduler(offering.provider), factories.at(2026, 12, 10)
    with pytest.raises(Refused, match="提前编排"):
        services.form_early(batch_of(offering, month=12), by=by, at=early)
    services.check_threshold(people[0].pk, at=early)
    services.form_early(batch_of(offering, month=12), by=by, at=early)
    session = ExamSession.objects.get()
    assert session.held_on == date(2026, 12, 19)
    assert session.period_override_reason == ""


def test_a_december_batch_judged_in_january_says_that_its_day_is_open(offering: Offering) -> None:
    gather(offering, 30, month=12)
    services.judge_due(date(2027, 1, 8), at=factories.at(2027, 1, 8))
    session = ExamSession.objects.get()
    assert session.held_on > date(2026, 12, 31)
    assert session.period_override_reason == "评价时间暂定，以次年公告为准"


def test_an_announced_batch_runs_with_fewer_and_staff_are_told(offering: Offering) -> None:
    by = scheduler(offering.provider)
    people = gather(offering, 30)
    services.check_threshold(people[0].pk, at=factories.at(2026, 3, 20))
    Application.objects.filter(pk=people[0].pk).update(state="withdrawn")
    services.judge_due(date(2026, 3, 25), at=factories.at(2026, 3, 25))
    alert = OutboxMessage.objects.get(recipient_id=by.pk, subject="已成班批次人数不足")
    assert "29" in alert.body
    services.judge_due(JUDGED, at=NOON)
    assert Batch.objects.get().state == "planned"
    assert Seat.objects.values("application").distinct().count() == 29


def test_an_announced_batch_that_everybody_left_is_cancelled(offering: Offering) -> None:
    people = gather(offering, 30)
    services.check_threshold(people[0].pk, at=factories.at(2026, 3, 20))
    Application.objects.update(state="withdrawn")
    services.judge_due(JUDGED, at=NOON)
    assert Batch.objects.get().state == "cancelled"


def test_staff_cancel_an_announced_batch_with_a_reason_and_nobody_is_lost(offering: Offering) -> None:
    planned(offering, 30)
    by = scheduler(offering.provider)
    batch = batch_of(offering)
    with pytest.raises(Refused, match="原因"):
        services.cancel(batch, reason=" ", by=by, at=NOON)
    services.cancel(batch, reason="考点停电", by=by, at=NOON)
    assert not Seat.objects.exists()
    assert Application.objects.filter(window__opens_on=date(2026, 4, 1), state="confirmed").count() == 30
    assert "考点停电" in OutboxMessage.objects.filter(channel="portal", subject__contains="顺延")[0].body


def test_killed_half_way_nothing_has_happened_and_the_next_run_does_it_all(
    offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather(offering, 41)
    with monkeypatch.context() as dying:
        dying.setattr("scheduling.services.judging.move_many", dies)  # seats are made, the batch isn't moved yet
        with pytest.raises(SomeFailed):
            services.judge_due(JUDGED, at=NOON)
    assert not ExamSession.objects.exists()
    assert Batch.objects.get().judged_at is None
    assert services.judge_due(JUDGED, at=NOON) == 1
    assert Seat.objects.count() == 82


def test_one_provider_that_fails_does_not_stop_the_others(offering: Offering, monkeypatch: pytest.MonkeyPatch) -> None:
    poison = factories.OfferingFactory()
    poison.subjects.update(minutes=900)  # theory and practical don't fit into one day
    gather(poison, 30)
    gather(offering, 30)
    with pytest.raises(SomeFailed, match=str(poison.provider_id)):
        services.judge_due(JUDGED, at=NOON)
    assert dict(Batch.objects.values_list("offering", "state")) == {poison.pk: "going_ahead", offering.pk: "planned"}


def dies(*args: object, **kwargs: object) -> int:
    raise RuntimeError("killed")


def test_a_member_of_a_group_in_no_order_yet_moves_the_judgment(offering: Offering) -> None:
    people = gather(offering, 30)
    ApplicationFactory(
        offering=offering, window=people[0].window, channel="group", state="approved", approved_on=date(2026, 3, 31)
    )
    assert cut_off(people[0].window) == date(2026, 4, 3)  # three working days after the approval
    assert services.judge_due(date(2026, 4, 6), at=NOON) == 0
