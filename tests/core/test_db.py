"""Whole transactions are run again when they lost to another, three times at most, and never in part."""

import pytest
from django.db import OperationalError, connection, transaction

from skilleval.core import db
from skilleval.core.errors import Conflict
from tests.core.racing import race
from tests.core.stand_ins import Parcel

pytestmark = pytest.mark.usefixtures("stand_ins")


def fail_with(code):
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{code}'; END $$")


@pytest.mark.parametrize("code", [db.SERIALIZATION_FAILURE, db.DEADLOCK])
@pytest.mark.parametrize(("failures", "works"), [(0, True), (3, True), (4, False)])
def test_lost_transactions_are_repeated_three_times(code, failures, works):
    calls = []

    @db.retrying
    @transaction.atomic
    def work():
        calls.append(1)
        Parcel.objects.create()
        if len(calls) <= failures:
            fail_with(code)
        return "done"

    if works:
        assert work() == "done"
    else:
        with pytest.raises(Conflict, match="稍等"):
            work()
    assert Parcel.objects.count() == works
    assert len(calls) == min(failures, 3) + 1


def test_other_errors_arent_repeated():
    calls = []

    @db.retrying
    def work():
        calls.append(1)
        fail_with("57014")

    with pytest.raises(OperationalError):
        work()
    assert len(calls) == 1


def test_within_a_transaction_it_only_passes_through():
    calls = []

    @db.retrying
    def work():
        calls.append(1)
        fail_with(db.DEADLOCK)

    with pytest.raises(OperationalError), transaction.atomic():
        work()
    assert len(calls) == 1


def cross(first, second):
    """Lock two rows in the order given, slowly enough for the other one to come between."""
    Parcel.objects.select_for_update().get(pk=first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")
    Parcel.objects.filter(pk=second).update(weight=1)
    return "done"


@pytest.mark.parametrize(("guard", "lost"), [(db.retrying, 0), (lambda function: function, 1)])
def test_a_real_deadlock_is_survived(guard, lost):
    a, b = (parcel.pk for parcel in Parcel.objects.bulk_create([Parcel(), Parcel()]))
    work = guard(transaction.atomic(cross))
    outcomes = race(lambda: work(a, b), lambda: work(b, a))
    assert sum(outcome != "done" for outcome in outcomes) == lost


@pytest.mark.parametrize(("code", "lost"), [("40001", True), ("40P01", True), ("55P03", True), ("57014", False)])
def test_which_errors_are_races_lost(code, lost):
    with pytest.raises(OperationalError) as error:
        fail_with(code)
    assert db.lost_a_race(error.value) is lost
    assert db.lost_a_race(ValueError()) is False
