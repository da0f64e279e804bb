"""Numbers given out without gap or repetition, from a row that stays locked until the caller commits."""

from django.db import connection

from skilleval.core.db import assert_in_transaction
from skilleval.core.models import Counter


def take(name: str, count: int = 1) -> range:
    """The next ``count`` numbers under a name, starting with 1; a rolled back transaction gives them back."""
    assert_in_transaction()
    if count < 1:
        raise ValueError("count must be at least 1")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (name, value) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET value = core_counter.value + EXCLUDED.value RETURNING value",
            [name, count],
        )
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def raise_to(name: str, value: int) -> int:
    """Let the next number under a name come after ``value``; a counter never goes down. Returns where it stands."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_counter (name, value) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET value = GREATEST(core_counter.value, EXCLUDED.value) RETURNING value",
            [name, value],
        )
        return int(cursor.fetchone()[0])


def current(name: str) -> int:
    """The last number given out under a name, 0 for none; it may be a greater one a moment later."""
    return Counter.objects.values_list("value", flat=True).filter(name=name).first() or 0
