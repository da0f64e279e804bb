"""The audit trail: written in the caller's transaction, sealed afterwards, and any change is found out."""

import pytest
from django.db import DatabaseError, connection, transaction

from skilleval.core import audit, seal
from skilleval.core.models import AuditEvent, Counter
from tests.core.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(person):
    """Five sealed events."""
    thing = Counter.objects.create(name="thing")
    for number in range(5):
        audit.record("thing.changed", by=person, obj=thing, field="value", number=number)
    assert seal.seal_pending() == 5
    return thing


@pytest.fixture
def tampering():
    """Somebody with the database in their hands, past its guard."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER core_audit_append_only")
        yield
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER core_audit_append_only")


@pytest.mark.parametrize(
    "change",
    [
        lambda events: events.filter(sequence__isnull=True).update(action="other"),
        lambda events: events.filter(sequence=1).update(action="other"),
        lambda events: events.filter(sequence=1).update(sequence=None, digest=None),
        lambda events: events.filter(sequence=1).update(digest=b"x"),
        lambda events: events.all().delete(),
    ],
)
def test_the_database_lets_events_only_be_added(trail, person, change):
    audit.record("thing.changed", by=person, obj=trail)
    with pytest.raises(DatabaseError, match="only added"), transaction.atomic():
        change(AuditEvent.objects)
    assert seal.verify() == 5


def test_an_event_says_who_did_what_to_which(person):
    thing = Counter.objects.create(name="thing")
    event = audit.record("export", by=person, obj=thing, count=3)
    told = (event.actor_id, event.actor_label, event.action, event.object_type, event.object_id, event.details)
    assert told == (7, "王经办", "export", "core.counter", str(thing.pk), {"count": 3})
    assert audit.record("swept", by=None, obj=thing).actor_label == "系统"


def test_it_rolls_back_with_what_it_tells():
    with transaction.atomic():
        audit.record("x", by=None, obj=Counter.objects.create(name="x"))
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_the_chain_holds_and_grows(trail, person):
    assert seal.verify() == 5
    audit.record("thing.changed", by=person, obj=trail)
    assert (seal.verify(), seal.seal_pending(), seal.seal_pending(), seal.verify()) == (5, 1, 0, 6)


@pytest.mark.parametrize(
    "change", [{"actor_id": 8}, {"actor_label": "别人"}, {"action": "other"}, {"object_id": "9"}, {"details": {}}]
)
def test_an_altered_event_breaks_it(trail, tampering, change):
    AuditEvent.objects.filter(sequence=3).update(**change)
    with pytest.raises(seal.Broken, match="at 3"):
        seal.verify()


def test_a_missing_event_breaks_it(trail, tampering):
    AuditEvent.objects.filter(sequence=2).delete()
    with pytest.raises(seal.Broken):
        seal.verify()


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_chain(person):
    thing = Counter.objects.create(name="thing")
    for _ in range(40):
        audit.record("thing.changed", by=person, obj=thing)
    race(*[seal.seal_pending] * 4)
    seal.seal_pending()
    assert seal.verify() == 40
