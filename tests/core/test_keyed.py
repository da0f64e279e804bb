"""Pages that begin behind a key hold every row once, whichever way one turns them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from skilleval.core import keyed
from skilleval.core.models import Counter

pytestmark = pytest.mark.django_db
ORDERS = [("value", "pk"), ("-value", "-pk"), ("value", "-pk"), ("pk",), ("-pk",)]


@pytest.fixture
def rows():
    Counter.objects.bulk_create(Counter(name=f"{number}", value=number // 3) for number in range(10))
    return Counter.objects.all()


@pytest.mark.parametrize("order", ORDERS)
def test_turning_the_pages_reads_every_row_once(rows, order):
    wanted = list(rows.order_by(*order))
    read, key = [], ""
    while page := list((keyed.behind(rows, order, key) if key else rows).order_by(*order)[:3]):
        read += page
        key = keyed.key_of(page[-1], order)
    assert read == wanted
    backwards = keyed.turned(order)
    before = keyed.behind(rows, backwards, keyed.key_of(wanted[6], order)).order_by(*backwards)
    assert list(before)[::-1] == wanted[:6]


@pytest.mark.parametrize(
    "key", ["x", "1", "1~2~3", "~", "1~x", "9999999999999999999999~1", "1~99999999999999999999999", "\x00~1", "１~２'"]
)
def test_what_is_no_key_finds_nothing(rows, key):
    assert not keyed.behind(rows, ("value", "pk"), key).exists()


def test_counting_stops_where_nobody_reads_on(rows, monkeypatch):
    monkeypatch.setattr(keyed, "COUNTED", 5)
    with CaptureQueriesContext(connection) as asked:
        assert keyed.counts_of(rows, rows.filter(value=0), rows.none(), rows.filter(pk__in=[])) == ["4+", "3", "0", "0"]
    assert len(asked) == 1
