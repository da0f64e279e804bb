"""The notices as `manage.py load_notices` loads them, once for all cases of a module."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def notices(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Loaded in one transaction that the module's tests read from and that is undone in the end.

    The tests carry the django_db mark as well: without it pytest-django makes no test database.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_notices", verbosity=0)
        yield
        transaction.set_rollback(True)
