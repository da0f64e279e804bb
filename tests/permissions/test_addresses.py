"""Every address answers everybody as the table says, and whoever is turned away has changed nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.urls import reverse

from skilleval.core.middleware import WITHOUT_SECOND_FACTOR
from tests.permissions.asking import Asker
from tests.permissions.table import ANSWERED, BODIES, LOOKING_WRITES, WHOLE, Row, rows
from tests.permissions.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_table_holds(ask: Asker, world: World, row: Row) -> None:
    address, found = row.address(world), defaultdict(list)
    for actor in world.actors:
        for fault in (*_looking(ask, row, actor, address), *_posting(ask, row, actor, address)):
            found[fault].append(actor)
    assert not found, "\n".join(f"{fault}: {', '.join(actors)}" for fault, actors in found.items())


def _looking(ask: Asker, row: Row, actor: str, address: str) -> Iterator[str]:
    """What is wrong with the answer to a GET."""
    answer = ask(actor, "GET", address, whole=(row.name, "GET") in WHOLE)
    yield from (f"GET {fault}" for fault in answer.faults)
    if answer.word != row.expected(actor):
        yield f"GET gives {answer.word}, not {row.expected(actor)}"
    if answer.written - (LOOKING_WRITES.get(row.name, set()) if answer.word == "ok" else set()):
        yield f"GET writes to {sorted(answer.written)}"


def _posting(ask: Asker, row: Row, actor: str, address: str) -> Iterator[str]:
    """What is wrong with the answer to a POST."""
    answer = ask(actor, "POST", address, BODIES.get(row.name), whole=(row.name, "POST") in WHOLE)
    yield from (f"POST {fault}" for fault in answer.faults)
    wanted = row.expected_of_post(actor)
    if answer.word not in wanted:
        yield f"POST gives {answer.word}, not {' or '.join(wanted)}"
    if answer.written and (wanted is not ANSWERED or row.post == "reads"):
        yield f"POST writes to {sorted(answer.written)}"


@pytest.mark.parametrize("actor", ["own reviewing", "supervisor"])
def test_staff_without_a_second_factor_get_no_further_than_its_set_up(ask: Asker, world: World, actor: str) -> None:
    with override_settings(STAFF_MFA="on"):
        led = {row.name: ask(actor, "GET", row.address(world)).response for row in rows()}
        candidate = ask("owner", "GET", reverse("my_applications"))
    passed = {name for name, answer in led.items() if answer.headers.get("Location") != reverse("mfa_activate_totp")}
    assert passed <= WITHOUT_SECOND_FACTOR
    assert candidate.word == "ok"
