"""Numbers come without gap or repetition, whoever asks and whatever is rolled back."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Max

from skilleval.core.counters import current, raise_to, take
from skilleval.core.models import Counter, Event
from tests.core.racing import race


@pytest.mark.django_db
def test_numbers_follow_on_each_other_by_name():
    assert list(take("S000031400054/2026/3")) == [1]
    assert list(take("S000031400054/2026/3", 3)) == [2, 3, 4]
    assert list(take("S000031400054/2026/4")) == [1]


@pytest.mark.django_db
def test_a_rolled_back_transaction_gives_its_numbers_back():
    with transaction.atomic():
        take("a", 5)
        transaction.set_rollback(True)
    assert list(take("a")) == [1]


@pytest.mark.django_db
def test_no_numbers_can_be_asked_for_none():
    with pytest.raises(ValueError, match="at least 1"):
        take("a", 0)


@pytest.mark.django_db
def test_a_counter_goes_on_after_what_was_given_out_elsewhere_and_never_goes_down():
    assert current("a") == 0
    assert raise_to("a", 200) == 200
    assert list(take("a", 2)) == [201, 202]
    assert raise_to("a", 200) == 202
    assert current("a") == 202


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_needed():
    with pytest.raises(RuntimeError):
        take("a")


def careless_take(name):
    """The negative control: the next number after the greatest in use, with the moment in which another asks too."""
    last = Event.objects.aggregate(last=Max("object_id"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02)")
    return [last + 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("taker", "repeats"), [(take, False), (careless_take, True)])
def test_callers_at_once_never_get_the_same_number(taker, repeats):
    def caller():
        with transaction.atomic():
            number = taker("serial")[0]
            Event.objects.create(kind="numbered", object_id=number, key=str(uuid4()))
        return number

    numbers = sorted(number for _ in range(5) for number in race(*[caller] * 6))
    assert (numbers != list(range(1, 31))) == repeats
    assert repeats or Counter.objects.get().value == 30
