"""Lists read by one statement are what their querysets would have found, and the statement is written once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from skilleval.core.gathering import Gathering, keep
from skilleval.core.models import Counter, OutboxMessage, StoredFile

pytestmark = pytest.mark.django_db
KEPT = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)


def files(kind):
    return StoredFile.objects.filter(kind=kind).order_by("path")


def lists(*, kind, name):
    return {
        "files": files(kind),
        "counters": Counter.objects.filter(name=name),
        "same": Counter.objects.filter(value=7),
    }


@pytest.fixture
def reading():
    for number in (2, 1):
        StoredFile.objects.create(
            uuid=uuid.UUID(int=number), kind="photo", path=f"a/{number}", sha256="0", size=number, created_at=KEPT
        )
    Counter.objects.create(name="申报", value=7)
    return Gathering(lists, kind="‹kind›", name="‹name›")


def test_rows_come_as_the_querysets_have_them_in_one_statement(reading):
    with CaptureQueriesContext(connection) as asked:
        found = reading.read(kind="photo", name="申报")
    assert len(asked) == 1
    assert [vars(row) | {"_state": None} for row in found["files"]] == [
        vars(row) | {"_state": None} for row in files("photo")
    ]
    assert [counter.value for counter in found["counters"]] == [7]
    assert found["same"] == found["counters"]


def test_what_is_asked_for_next_isn_t_what_was_asked_for_first(reading):
    assert len(reading.read(kind="photo", name="申报")["files"]) == 2
    assert reading.read(kind="document", name="x")["files"] == []
    assert reading.read(kind="photo", name="申报' OR true --")["counters"] == []


def test_columns_left_out_are_read_when_they_are_needed(reading):
    some = Gathering(lambda *, name: {"counters": Counter.objects.filter(name=name).only("name")}, name="‹name›")
    (counter,) = some.read(name="申报")["counters"]
    assert counter.get_deferred_fields() == {"value"}
    assert counter.value == 7


@pytest.mark.parametrize(
    "rows",
    [
        lambda *, key: {"x": OutboxMessage.objects.filter(key=key)},
        lambda *, key: {"x": OutboxMessage.objects.filter(key=key).values("key")},
        lambda *, key: {"x": StoredFile.objects.filter(path=key).select_related()},
        lambda *, key: {"x": Counter.objects.all()},
    ],
    ids=["sealed", "values", "related", "nothing asked for"],
)
def test_what_it_isn_t_for_fails_loudly(rows):
    OutboxMessage.objects.create(key="a", channel="sms", address="+8613900000000", subject="", body="")
    with pytest.raises(TypeError):
        Gathering(rows, key="‹key›").read(key="a")


def test_kept_rows_answer_without_a_query():
    user = get_user_model()(pk=1)
    keep(user, emailaddress_set=[])
    with CaptureQueriesContext(connection) as asked:
        assert list(user.emailaddress_set.all()) == []
    assert len(asked) == 0
