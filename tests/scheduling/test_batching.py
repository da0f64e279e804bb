"""When a batch runs, how it splits, and what is carried over (SPEC 7.1, 7.3)."""

import pytest
from hypothesis import given, strategies as st

from scheduling.batching import BatchRow, Judgment, judge, judge_windows, runs, split


@pytest.mark.parametrize(
    ("confirmed", "threshold", "expected"),
    [(29, 30, False), (30, 30, True), (31, 30, True), (0, 30, False), (1, 1, True), (0, 0, False)],
)
def test_runs(confirmed: int, threshold: int, expected: bool) -> None:
    assert runs(confirmed, threshold) is expected


@pytest.mark.parametrize(
    ("count", "capacity", "sizes"),
    [
        (0, 40, ()),
        (30, 40, (30,)),
        (40, 40, (40,)),
        (41, 40, (21, 20)),
        (80, 40, (40, 40)),
        (81, 40, (27, 27, 27)),
        (101, 40, (34, 34, 33)),
        (69, 30, (23, 23, 23)),
        (5, 1, (1, 1, 1, 1, 1)),
    ],
)
def test_split(count: int, capacity: int, sizes: tuple[int, ...]) -> None:
    assert split(count, capacity) == sizes


@pytest.mark.parametrize(("count", "capacity"), [(30, 0), (-1, 40)])
def test_an_impossible_split_is_refused(count: int, capacity: int) -> None:
    with pytest.raises(ValueError, match="can't split"):
        split(count, capacity)


def test_judge() -> None:
    assert judge(29, threshold=30, capacity=40) == Judgment(False, 29)
    assert judge(45, threshold=30, capacity=40) == Judgment(True, 0, (23, 22))


def test_who_didnt_make_a_batch_is_carried_over_an_empty_month() -> None:
    rows = judge_windows(
        ["1", "2", "3", "4"], {"1": {"b": 30, "a": 12}, "3": {"a": 20, "c": 0}}, threshold=30, capacity=40
    )
    assert rows == (
        BatchRow("1", "a", Judgment(False, 12)),
        BatchRow("1", "b", Judgment(True, 0, (30,))),
        BatchRow("2", "a", Judgment(False, 12)),
        BatchRow("3", "a", Judgment(True, 0, (32,))),
    )


@given(st.integers(0, 5000), st.integers(1, 200))
def test_every_split_is_fair_and_the_smallest(count: int, capacity: int) -> None:
    sizes = split(count, capacity)
    assert sum(sizes) == count
    assert list(sizes) == sorted(sizes, reverse=True)
    assert all(size <= capacity for size in sizes)
    assert not sizes or sizes[0] - sizes[-1] <= 1
    assert (len(sizes) - 1) * capacity < count or not sizes


ARRIVALS = st.dictionaries(
    st.sampled_from("1234"), st.dictionaries(st.sampled_from("abc"), st.integers(0, 90), max_size=3), max_size=4
)


@given(ARRIVALS, st.integers(1, 40), st.integers(1, 50))
def test_nobody_is_lost_or_doubled(arrivals: dict[str, dict[str, int]], threshold: int, capacity: int) -> None:
    rows = judge_windows("1234", arrivals, threshold=threshold, capacity=capacity)
    for offering in "abc":
        arrived = sum(counts.get(offering, 0) for counts in arrivals.values())
        mine = [row.judgment for row in rows if row.offering == offering]
        seated = sum(sum(judgment.sessions) for judgment in mine)
        assert seated + (mine[-1].waiting if mine else 0) == arrived
        assert all(judgment.waiting < threshold for judgment in mine)
