"""The whole check of kept rows: as of a day, in a handful of questions, and again on a new day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registration import due
from registration.models import Group
from registration.services import judging
from skilleval.core.jobs import drain
from skilleval.core.models import Job
from tests.factories import BanFactory, CandidateFactory, resident_number
from tests.registration.rosters import EARLIER, member, read, rows_in, stated

pytestmark = pytest.mark.django_db
TODAY = EARLIER.date()


def test_it_writes_nothing_and_finds_what_the_upload_found(group: Group) -> None:
    read(group, stated(1, phone="123"), stated(2), stated(2))
    before = [(row.faults, row.kinds) for row in rows_in(group)]
    found = judging.judge(rows_in(group), on=TODAY)
    assert [([fault.kept() for fault in one.faults], one.verdict.kinds) for one in found] == before
    assert [one.clear for one in found] == [False, False, False]
    assert judging.judge([], on=TODAY) == []


def test_a_rows_own_application_isnt_in_its_way_another_ones_is(group: Group) -> None:
    application = member(group)
    (judged,) = judging.judge([application.roster_row], on=TODAY)
    assert (judged.clear, judged.row.state) == (True, "passed")
    judging.write([judged], on=TODAY)
    assert rows_in(group)[0].state == "passed"


def test_a_passed_row_that_something_stops_falls_back(group: Group) -> None:
    application = member(group)
    BanFactory(candidate=application.candidate)
    judging.write(judging.judge([application.roster_row], on=TODAY), on=TODAY)
    (row,) = rows_in(group)
    assert (row.state, row.kinds, row.passed) == ("faulty", ["ban"], None)


def test_thirty_rows_ask_as_many_questions_as_one(group: Group) -> None:
    for serial in range(30):
        CandidateFactory(id_cipher=resident_number(serial))
    read(group, *map(stated, range(30)))
    rows = list(group.rows.select_related("roster"))
    judging.judge(rows[:1], on=TODAY)
    counts = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as asked:
            judging.judge(some, on=TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def test_a_new_day_checks_what_isnt_passed_once(group: Group) -> None:
    grown = date(2010, 3, 10)  # sixteen on that day
    read(group, stated(1, id_number=resident_number(1, grown), work_from="2026-03-01"))
    assert "age" in rows_in(group)[0].kinds
    before, birthday = date(2026, 3, 9), date(2026, 3, 10)
    for day in (before, birthday):
        assert due.recheck_rosters(day) == 1
        drain()
        assert due.recheck_rosters(day) == 0
        assert rows_in(group)[0].checked_on == day
    assert "age" not in rows_in(group)[0].kinds
    assert Job.objects.filter(kind="registration.recheck_group").count() == 2
    assert due.recheck_rosters(date(2026, 4, 1)) == 0  # the window is over


def test_a_new_day_leaves_passed_rows_to_the_handing_in(group: Group) -> None:
    application = member(group)
    BanFactory(candidate=application.candidate, starts_on=TODAY + timedelta(days=1))
    assert judging.recheck(group, on=TODAY + timedelta(days=2)) == 0
    assert rows_in(group)[0].state == "passed"
