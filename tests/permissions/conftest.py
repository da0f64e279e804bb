"""The world is built once for the whole package, inside a transaction that is rolled back at its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions.asking import Asker
from tests.permissions.world import NOW, World, build


@pytest.fixture(scope="package")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder for files, a cache of its own, and the world's day."""
    patch = pytest.MonkeyPatch()
    patch.setattr("skilleval.core.clock.now", lambda: NOW)
    own = {
        "MEDIA_ROOT": str(tmp_path_factory.mktemp("media")),
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "CELERY_BROKER_URL": "",
        "STAFF_MFA": "off",
        "DEMO": False,
    }
    logging.disable(logging.WARNING)  # thousands of refusals are meant
    with override_settings(**own):
        yield
    logging.disable(logging.NOTSET)
    patch.undo()


@pytest.fixture(scope="package")
def world(surroundings: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def clients(world: World) -> Asker:
    """Everybody logged in once."""
    return Asker(world)


@pytest.fixture
def ask(clients: Asker, db: None) -> Asker:
    """Ask for addresses; whatever that changes is undone."""
    return clients
