"""Nobody may do anything but what one of their roles was granted, where they hold it."""

import pytest

from skilleval.core import policy
from skilleval.core.errors import NotAllowed
from tests.core.conftest import Person


@pytest.fixture(autouse=True)
def table(monkeypatch):
    fresh = policy.Policy()
    fresh.grant("send", "clerk")
    fresh.grant("send", "chief")
    fresh.grant("read", "supervisor")
    monkeypatch.setattr(policy, "policy", fresh)
    return fresh


@pytest.mark.parametrize(
    ("roles", "action", "scope", "allowed"),
    [
        ({"north": {"clerk"}}, "send", "north", True),
        ({"north": {"chief"}}, "send", "north", True),
        ({"north": {"clerk"}}, "send", "south", False),
        ({"north": {"clerk"}}, "send", None, False),
        ({"north": {"clerk"}}, "read", "north", False),
        ({None: {"supervisor"}}, "read", "north", True),
        ({None: {"supervisor"}}, "read", None, True),
        ({None: {"supervisor"}}, "send", "north", False),
        ({None: {"supervisor"}}, "unheard of", None, False),
        ({}, "read", "north", False),
    ],
)
def test_who_may_do_what_where(roles, action, scope, allowed):
    user = Person(roles={where: frozenset(held) for where, held in roles.items()})
    assert policy.can(user, action, scope) is allowed
    if allowed:
        policy.require(user, action, scope)
    else:
        with pytest.raises(NotAllowed):
            policy.require(user, action, scope)


def test_the_table_can_be_read(table):
    assert table.actions() == {"send", "read"}
    assert table.roles_for("send") == {"clerk", "chief"}
    assert table.roles_for("unheard of") == frozenset()
