"""A wrong or missing key stops the start; new keys are noted; and everything can be moved to a new key."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError

from skilleval.core import crypto, rotation, startup
from skilleval.core.models import KeyCheck, OutboxMessage

pytestmark = pytest.mark.django_db


def key(byte):
    return base64.b64encode(bytes([byte]) * 32).decode()


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS, settings.INDEX_KEY = f"old:{key(1)}", key(9)
    KeyCheck.objects.all().delete()


def test_the_first_start_notes_the_keys():
    startup.verify()
    startup.verify()
    assert set(KeyCheck.objects.values_list("name", flat=True)) == {"old", "index"}


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("FIELD_KEYS", f"old:{key(2)}", "key old"),
        ("FIELD_KEYS", f"new:{key(2)}", "key old"),
        ("INDEX_KEY", key(8), "key index"),
    ],
)
def test_another_key_stops_the_start(settings, setting, value, named):
    startup.verify()
    setattr(settings, setting, value)
    with pytest.raises(ImproperlyConfigured, match=named):
        startup.verify()
    assert startup.stored_state(databases=["default"])
    assert not startup.stored_state(databases=None)


def test_the_web_server_starts_while_the_database_is_away(monkeypatch, caplog):
    def away():
        raise OperationalError

    monkeypatch.setattr(startup, "problems", away)
    startup.verify_if_reachable()
    assert "away" in caplog.text


def test_a_wrong_key_stops_the_web_server_too(settings):
    startup.verify()
    settings.INDEX_KEY = key(8)
    with pytest.raises(ImproperlyConfigured):
        startup.verify_if_reachable()


def test_rotation_moves_everything_to_the_new_key(settings, capsys):
    startup.verify()
    for number in range(3):
        OutboxMessage.objects.create(key=str(number), channel="sms", subject="s", body="b", address=f"+86{number}")
    OutboxMessage.objects.create(key="none", channel="portal", subject="s", body="b")
    settings.FIELD_KEYS = f"new:{key(2)},old:{key(1)}"
    call_command("rotate_keys")
    assert "3 个值" in capsys.readouterr().out
    assert rotation.rotate() == 0
    settings.FIELD_KEYS = f"new:{key(2)}"
    startup.verify()
    told = [message.address for message in OutboxMessage.objects.order_by("id")]
    assert told == ["+860", "+861", "+862", ""]


def test_rotation_stops_at_a_value_no_key_opens(settings):
    startup.verify()
    message = OutboxMessage.objects.create(key="1", channel="sms", subject="s", body="b", address="+86")
    settings.FIELD_KEYS = f"new:{key(2)},old:{key(1)}"
    OutboxMessage.objects.filter(pk=message.pk).update(uuid="00000000-0000-0000-0000-000000000001")
    with pytest.raises(crypto.Unreadable):
        rotation.rotate()
    assert KeyCheck.objects.filter(name="old").exists()
