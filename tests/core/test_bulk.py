"""Many rows written at once keep what each has, sealed fields included, and leave the rest alone."""

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from skilleval.core import bulk
from skilleval.core.bulk import save_many
from skilleval.core.models import Job
from tests.core.stand_ins import Owner, Parcel

pytestmark = pytest.mark.django_db


def made(count: int) -> list[Parcel]:
    Parcel.objects.bulk_create([Parcel(secret=f"secret {number}", note="kept") for number in range(count)])
    return list(Parcel.objects.order_by("pk"))


def test_each_row_gets_its_own_values_in_one_statement() -> None:
    owner, parcels = Owner.objects.create(name="甲"), made(3)
    for number, parcel in enumerate(parcels):
        parcel.secret, parcel.weight, parcel.owner = f"新 {number}", number, owner if number else None
        parcel.note = "not named, so not written"
    with CaptureQueriesContext(connection) as counted:
        assert save_many(parcels, ["secret", "secret_index", "weight", "owner"]) == 3
    assert len(counted) == 1
    found = list(Parcel.objects.order_by("pk"))
    assert [(one.secret, one.weight, one.owner_id) for one in found] == [
        ("新 0", 0, None),
        ("新 1", 1, owner.pk),
        ("新 2", 2, owner.pk),
    ]
    assert {one.note for one in found} == {"kept"}
    assert bytes(found[1].secret_index) == bytes(parcels[1].secret_index)


def test_more_rows_than_a_statement_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_A_STATEMENT", 2)
    parcels = made(5)
    for parcel in parcels:
        parcel.weight = 9
    assert save_many(parcels, ["weight"]) == 5
    assert set(Parcel.objects.values_list("weight", flat=True)) == {9}


def test_nothing_to_write_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as counted:
        assert save_many([], ["weight"]) == 0
    assert len(counted) == 0


def test_documents_are_written_as_documents() -> None:
    jobs = [Job.objects.create(kind="test", key=key) for key in "ab"]
    for job in jobs:
        job.payload = {"id": job.pk, "words": ["%s", "'"]}
    save_many(jobs, ["payload"])
    assert [job.payload for job in Job.objects.order_by("pk")] == [job.payload for job in jobs]


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    parcels = made(1)
    parcels[0].note = "长" * 51
    with pytest.raises(DataError):
        save_many(parcels, ["note"])
