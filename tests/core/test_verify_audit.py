"""The command that holds the audit trail against its seals: silent about nothing, failing at the first break."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from skilleval.core import audit, seal
from skilleval.core.models import AuditEvent, Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing(person):
    """Something with three sealed events, and one that isn't yet."""
    made = Counter.objects.create(name="thing")
    for number in range(3):
        audit.record("thing.changed", by=person, obj=made, number=number)
    seal.seal_pending()
    audit.record("thing.changed", by=person, obj=made)
    return made


def tamper(statement):
    """Somebody with the database in their hands, past its guard."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER core_audit_append_only")
        cursor.execute(statement)
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE core_auditevent ENABLE TRIGGER core_audit_append_only")


def test_a_whole_chain_is_counted_and_seals_nothing(thing, capsys):
    call_command("verify_audit")
    assert "共 3 条审计记录；尚未封存 1 条" in capsys.readouterr().out
    assert AuditEvent.objects.filter(sequence=None).count() == 1


def test_an_empty_trail_is_whole(capsys):
    call_command("verify_audit")
    assert "共 0 条" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statement", "place", "sequence"),
    [
        ("UPDATE core_auditevent SET actor_label = '别人' WHERE sequence = 2", 2, 2),
        ("UPDATE core_auditevent SET details = '{}' WHERE sequence = 3", 3, 3),
        ("DELETE FROM core_auditevent WHERE sequence = 1", 1, 2),
        ("UPDATE core_auditevent SET sequence = 9 WHERE sequence = 3", 3, 3),
    ],
)
def test_the_first_event_that_doesnt_fit_is_named(thing, statement, place, sequence):
    named = AuditEvent.objects.get(sequence=sequence)
    tamper(statement)
    with pytest.raises(CommandError, match=f"audit event {named.pk} at {place}"):
        call_command("verify_audit")
