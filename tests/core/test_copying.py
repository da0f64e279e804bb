"""Rows by COPY: what is there comes back as it was, and of new objects it is told who came through."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from skilleval.core.copying import ROWS_A_READ, copy_new, copy_rows
from skilleval.core.crypto import blind_index
from tests.core.stand_ins import Owner, Parcel

pytestmark = pytest.mark.django_db


def test_new_objects_are_inserted_with_everything_they_have() -> None:
    owner = Owner.objects.create(name="甲")
    objs = [Parcel(secret="11010519491231002X", note="a\tb\\n\n", owner=owner), Parcel(other_secret="𠮷", weight=-3)]
    assert copy_new(objs) == objs
    found = [Parcel.objects.get(pk=obj.pk) for obj in objs]
    assert [(one.uuid, one.note, one.weight, one.owner_id, one.state) for one in found] == [
        (objs[0].uuid, "a\tb\\n\n", 0, owner.pk, "packed"),
        (objs[1].uuid, "", -3, None, "packed"),
    ]
    assert [(one.secret, one.other_secret) for one in found] == [("11010519491231002X", None), ("", "𠮷")]
    assert Parcel.objects.get(secret_index=blind_index("11010519491231002X")) == found[0]
    found[0].save()  # an object of the table, like any other


def test_who_conflicts_with_what_is_there_is_passed_over_and_has_no_key() -> None:
    Parcel.objects.create(secret="taken")
    objs = [Parcel(secret="free"), Parcel(secret="taken"), Parcel(secret="free too"), Parcel(secret="free")]
    assert copy_new(objs) == [objs[0], objs[2]]
    assert [obj.pk is None for obj in objs] == [False, True, False, True]
    assert Parcel.objects.count() == 3


def test_constraints_that_arent_about_others_are_errors() -> None:
    def of_no_owner() -> None:
        with transaction.atomic():
            copy_new([Parcel(owner_id=10**9)])
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        of_no_owner()


def test_a_second_lot_in_the_same_transaction() -> None:
    assert copy_new([]) == []
    copy_new([Parcel()])
    copy_new([Parcel()])
    assert Parcel.objects.count() == 2


def test_rows_of_values_come_back_as_they_were() -> None:
    uuid, text = uuid4(), "a\tb\\n\r\n\f𠮷\\."
    secret = Parcel._meta.get_field("secret").seal("11010519491231002X", uuid)
    fields = ("uuid", "state", "note", "weight", "secret", "other_secret", "owner")
    copy_rows(Parcel, fields, [(uuid, Parcel.State.SENT, text, -3, secret, None, None)])
    found = Parcel.objects.get()
    assert (found.uuid, found.state, found.note, found.weight) == (uuid, "sent", text, -3)
    assert (found.secret, found.other_secret, found.owner) == ("11010519491231002X", None, None)


def test_as_many_rows_as_there_are() -> None:
    count = 2 * ROWS_A_READ + 1
    fields = ("uuid", "state", "note", "weight", "secret")
    copy_rows(Parcel, fields, ((uuid4(), "packed", "", number, b"") for number in range(count)))
    assert sorted(Parcel.objects.values_list("weight", flat=True)) == list(range(count))
