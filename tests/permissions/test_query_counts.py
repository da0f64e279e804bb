"""A list of thirty asks the database no more questions than a list of one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from skilleval.core.queues import QueuedModelAdmin
from tests.permissions import more_rows
from tests.permissions.asking import Asker
from tests.permissions.registry import Entry, entries
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

PAGES = (
    ("home", "anonymous", ("open providers",)),
    ("provider_list", "anonymous", ("open providers",)),
    ("occupation_list", "anonymous", ("open providers",)),
    ("my_applications", "owner", ("own applications",)),
    ("my_applications", "owner", ("own cases",)),
    ("group_list", "officer", ("own groups",)),
    ("supervision", "supervisor", ("discipline.case",)),
    ("institution_home", "stranger", ("own institutions",)),
    ("admin:index", "own reviewing", ("registration.application", "registration.group")),
    ("admin:index", "own finance", ("fees.order", "fees.receipt", "fees.refund")),
    ("admin:index", "own scheduling", ("scheduling.admissionticket", "discipline.case")),
    ("admin:index", "own certificates", ("certificates.certificate",)),
)


def questions(ask: Asker, actor: str, address: str) -> list[str]:
    ask(actor, "GET", address)  # what is remembered between requests is remembered now
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask(actor, "GET", address).word == "ok"
    return [query["sql"] for query in asked.captured_queries]


def compare(ask: Asker, world: World, actor: str, address: str, labels: tuple[str, ...]) -> None:
    few = questions(ask, actor, address)
    for label in labels:
        more_rows.add(label, world)
    many = questions(ask, actor, address)
    assert len(many) == len(few), "\n".join(many)


@pytest.mark.parametrize(("name", "actor", "labels"), PAGES)
def test_pages(ask: Asker, world: World, name: str, actor: str, labels: tuple[str, ...]) -> None:
    compare(ask, world, actor, reverse(name), labels)


def test_an_institution_s_officers_and_invitations(ask: Asker, world: World) -> None:
    address = world.things["institution"].get_absolute_url()
    compare(ask, world, "officer", address, ("officers",))


@pytest.mark.parametrize("entry", entries(), ids=str)
def test_lists_of_the_admin(ask: Asker, world: World, entry: Entry) -> None:
    actor = next(role for role in ("administrator", "manager", *sorted(entry.seen_by)) if role in entry.seen_by)
    actor = actor if actor == "administrator" else f"own {actor}"
    query = f"?queue={entry.admin.queues[-1].name}" if isinstance(entry.admin, QueuedModelAdmin) else ""
    compare(ask, world, actor, entry.address("changelist", world) + query, (entry.label,))
