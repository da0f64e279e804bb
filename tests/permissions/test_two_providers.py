"""Whoever works for two providers has in each the role held there, not the sum of both."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from fees.models import FeeItem
from skilleval.accounts.enums import Role
from tests import factories
from tests.permissions.asking import Asker
from tests.permissions.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def torn(ask: Asker, world: World) -> Any:
    """Ask as somebody who confirms payments for A, and reviews, schedules and manages for B."""
    person = factories.staff(world.a, Role.FINANCE)
    for role in (Role.REVIEWING, Role.SCHEDULING, Role.MANAGER):
        factories.MembershipFactory(user=person, role=role, provider=world.things["rival_provider"])
    asker = Asker(world, {"torn": person})
    return lambda name, thing, body=None: asker(
        "torn", "GET" if body is None else "POST", reverse(name, args=[world.things[thing].pk]), body
    )


@pytest.mark.parametrize(
    ("name", "at_a", "at_b", "body"),
    [
        ("admin:desk_reject", "review", None, {"reasons": "papers", "note": "x"}),
        ("admin:fees_order_change", None, "rival_order", {"value_on": "2026-04-07"}),
        ("admin:scheduling_batch_publish", "batch", None, {"sessions": "1"}),
        ("admin:scheduling_batch_cancel", "batch", None, {"reason": "x"}),
        ("admin:scheduling_venue_change", "venue", None, {"name": "x", "address": "x"}),
        ("admin:catalogue_provider_change", "provider", None, {"threshold": "1"}),
        ("admin:registration_window_change", "window", None, {"label": "x"}),
        ("admin:fees_feeitem_change", None, "rival_fee", {"amount": "1"}),
    ],
)
def test_a_role_of_one_does_nothing_at_the_other(
    torn: Any, name: str, at_a: str | None, at_b: str | None, body: dict[str, str]
) -> None:
    answer = torn(name, at_a or at_b, body)
    assert (answer.word, answer.written, answer.faults) == ("403", set(), [])


def test_what_is_held_works_where_it_is_held(torn: Any) -> None:
    assert torn("admin:fees_order_change", "order", {"value_on": ""}).word == "400"
    assert torn("admin:catalogue_provider_change", "rival_provider").word == "ok"
    assert torn("admin:desk_approve", "rival_review").word in ("ok", "go")


def test_a_row_isnt_added_where_the_role_is_missing(ask: Asker, world: World) -> None:
    """The form offers the offerings one may see, of both; saving asks for the role at the one chosen."""
    person = factories.staff(world.a, Role.REVIEWING)
    factories.MembershipFactory(user=person, role=Role.FINANCE, provider=world.things["rival_provider"])
    asker = Asker(world, {"torn": person})
    price = {"kind": "other", "title": "材料费", "applies_to": "any", "amount": "1", "valid_from": "2026-04-08"}
    for thing, word in (("offering", "403"), ("rival_offering", "go")):
        sent = price | {"offering": world.things[thing].pk}
        answer = asker("torn", "POST", reverse("admin:fees_feeitem_add"), sent)
        assert (answer.word, "fees_feeitem" in answer.written) == (word, word == "go")
    assert FeeItem.objects.filter(title="材料费").count() == 0
