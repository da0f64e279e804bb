"""What is due runs in the order of registration; a failure is told after the others have run."""

from datetime import date

import pytest

from skilleval.core import due

DAY = date(2026, 12, 14)


@pytest.fixture(autouse=True)
def verbs(monkeypatch):
    monkeypatch.setattr(due, "_verbs", {})


def test_all_run_in_order_for_the_day():
    ran = []
    due.due("b")(lambda on: ran.append(("b", on)) or 2)
    due.due("a")(lambda on: ran.append(("a", on)) or 0)
    assert due.run_due(DAY) == {"b": 2, "a": 0}
    assert ran == [("b", DAY), ("a", DAY)]
    assert due.names() == ["b", "a"]


def test_a_failure_is_told_after_the_others_ran():
    ran = []
    due.due("broken")(lambda on: 1 // 0)
    due.due("sound")(lambda on: ran.append(on) or 1)
    with pytest.raises(due.SomeFailed, match="broken"):
        due.run_due(DAY)
    assert ran == [DAY]


def test_a_name_is_taken_once():
    due.due("a")(lambda on: 0)
    with pytest.raises(ValueError, match="a"):
        due.due("a")(lambda on: 0)
