"""The permission tables are complete: each address and each model of the admin is in one, and nothing else is.

What the tables say is held against the portal by tests/permissions.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import URLResolver, get_resolver

import skilleval.urls  # noqa: F401 - registers and unregisters what the admin has
from skilleval.core.admin import ScopedModelAdmin
from skilleval.core.policy import policy
from tests.permissions import registry, table

#: Addresses without a name: the admin's old form of a row's address, which leads on, and its 404 page; the portal's
#: refusal of the admin's short-cut.
UNNAMED = {"<path:object_id>/", "(?P<url>.*)$", "admin/r/<path:anything>"}


def addresses(resolver: Any, space: str = "") -> Iterator[tuple[str, Any]]:
    """Every address: its name with the namespace, and what the resolver holds of it."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}" if pattern.name else "", pattern


def test_every_address_is_in_a_table_and_every_line_is_an_address() -> None:
    known = {row.name for row in table.rows()} | {name for entry in registry.entries() for name in entry.names}
    found = list(addresses(get_resolver()))
    assert {name for name, _ in found if name} == known
    assert {str(address.pattern) for name, address in found if not name} == UNNAMED


def test_every_address_that_changes_something_wants_the_token_of_its_form() -> None:
    found = [name for name, address in addresses(get_resolver()) if getattr(address.callback, "csrf_exempt", False)]
    assert found == ["sms_receipt"]  # which a gateway signs instead (tests/core/test_receipts.py)


def test_every_model_of_the_admin_is_in_the_table_and_scoped() -> None:
    found = {model._meta.label_lower: model_admin for model, model_admin in admin.site._registry.items()}
    assert set(found) == {entry.label for entry in registry.entries()}
    assert [label for label, model_admin in found.items() if not isinstance(model_admin, ScopedModelAdmin)] == []


def test_rows_of_a_provider_are_scoped_to_it_and_others_arent() -> None:
    for entry in registry.entries():
        assert (entry.admin.scope is not None) == (entry.rows_of == "provider"), entry


def test_nobody_holds_an_action_that_no_role_was_meant_to_have() -> None:
    """Who may do what, as the policy has it; a new action is a decision and belongs here."""
    members = {"manager", "reviewing", "finance", "scheduling", "results", "certificates"}
    assert {action: set(policy.roles_for(action)) for action in policy.actions()} == {
        "catalogue.view": members | {"administrator"},
        "catalogue.manage": {"manager", "administrator"},
        "catalogue.reference": {"administrator"},
        "accounts.view": {"administrator"},
        "accounts.members": {"manager", "administrator"},
        "accounts.manage_members": {"manager", "administrator"},
        "accounts.manage_own_members": {"manager"},
        "accounts.appoint": {"administrator"},
        "accounts.decide_institutions": {"administrator"},
        "accounts.manage_officers": {"officer", "administrator"},
        "accounts.messages": {"manager", "reviewing"},
        "accounts.word_messages": {"manager"},
        "core.view_jobs": {"administrator"},
        "core.release_jobs": {"administrator"},
        "core.view_audit": {"administrator"},
        "registration.view": members,
        "registration.review": {"reviewing"},
        "registration.enter": {"officer"},
        "registration.compare": {"reviewing", "administrator"},
        "registration.desk": {"manager", "reviewing"},
        "registration.take_over": {"manager"},
        "registration.load_bans": {"supervisor"},
        "fees.view": members,
        "fees.confirm_payment": {"finance"},
        "fees.prices": {"finance"},
        "fees.statements": {"finance"},
        "fees.refund": {"finance"},
        "fees.books": {"finance", "manager"},
        "scheduling.view": members,
        "scheduling.schedule": {"scheduling"},
        "scheduling.attend": members,
        "certificates.view_marks": {"results", "manager"},
        "certificates.mark": {"results"},
        "certificates.view": {"certificates", "results", "manager"},
        "certificates.certify": {"certificates"},
        "discipline.report": members,
        "discipline.view": {"manager", "reviewing", "scheduling", "supervisor"},
        "discipline.propose": {"manager", "scheduling"},
        "discipline.decide": {"supervisor"},
    }
