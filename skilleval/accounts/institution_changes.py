"""What changes about an approved institution: its contact by its officers, its name by the administrator (SPEC 12).

The 统一社会信用代码 stays: another code is another institution.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from skilleval.accounts import names, phones
from skilleval.accounts.enums import InstitutionKind
from skilleval.accounts.institutions import officers_of
from skilleval.accounts.models import Institution, User
from skilleval.accounts.policy import INSTITUTIONS_DECIDE, OFFICERS_MANAGE
from skilleval.accounts.telling import tell
from skilleval.core import audit
from skilleval.core.errors import Refused
from skilleval.core.policy import require


@transaction.atomic
def set_contact(
    institution: Institution, *, contact_name: str, contact_phone: str, address: str, by: User, at: datetime
) -> Institution:
    """Whom to ask and where; raises NotAllowed for whoever isn't an officer, Refused for what is stated wrongly."""
    found = _locked(institution)
    require(by, OFFICERS_MANAGE, found)
    stated = {
        "contact_name": names.person_name(contact_name),
        "contact_phone": phones.normalise(contact_phone, field="contact_phone"),
        "address": names.address(address),
    }
    if changed := _change(found, stated):
        audit.record("institution.contact_changed", by=by, obj=found, fields=changed)
    return found


@transaction.atomic
def rename(institution: Institution, *, name: str, kind: str, by: User, at: datetime) -> Institution:
    """The name and kind as a new licence has them; every officer is told of the new name.

    Raises NotAllowed without the administrator's role, Refused for a name that isn't one.
    """
    require(by, INSTITUTIONS_DECIDE)
    if kind not in InstitutionKind.values:
        raise Refused("请选择单位类别", field="kind")
    found = _locked(institution)
    before = found.name
    changed = _change(found, {"name": names.institution_name(name), "kind": kind})
    if not changed:
        return found
    event = audit.record("institution.renamed", by=by, obj=found, fields=changed)
    tell(
        officers_of(found),
        cause=f"institution.renamed:{event.pk}",
        subject="单位登记信息已更正",
        body=f"{before}的登记信息已更正，现名称为{found.name}（{found.get_kind_display()}）。",
        link=found.get_absolute_url(),
    )
    return found


def _change(institution: Institution, stated: dict[str, Any]) -> list[str]:
    """Write what differs, and return the fields it was in."""
    changed = [field for field, value in stated.items() if getattr(institution, field) != value]
    for field in changed:
        setattr(institution, field, stated[field])
    if changed:
        institution.save(update_fields=changed)
    return changed


def _locked(institution: Institution) -> Institution:
    return Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)
