"""Where a group stands: the most urgent thing first, with who has to act and by when; what else there is to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from registration.models import Group, Submission
from skilleval.journeys.groups.counts import Counts
from skilleval.journeys.groups.heads import YOU, Gathered, heads_of, today_for
from skilleval.journeys.groups.standing import GroupStanding, Unpaid, steps_of

pytestmark = pytest.mark.django_db
FACTS = ("reading", "handing_in", "undrawn", "unpaid", "tickets", "unfetched", "put_off")
OPEN, CLOSED = date(2026, 3, 10), date(2026, 4, 2)
DUE, ORDER = date(2026, 4, 10), UUID(int=1)


def counts(**places: int) -> Counts:
    facts = {name: places.pop(name) for name in ("unsent", "returned_clear") if name in places}
    until = date(2026, 3, 20) if "returned" in places else None
    return Counts(by_place=dict(places), returned_until=until, review_by=date(2026, 3, 17), **facts)


def unpaid(*, vouched: bool = False) -> Unpaid:
    return Unpaid(ORDER, Decimal(400), DUE, vouched)


def standing(**facts: object) -> GroupStanding:
    held = {name: facts.pop(name) for name in FACTS if name in facts}
    return GroupStanding(counts(**facts), **held)  # type: ignore[arg-type]


CASES = {
    "nothing yet": ({}, "还没有名册", YOU, "上传名册"),
    "being checked": ({"reading": 2, "faulty": 1}, "2 份名册正在核对", "系统办理", "查看进度"),
    "being handed in": ({"handing_in": Submission(number=1), "passed": 3}, "正在提交", "系统办理", "查看进度"),
    "to mend": ({"faulty": 3, "clear": 5}, "3 人待修改；5 人核对通过，等待初审", YOU, "修改 3 人"),
    "to pass": ({"clear": 5}, "5 人核对通过，等待初审", YOU, "初审 5 人"),
    "to hand in": ({"passed": 5}, "5 人已初审，还没有提交", YOU, "提交 5 人"),
    "returned": ({"returned": 2, "faulty": 9}, "退回 2 人补正", YOU, "补正退回的 2 人"),
    "in review": ({"review": 4}, "4 人已提交，正在进行资格审核", "等待", ""),
    "to draw an order": ({"approved": 2, "undrawn": (DUE, DUE)}, "2 人审核通过，请开具订单", YOU, "开具订单"),
    "to pay": ({"approved": 1, "unpaid": (unpaid(),)}, "订单 ¥400.00待缴费", YOU, "去缴费"),
    "paid, to be booked": ({"approved": 1, "unpaid": (unpaid(vouched=True),)}, "正在核对到账", "等待", ""),
    "confirmed": ({"confirmed": 6}, "6 人报名已确认", "您不需办理", ""),
    "put off": ({"confirmed": 6, "put_off": 6}, "6 人报名已确认，所在批次已成班，等待安排考试", "等待", ""),
    "scheduled": ({"scheduled": 6}, "6 人的考试已安排，准考证待发放", "等待", ""),
    "some out": ({"scheduled": 6, "tickets": 2}, "2 张准考证已发放，其余待发放", "等待", ""),
    "to fetch": ({"scheduled": 6, "tickets": 6, "unfetched": 4}, "其中 4 张没有领取", YOU, "领取准考证"),
    "fetched": ({"scheduled": 6, "tickets": 6}, "准考证均已发放", "您不需办理", "查看准考证"),
    "over": ({"withdrawn": 1}, "均已办结", "", "查看人员"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_thing(group: Group, case: str) -> None:
    facts, sentence, who, action = CASES[case]
    head = heads_of(group, standing(**dict(facts)), OPEN)[0]  # type: ignore[call-overload]
    assert sentence in head.sentence
    assert head.who.startswith(str(who))
    assert head.action_label == action


@pytest.mark.parametrize(
    ("facts", "by"),
    [
        ({"faulty": 1}, "2026年3月31日 24:00 前"),
        ({"returned": 1}, "最早 2026年3月20日 24:00 前"),
        ({"review": 1}, "2026年3月17日 24:00 前"),
        ({"approved": 1, "undrawn": (DUE,)}, "款项须于 2026年4月10日 24:00 前到账"),
    ],
)
def test_the_last_moment_is_named(group: Group, facts: dict[str, object], by: str) -> None:
    assert heads_of(group, standing(**facts), OPEN)[0].by == by


def test_what_is_to_be_done_besides(group: Group) -> None:
    found = standing(returned=1, faulty=2, review=3, approved=1, undrawn=(DUE,))
    heads = heads_of(group, found, OPEN)
    assert [head.action_label for head in Gathered(group, found, heads).also] == ["修改 2 人", "开具订单"]


def test_after_the_close_what_was_not_handed_in_can_go_on(group: Group) -> None:
    head = heads_of(group, standing(faulty=2, clear=1, unsent=3), CLOSED)[0]
    assert "已于2026年3月31日（周二）截止，3 人没有提交" in head.sentence
    assert head.action_label == "转入下一批次"


def test_an_order_past_its_day_is_not_to_be_paid_any_more(group: Group) -> None:
    head = heads_of(group, standing(approved=1, unpaid=(unpaid(),)), date(2026, 4, 11))[0]
    assert "缴费截止已过" in head.sentence
    assert head.action_url == ""


def test_a_late_review_says_whom_to_ask(group: Group) -> None:
    assert "请拨打下方电话询问" in heads_of(group, standing(review=1), date(2026, 3, 18))[0].sentence


@pytest.mark.parametrize(
    ("places", "states"),
    [
        ({}, "current todo todo todo todo todo"),
        ({"faulty": 1}, "done current todo todo todo todo"),
        ({"faulty": 1, "clear": 1}, "done current current todo todo todo"),
        ({"passed": 1}, "done done done current todo todo"),
        ({"review": 1}, "done done done done current todo"),
        ({"approved": 1}, "done done done done done current"),
        ({"confirmed": 1}, "done done done done done done"),
        ({"confirmed": 1, "faulty": 1}, "done current done done done done"),
    ],
)
def test_the_steps(places: dict[str, int], states: str) -> None:
    assert " ".join(step.state for step in steps_of(counts(**places))) == states


def test_today_names_what_waits_for_the_officer_of_all_groups_the_nearest_first(group: Group) -> None:
    first = standing(faulty=1, returned=2)
    second = standing(unpaid=(unpaid(),), approved=1, review=3)
    found = [Gathered(group, known, heads_of(group, known, OPEN)) for known in (second, first)]
    assert [(item.title, item.day) for item in today_for(found, OPEN).items] == [
        ("补正退回的 2 人", date(2026, 3, 20)),
        ("修改 1 人", group.window.closes_on),
        ("去缴费", DUE),
    ]
