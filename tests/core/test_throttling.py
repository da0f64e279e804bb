"""How often one address may ask."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import RequestFactory

from skilleval.core.throttling import too_many


@pytest.fixture(autouse=True)
def _counts_anew() -> None:
    cache.clear()


def ask(address: str, what: str = "test", now: float = 1_000_000.0) -> bool:
    with patch("skilleval.core.throttling.time.time", return_value=now):
        return too_many(RequestFactory(REMOTE_ADDR=address).get("/"), what, at_most=2, seconds=60)


def test_each_address_and_each_thing_counts_for_itself() -> None:
    assert [ask("10.0.0.1") for _ in range(4)] == [False, False, True, True]
    assert not ask("10.0.0.2")
    assert not ask("10.0.0.1", "other")


def test_the_next_span_begins_anew() -> None:
    assert [ask("10.0.0.1", now=1_000_000.0) for _ in range(3)][-1]
    assert not ask("10.0.0.1", now=1_000_060.0)


def test_an_ipv6_household_is_one_address() -> None:
    assert [ask(f"2001:db8:1:2::{number}") for number in (1, 2, 3)] == [False, False, True]
    assert not ask("2001:db8:1:3::1")
