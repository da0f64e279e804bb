"""What has to hold before the portal serves or works: no stored clock outside the demo, and the right keys."""

import logging
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register as register_check
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, transaction

from skilleval.core import clock, crypto

logger = logging.getLogger(__name__)

KNOWN_TEXT = "key check"
INDEX_NAME = "index"


def register() -> None:
    """Add the comparison to `manage.py check --database default` and to `migrate`."""
    register_check(stored_state, Tags.database)


def stored_state(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Django's check: each problem is an error."""
    return [Error(problem, id="core.E001") for problem in problems()] if databases else []


def verify() -> None:
    """Raise ImproperlyConfigured for a problem, and note keys used for the first time; for workers."""
    found = problems()
    if found:
        raise ImproperlyConfigured("; ".join(found))
    _note_new_keys()


def verify_if_reachable() -> None:
    """The same for the web server, which starts and shows its error page while the database is away."""
    try:
        verify()
    except OperationalError:
        logger.warning("the database is away: what is stored wasn't compared with the configuration")


def problems() -> list[str]:
    """What is wrong between the configuration and what is stored; empty before the first migration."""
    from skilleval.core.models import ClockOffset, KeyCheck

    if KeyCheck._meta.db_table not in connection.introspection.table_names():
        return []
    found = []
    if not clock.is_demo() and ClockOffset.objects.exists():
        found.append("a demo's clock offset is stored in this database; only DEMO=1 may use it")
    for name, value in KeyCheck.objects.values_list("name", "value"):
        if not _opens(name, bytes(value)):
            found.append(f"key {name} is missing or isn't the key this database was written with")
    return found


def _opens(name: str, value: bytes) -> bool:
    if name == INDEX_NAME:
        return crypto.blind_index(KNOWN_TEXT) == value
    try:
        return crypto.decrypt(value, bound_to=name) == KNOWN_TEXT
    except crypto.Unreadable:
        return False


@transaction.atomic
def _note_new_keys() -> None:
    from skilleval.core.models import KeyCheck

    values = {INDEX_NAME: crypto.blind_index(KNOWN_TEXT)}
    current = crypto.key_ids()[0]
    values[current] = crypto.encrypt(KNOWN_TEXT, bound_to=current)
    KeyCheck.objects.bulk_create(
        [KeyCheck(name=name, value=value) for name, value in values.items()], ignore_conflicts=True
    )
