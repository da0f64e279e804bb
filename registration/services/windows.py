"""Windows entered by hand, changed and taken back, each with its history (SPEC 3.3, 13).

A change reaches orders, batches and sessions too: the verb for that is the root's, and calls `rewrite` first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from registration.enums import ApplicationState, WindowShape
from registration.models import Application, Window, WindowChange
from registration.queries.windows import in_use
from registration.window_changes import FIELDS, Facts, Fault, Standing, as_json, faults, faults_of_change
from skilleval.accounts.policy import CATALOGUE_MANAGE
from skilleval.catalogue.models import Notice, Provider
from skilleval.core import audit
from skilleval.core.db import assert_in_transaction
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import Actor, require

ENTERED = "登记批次"


@transaction.atomic
def enter(
    provider: Provider, *, facts: Mapping[str, Any], notice: Notice | None = None, by: Actor, at: datetime
) -> Window:
    """A window of any shape, entered by hand; `facts` are values of `window_changes.FIELDS`, missing days are None.

    Raises NotAllowed, and Refused for days that can't be, past a known end of the filing (SPEC 2.3), or of a window
    that there is already.
    """
    require(by, CATALOGUE_MANAGE, provider)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    whole: dict[str, Any] = dict.fromkeys(FIELDS) | {"tentative": False} | dict(facts)
    _refuse(faults(whole))
    if provider.filing_until and whole["opens_on"] > provider.filing_until:
        raise Refused("申报开始晚于本机构备案的截止日期，请核对", field="opens_on")
    _check_opening(provider, whole["opens_on"])
    window = Window.objects.create(provider=provider, notice=notice, shape=WindowShape.STAFF, **whole)
    note(window, before={}, after=whole, reason=ENTERED, by=by, at=at)
    return window


def locked(window: Window, *, by: Actor, seen: str) -> Window:
    """The window as it is now, locked after its provider, for somebody who keeps its calendar.

    `seen` is the `signature` that the page showed. In the caller's transaction. Raises NotAllowed, and Conflict where
    somebody changed or took back the window meanwhile.
    """
    assert_in_transaction()
    require(by, CATALOGUE_MANAGE, window.provider)
    Provider.objects.select_for_update(no_key=True).get(pk=window.provider_id)
    rows = Window.objects.select_for_update(of=("self",)).select_related("provider")
    fresh = rows.filter(pk=window.pk).first()
    if fresh is None or signature(fresh) != seen:
        raise Conflict("该批次刚被他人调整或收回，请刷新后核对再办理")
    return fresh


def rewrite(window: Window, *, facts: Facts, standing: Standing, reason: str, by: Actor, at: datetime) -> WindowChange:
    """Give a `locked` window new facts and keep what changed, and why; the caller sees to what follows from it.

    `standing` says what downstream holds. Raises Refused without a reason, where nothing changes, for days that can't
    be, and for what would be taken from somebody (`window_changes.faults_of_change`).
    """
    assert_in_transaction()
    before = facts_of(window)
    check_change(window, facts=facts, standing=standing, at=at)
    if not reason.strip():
        raise Refused("请填写调整的原因，收到通知的人都能看到", field="reason")
    changed = {name for name in FIELDS if before[name] != facts[name]}
    for name in changed:
        setattr(window, name, facts[name])
    window.save(update_fields=sorted(changed))
    return note(
        window,
        before={name: before[name] for name in FIELDS if name in changed},
        after={name: facts[name] for name in FIELDS if name in changed},
        reason=reason.strip(),
        by=by,
        at=at,
    )


def check_change(window: Window, *, facts: Facts, standing: Standing, at: datetime) -> None:
    """Raise Refused, with the field, where a window can't become so; nothing is written."""
    before = facts_of(window)
    if before == dict(facts):
        raise Refused("没有改动任何日期，不需要保存")
    _refuse([*faults(facts), *faults_of_change(before, facts, standing, timezone.localdate(at))])
    if facts["opens_on"] != window.opens_on:
        _check_opening(window.provider, facts["opens_on"])


@transaction.atomic
def take_back(window: Window, *, reason: str, seen: str, by: Actor, at: datetime) -> WindowChange:
    """收回: a window that hasn't opened yet and that nothing refers to is gone; its history stays with the provider.

    Raises NotAllowed, Conflict where it changed meanwhile, and Refused without a reason, once it has opened, or where
    somebody has applied, was entered or rolled over into it.
    """
    window = locked(window, by=by, seen=seen)
    if not reason.strip():
        raise Refused("请填写收回的原因", field="reason")
    if window.opens_on <= timezone.localdate(at):
        raise Refused("已开始申报的批次不能收回；不再接受申报的，请用“调整”提前申报截止")
    if used := in_use(window):
        raise Refused(f"本批次已有{'、'.join(used)}，不能收回；日期有变的，请用“调整”")
    change = note(window, before=facts_of(window), after={}, reason=reason.strip(), by=by, at=at)
    window.delete()
    return change


def note(
    window: Window, *, before: Mapping[str, Any], after: Mapping[str, Any], reason: str, by: Actor | None, at: datetime
) -> WindowChange:
    """Keep who changed what of a window, and why, in the history and in the audit trail."""
    change = WindowChange.objects.create(
        provider_id=window.provider_id,
        label=window.label,
        window=window,
        at=at,
        by_id=by.id if by else None,
        by_label=by.label if by else audit.SYSTEM,
        reason=reason,
        before=as_json(before),
        after=as_json(after),
    )
    verb = "changed" if before and after else "taken_back" if before else "entered"
    audit.record(f"window.{verb}", by=by, obj=window, fields=sorted(before or after), change=change.pk)
    return change


def facts_of(window: Window) -> dict[str, Any]:
    """What staff may set of a window, as it is."""
    return {name: getattr(window, name) for name in FIELDS}


def signature(window: Window) -> str:
    """What a page showed of a window, to be compared when somebody acts on it."""
    return ";".join(str(value) for value in as_json(facts_of(window)).values())


def applied_in(window: Window) -> bool:
    """Whether somebody handed in an application in a window, now or before it rolled over."""
    rows = Application.objects.exclude(state=ApplicationState.DRAFT)
    return rows.filter(models.Q(window=window) | models.Q(first_window=window)).exists()


def _check_opening(provider: Provider, opens_on: date) -> None:
    if Window.objects.filter(provider=provider, opens_on=opens_on).exists():
        raise Refused("该机构已有同日开始的申报批次，请核对申报开始", field="opens_on")


def _refuse(found: Iterable[Fault]) -> None:
    for fault in found:
        raise Refused(fault.message, field=fault.field)
