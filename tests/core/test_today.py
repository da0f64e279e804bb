"""今日: the nearest first, a few, and what ends today or tomorrow says so."""

from datetime import date, timedelta

from skilleval.core.today import MOST, Item, today_of

ON = date(2026, 4, 8)


def item(days: int | None, title: str = "") -> Item:
    return Item(title or str(days), "/", day=None if days is None else ON + timedelta(days=days))


def test_the_nearest_comes_first_and_what_has_no_deadline_last() -> None:
    shown = today_of([item(None), item(3), item(-1), item(0)], ON).items
    assert [one.title for one in shown] == ["-1", "0", "3", "None"]


def test_today_and_tomorrow_are_marked() -> None:
    assert [one.mark for one in today_of([item(day) for day in (-1, 0, 1, 2)], ON).items] == ["", "今天", "明天", ""]
    assert today_of([Item("x", "/", mark="请先办理", day=ON)], ON).items[0].mark == "请先办理"


def test_a_few_are_shown_and_the_rest_is_counted() -> None:
    few = today_of([item(day) for day in range(MOST)], ON)
    assert (len(few.items), few.more) == (MOST, 0)
    many = today_of([item(day) for day in range(MOST + 3)], ON)
    assert (len(many.items), many.more) == (MOST, 3)


def test_nothing_to_do_is_nothing() -> None:
    assert today_of([], ON).items == ()
