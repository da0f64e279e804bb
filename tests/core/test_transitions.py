"""States change by the table, once, with a log row; the loser of a race is told."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.models import F

from skilleval.core.errors import Conflict, Refused
from skilleval.core.transitions import begin, begin_many, move, move_many
from tests.core.racing import race
from tests.core.stand_ins import Owner, Parcel, ParcelLog

AT = datetime(2026, 12, 14, 1, 30, tzinfo=UTC)


def logged():
    return list(ParcelLog.objects.values_list("subject_id", "from_state", "to_state", "by_id", "by_label", "reason"))


@pytest.mark.django_db
def test_a_move_sets_fields_and_logs_who_when_and_why(person):
    parcel = Parcel.objects.create(weight=2)
    begin(parcel, by=None, at=AT)
    move(parcel, "sent", by=person, at=AT, reason="取件", note="急件", weight=F("weight") + 1)
    assert (parcel.state, parcel.note, parcel.weight) == ("sent", "急件", 3)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.note, parcel.weight) == ("sent", "急件", 3)
    assert logged() == [
        (parcel.pk, "", "packed", None, "系统", ""),
        (parcel.pk, "packed", "sent", 7, "王经办", "取件"),
    ]
    assert ParcelLog.objects.last().at == AT


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "to"), [("packed", "arrived"), ("arrived", "packed"), ("sent", "sent")])
def test_what_the_table_doesnt_name_is_refused_by_name(person, state, to):
    parcel = Parcel.objects.create(state=state)
    with pytest.raises(Refused) as refusal:
        move(parcel, to, by=person, at=AT)
    for word in (Parcel.State(state).label, Parcel.State(to).label):
        assert word in refusal.value.message
    assert Parcel.objects.get().state == state
    assert logged() == []


@pytest.mark.django_db
def test_a_row_that_left_its_state_is_a_conflict_and_stays_as_it_is(person):
    parcel = Parcel.objects.create()
    Parcel.objects.update(state="arrived")
    with pytest.raises(Conflict):
        move(parcel, "sent", by=person, at=AT, note="late")
    assert list(Parcel.objects.values_list("state", "note")) == [("arrived", "")]
    assert logged() == []


@pytest.mark.django_db
def test_an_empty_list_of_keys_moves_nobody(person):
    Parcel.objects.create()
    assert move_many(Parcel.objects.filter(pk__in=[]), "packed", "sent", by=person, at=AT) == 0
    assert logged() == []


@pytest.mark.usefixtures("stand_ins")
def test_outside_a_transaction_it_fails_loudly(person):
    with pytest.raises(RuntimeError, match="atomic"):
        move(Parcel.objects.create(), "sent", by=person, at=AT)


def careless_move(parcel, to, *, by, at):
    """The negative control: what a move without the condition on the old state does."""
    Parcel.objects.filter(pk=parcel.pk).update(state=to)
    ParcelLog.objects.create(subject=parcel, from_state=parcel.state, to_state=to, at=at, by_label=by.label)


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(("mover", "conflicts"), [(move, 3), (careless_move, 0)])
def test_of_many_movers_one_wins(person, mover, conflicts):
    pk = Parcel.objects.create().pk
    copies = [Parcel.objects.get(pk=pk) for _ in range(4)]

    def send(copy):
        with transaction.atomic():
            mover(copy, "sent", by=person, at=AT)

    outcomes = race(*(lambda copy=copy: send(copy) for copy in copies))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == conflicts
    assert ParcelLog.objects.count() == 4 - conflicts


@pytest.mark.django_db
def test_many_move_in_one_statement_and_each_is_logged(person, django_assert_num_queries):
    north = Owner.objects.create(name="北")
    packed = Parcel.objects.bulk_create([Parcel(owner=north) for _ in range(5)])
    Parcel.objects.create(owner=north, state="arrived")
    elsewhere = Parcel.objects.create()
    with django_assert_num_queries(1):
        count = move_many(
            Parcel.objects.filter(owner__name="北"), "packed", "sent", by=person, at=AT, reason="整批", note="批"
        )
    assert count == 5
    assert logged() == [(p.pk, "packed", "sent", 7, "王经办", "整批") for p in packed]
    assert set(Parcel.objects.values_list("state", "note")) == {("sent", "批"), ("arrived", ""), ("packed", "")}
    elsewhere.refresh_from_db()
    assert elsewhere.state == "packed"


@pytest.mark.django_db
def test_many_obey_the_table_too(person):
    Parcel.objects.create()
    with pytest.raises(Refused):
        move_many(Parcel.objects.all(), "packed", "arrived", by=person, at=AT)


@pytest.mark.usefixtures("stand_ins")
def test_two_bulk_moves_at_once_move_each_row_once(person):
    Parcel.objects.bulk_create([Parcel() for _ in range(200)])

    def send_all():
        with transaction.atomic():
            return move_many(Parcel.objects.all(), "packed", "sent", by=person, at=AT)

    assert sum(race(send_all, send_all, send_all)) == 200
    assert ParcelLog.objects.count() == 200


@pytest.mark.django_db
def test_many_new_rows_are_logged_in_one_statement(person, django_assert_num_queries):
    parcels = [Parcel.objects.create(), Parcel.objects.create(state="sent")]
    with django_assert_num_queries(1):
        begin_many(parcels, by=person, at=AT, reason="名册")
    assert logged() == [
        (parcels[0].pk, "", "packed", 7, "王经办", "名册"),
        (parcels[1].pk, "", "sent", 7, "王经办", "名册"),
    ]
    with django_assert_num_queries(0):
        begin_many([], by=person, at=AT)
