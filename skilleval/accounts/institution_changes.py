"""What changes about an approved institution: its contact by its officers, the rest by the administrator (SPEC 12).

The 统一社会信用代码 stays: another code is another institution.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction

from skilleval.accounts import names, phones
from skilleval.accounts.enums import InstitutionKind
from skilleval.accounts.institutions import officers_of
from skilleval.accounts.models import Institution, User
from skilleval.accounts.policy import INSTITUTIONS_DECIDE, OFFICERS_MANAGE
from skilleval.accounts.telling import tell
from skilleval.core import audit, files
from skilleval.core.enums import FileKind
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
def amend(
    institution: Institution, *, name: str, kind: str, licence: File[Any] | None = None, by: User, at: datetime
) -> Institution:
    """Name, kind and licence as a new licence has them; the old file goes, and every officer is told.

    Raises NotAllowed without the administrator's role, Refused for a name or a file that isn't one.
    """
    require(by, INSTITUTIONS_DECIDE)
    if kind not in InstitutionKind.values:
        raise Refused("请选择单位类别", field="kind")
    found = _locked(institution)
    stated: dict[str, Any] = {"name": names.institution_name(name), "kind": kind}
    replaced = found.licence if licence else None
    if licence:
        stated["licence"] = files.store(licence, kind=FileKind.DOCUMENT, by=by, owner_label=f"institution {found.pk}")
    changed = _change(found, stated)
    if replaced:
        files.remove(replaced)
    if changed:
        event = audit.record("institution.amended", by=by, obj=found, fields=changed)
        _tell(found, event.pk)
    return found


def _tell(institution: Institution, event: int) -> None:
    tell(
        officers_of(institution),
        cause=f"institution.amended:{event}",
        subject="单位登记信息已更正",
        body=f"{institution.name}（{institution.get_kind_display()}）的登记信息已由平台更正。",
        link=institution.get_absolute_url(),
    )


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
