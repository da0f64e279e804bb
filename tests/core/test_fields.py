"""Sealed columns read and write like text, and are bound to their row and column."""

import pytest
from django.db import IntegrityError, connection, transaction

from skilleval.core import crypto
from skilleval.core.fields import EncryptedTextField, Sealed
from tests.core.stand_ins import Parcel

pytestmark = pytest.mark.django_db

ID_NUMBER = "11010519491231002X"


def stored(column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_stand_ins_parcel WHERE id = %s", [pk])  # noqa: S608
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def test_text_comes_back_and_isnt_stored():
    parcel = Parcel.objects.create(secret=ID_NUMBER, other_secret="𠮷田")
    found = Parcel.objects.get()
    assert (found.secret, found.other_secret) == (ID_NUMBER, "𠮷田")
    assert ID_NUMBER.encode() not in stored("secret", parcel.pk)


def test_empty_and_missing_stay_apart():
    parcel = Parcel.objects.create()
    assert (stored("secret", parcel.pk), stored("other_secret", parcel.pk)) == (b"", None)
    found = Parcel.objects.get()
    assert (found.secret, found.other_secret) == ("", None)


def test_bulk_create_assignment_and_refresh():
    first, second = Parcel.objects.bulk_create([Parcel(secret="a"), Parcel(secret="b")])
    found = Parcel.objects.get(pk=second.pk)
    found.secret = "c"
    found.save(update_fields=["secret"])
    second.refresh_from_db()
    assert [second.secret, Parcel.objects.get(pk=first.pk).secret] == ["c", "a"]


def test_deferred_values_open_when_they_are_read(django_assert_num_queries):
    Parcel.objects.create(secret="later")
    found = Parcel.objects.only("note").get()
    with django_assert_num_queries(2):  # the value, then the row's UUID it is bound to
        assert found.secret == "later"
    assert Parcel.objects.defer("secret").get().secret == "later"


def test_the_order_of_construction_doesnt_matter():
    source = Parcel.objects.create(secret="x")
    copy = Parcel(secret=source.secret)
    copy.uuid = source.uuid
    assert copy.secret == "x"


def test_saving_untouched_keeps_the_bytes():
    parcel = Parcel.objects.create(secret="x")
    before = stored("secret", parcel.pk)
    Parcel.objects.get().save()
    assert stored("secret", parcel.pk) == before


@pytest.mark.parametrize(
    "swap",
    [
        "UPDATE {t} a SET secret = b.secret FROM {t} b WHERE a.id <> b.id",
        "UPDATE {t} SET other_secret = secret, secret = other_secret",
    ],
)
def test_swapped_values_are_found_out(swap):
    Parcel.objects.create(secret="one", other_secret="1")
    Parcel.objects.create(secret="two", other_secret="2")
    with connection.cursor() as cursor:
        cursor.execute(swap.format(t=Parcel._meta.db_table))
    for parcel in Parcel.objects.all():
        with pytest.raises(crypto.Unreadable):
            parcel.secret  # noqa: B018 - reading it is what opens it


def test_queries_never_see_text():
    Parcel.objects.create(secret="x")
    assert isinstance(Parcel.objects.values_list("secret", flat=True).get(), Sealed)
    assert Parcel.objects.filter(other_secret__isnull=True).exists()
    for careless in (
        lambda: Parcel.objects.update(secret="y"),
        lambda: Parcel.objects.filter(secret="x").exists(),
        lambda: Parcel.objects.bulk_update(Parcel.objects.all(), ["secret"]),
    ):
        with pytest.raises(TypeError, match="assign it on an instance"), transaction.atomic():
            careless()


def test_writers_round_the_model_seal_for_a_row():
    parcel = Parcel.objects.create()
    field = Parcel._meta.get_field("secret")
    with connection.cursor() as cursor:
        sealed = field.seal("copied", parcel.uuid)
        cursor.execute("UPDATE core_stand_ins_parcel SET secret = %s", [sealed])
    assert Parcel.objects.get().secret == "copied"
    assert (field.seal("", parcel.uuid), field.seal(None, parcel.uuid)) == (b"", None)


def test_the_label_travels_with_the_field():
    field = Parcel._meta.get_field("secret")
    assert field.label == "core_stand_ins_parcel.secret"
    assert field.clone().label == field.label
    assert EncryptedTextField(label="kept").deconstruct()[3]["label"] == "kept"


def test_the_index_finds_follows_and_is_unique():
    parcel = Parcel.objects.create(secret=ID_NUMBER)
    Parcel.objects.bulk_create([Parcel(), Parcel()])  # nothing to index twice
    assert Parcel.objects.get(secret_index=crypto.blind_index(ID_NUMBER)) == parcel
    parcel.secret = "changed"
    parcel.save()
    assert not Parcel.objects.filter(secret_index=crypto.blind_index(ID_NUMBER)).exists()
    with pytest.raises(IntegrityError):
        Parcel.objects.create(secret="changed")
