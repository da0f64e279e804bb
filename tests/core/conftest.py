"""Tables and people for core's own tests: core knows no model with a state or an owner, so these stand in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.core.stand_ins import TABLES


@dataclass(frozen=True)
class Person:
    """An actor with roles, as core sees one."""

    id: int = 7
    label: str = "王经办"
    roles: dict[Any, frozenset[str]] = field(default_factory=dict)
    scopes: tuple[Any, ...] = ()
    is_authenticated: bool = True

    def roles_in(self, scope: Any) -> frozenset[str]:
        return self.roles.get(scope, frozenset())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Make the stand-ins' tables anew beside the portal's."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {model._meta.db_table} CASCADE")
        with connection.schema_editor() as editor:
            for model in TABLES:
                editor.create_model(model)


@pytest.fixture
def stand_ins(transactional_db: None) -> Iterator[None]:
    """Empty stand-in tables for a test that commits; the test runner doesn't know them."""
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in TABLES)} CASCADE")


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """Files of a test go into its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def no_broker(settings: Any) -> None:
    """Rings go through PostgreSQL, unless a test is about the broker."""
    settings.CELERY_BROKER_URL = ""
