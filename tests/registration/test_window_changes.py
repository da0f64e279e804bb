"""Which days of a window can't be, what a change may not take from anybody, and how it reads (SPEC 3.3, 13)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from registration.window_changes import (
    FIELDS,
    Standing,
    as_json,
    assessed,
    changes,
    faults,
    faults_of_change,
    sentence,
    stages,
)

MARCH = dict.fromkeys(FIELDS) | {
    "label": "2026年3月批次",
    "opens_on": date(2026, 3, 1),
    "closes_on": date(2026, 3, 31),
    "exam_from": date(2026, 4, 1),
    "exam_by": date(2026, 4, 30),
    "tentative": False,
}


def march(**days: Any) -> dict[str, Any]:
    return MARCH | days


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({}, None),
        ({"closes_on": date(2026, 3, 1)}, None),
        ({"closes_on": date(2026, 2, 28)}, "closes_on"),
        ({"exam_by": date(2026, 4, 1)}, None),
        ({"exam_by": date(2026, 3, 31)}, "exam_by"),  # before it begins
        ({"exam_by": date(2026, 3, 30)}, "exam_by"),
        ({"exam_from": None}, "exam_from"),
        ({"exam_from": None, "tentative": True}, None),
        ({"papers_by": date(2026, 2, 28)}, "papers_by"),
        ({"papers_by": date(2026, 3, 1)}, None),
        ({"pay_by": date(2026, 4, 30)}, None),
        ({"pay_by": date(2026, 5, 1)}, "pay_by"),
        ({"tickets_from": date(2026, 5, 1)}, "tickets_from"),
        ({"tickets_from": date(2026, 4, 10), "tickets_until": date(2026, 4, 10)}, None),
        ({"tickets_from": date(2026, 4, 10), "tickets_until": date(2026, 4, 9)}, "tickets_until"),
        ({"tickets_until": date(2026, 5, 1)}, "tickets_until"),
    ],
)
def test_days_among_themselves(days: dict[str, Any], field: str | None) -> None:
    found = next(iter(faults(march(**days))), None)
    assert (found and found.field) == field


@pytest.mark.parametrize(
    ("days", "standing", "on", "field"),
    [
        ({"exam_by": date(2026, 5, 9)}, Standing(applied=True, judged=True), date(2026, 4, 20), None),
        ({"closes_on": date(2026, 4, 3)}, Standing(applied=True, judged=True), date(2026, 4, 2), "closes_on"),
        ({"pay_by": date(2026, 4, 3)}, Standing(judged=True), date(2026, 4, 2), "pay_by"),
        ({"closes_on": date(2026, 4, 3)}, Standing(applied=True), date(2026, 4, 2), None),
        ({"closes_on": date(2026, 3, 20)}, Standing(), date(2026, 3, 20), None),
        ({"closes_on": date(2026, 3, 20)}, Standing(), date(2026, 3, 21), "closes_on"),
        ({"closes_on": date(2026, 3, 30)}, Standing(), date(2026, 4, 9), "closes_on"),  # it was over before
        ({"opens_on": date(2026, 3, 2)}, Standing(), date(2026, 2, 1), None),
        ({"opens_on": date(2026, 3, 2)}, Standing(applied=True), date(2026, 3, 1), "opens_on"),
        ({"opens_on": date(2026, 2, 27)}, Standing(applied=True), date(2026, 3, 1), None),
        ({"pay_by": date(2026, 3, 25)}, Standing(promised=date(2026, 3, 31)), date(2026, 3, 9), "pay_by"),
        ({"closes_on": date(2026, 3, 20)}, Standing(promised=date(2026, 3, 31)), date(2026, 3, 9), "pay_by"),
        (
            {"closes_on": date(2026, 3, 20), "pay_by": date(2026, 3, 31)},
            Standing(promised=date(2026, 3, 31)),
            date(2026, 3, 9),
            None,
        ),
        (
            {"pay_by": date(2026, 4, 2)},
            Standing(promised=date(2026, 4, 3)),
            date(2026, 3, 31),
            None,
        ),  # later than it was
    ],
)
def test_what_a_change_would_take(days: dict[str, Any], standing: Standing, on: date, field: str | None) -> None:
    found = next(iter(faults_of_change(MARCH, march(**days), standing, on)), None)
    assert (found and found.field) == field


def test_a_change_in_words_as_it_is_made_and_as_it_is_kept() -> None:
    after = march(closes_on=date(2026, 4, 3), pay_by=date(2026, 4, 8), tentative=True)
    found = changes(MARCH, after)
    assert sentence(found) == (
        "申报截止由2026年3月31日（周二）改为2026年4月3日（周五）；缴费截止由未另设改为2026年4月8日（周三）；"
        "评价时间暂定由已确定改为暂定"
    )
    kept = [as_json({name: facts[name] for name in ("closes_on", "pay_by", "tentative")}) for facts in (MARCH, after)]
    assert changes(*kept) == found
    assert changes({}, kept[1]) == []


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({}, []),
        ({"papers_by": date(2026, 4, 3)}, [("交材料", "2026年4月3日 24:00 前")]),
        ({"tickets_from": date(2026, 4, 9)}, [("准考证下载", "2026年4月9日（周四）起")]),
        ({"tickets_until": date(2026, 4, 9)}, [("准考证下载", "至2026年4月9日 24:00 前")]),
        (
            {"tickets_from": date(2026, 4, 9), "tickets_until": date(2026, 4, 12)},
            [("准考证下载", "2026年4月9日至4月12日")],
        ),
    ],
)
def test_stages_are_said_where_a_window_has_them(days: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert stages(SimpleNamespace(**march(**days))) == told


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({}, "2026年4月1日至4月30日"),
        ({"tentative": True}, "2026年4月1日至4月30日（暂定）"),
        ({"exam_from": None, "tentative": True}, "2026年4月30日（周四）前（暂定）"),
    ],
)
def test_when_it_is_assessed(days: dict[str, Any], told: str) -> None:
    assert assessed(SimpleNamespace(**march(**days))) == told
