"""The five kinds of earlier business: how a row of each is judged by itself, held against the database, and loaded.

Each app does its own part; here they are called in one order, people first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone

from certificates import taken_over as certificate_rules
from certificates.services import taken_over as certificates
from discipline.services.barring import end_barred, going_on
from fees.services import taken_over as fees
from registration.enums import TakeOverKind
from registration.models import TakeOver
from registration.services import taken_over_applications, taken_over_bans, taken_over_credits, taken_over_people
from registration.takeovers import applications, bans, credits as earned
from registration.takeovers.columns import has_people
from registration.takeovers.lines import Judge, Line
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider

_K = TakeOverKind


@dataclass(frozen=True)
class Act:
    """A take-over at work: who does it, at which moment, and whether it loads or only looks."""

    take_over: TakeOver
    by: User
    at: datetime
    loads: bool

    @property
    def provider(self) -> Provider:
        if self.take_over.provider is None:
            raise ValueError(f"take-over {self.take_over.pk} has no provider")
        return self.take_over.provider


def judge_of(take_over: TakeOver) -> Judge:
    """How a row of a workbook is judged by what it says alone."""
    if take_over.provider and take_over.kind in (_K.CERTIFICATES, _K.SERIALS):
        used = certificates.numbering_of(take_over.provider)
        if take_over.kind == _K.SERIALS:
            return partial(certificate_rules.judge_serial, used=used)
        return partial(certificate_rules.judge_certificate, used=used)
    return {_K.APPLICATIONS: applications.judge, _K.CREDITS: earned.judge, _K.BANS: bans.judge}[_K(take_over.kind)]


def judge(lines: Sequence[Line], act: Act) -> None:
    """Hold rows against what the portal knows; where it loads, their people stay locked until the caller ends."""
    if has_people(act.take_over.kind):
        taken_over_people.find(lines, by=act.by, hold=act.loads)
    JUDGES[act.take_over.kind](lines, act)


def load(lines: Sequence[Line], act: Act) -> None:
    """Load judged rows that are new, with the records of their people; in the caller's transaction.

    Raises taken_over_people.Forestalled where they have to be judged again.
    """
    if has_people(act.take_over.kind):
        taken_over_people.make(lines)
    LOADS[act.take_over.kind](lines, act)


def _judge_applications(lines: Sequence[Line], act: Act) -> None:
    on = timezone.localdate(act.at)
    taken_over_applications.judge(lines, act.take_over, on)
    fees.judge(lines, act.provider, on)


def _load_applications(lines: Sequence[Line], act: Act) -> None:
    """The applications, what they had to pay and paid, and then the count for their batches."""
    pairs = taken_over_applications.load(lines, act.take_over, by=act.by, at=act.at)
    fees.load(pairs, act.take_over, by=act.by, at=act.at)
    taken_over_applications.count(application for _, application in pairs)


def _judge_bans(lines: Sequence[Line], act: Act) -> None:
    taken_over_bans.judge(lines)
    barred = set(going_on([line.record.pk for line in lines if line.record]).values_list("candidate_id", flat=True))
    for line in lines:
        if line.is_new and line.record and line.record.pk in barred:
            line.hint("id_number", "open", "该人员有未参加评价的申报", "导入后随即取消，本人会收到通知")


def _load_bans(lines: Sequence[Line], act: Act) -> None:
    taken_over_bans.load(lines, act.take_over, by=act.by, at=act.at)
    for line in lines:
        end_barred(line.record, source=line.facts.source, by=act.by, at=act.at)


Step = Callable[[Sequence[Line], Act], None]
JUDGES: dict[str, Step] = {
    _K.APPLICATIONS: _judge_applications,
    _K.CREDITS: lambda lines, act: taken_over_credits.judge(lines, act.take_over),
    _K.CERTIFICATES: lambda lines, act: certificates.judge_certificates(lines),
    _K.SERIALS: lambda lines, act: certificates.judge_serials(lines),
    _K.BANS: _judge_bans,
}
LOADS: dict[str, Step] = {
    _K.APPLICATIONS: _load_applications,
    _K.CREDITS: lambda lines, act: taken_over_credits.load(lines, act.take_over, by=act.by, at=act.at),
    _K.CERTIFICATES: lambda lines, act: certificates.load_certificates(lines, act.take_over, by=act.by, at=act.at),
    _K.SERIALS: lambda lines, act: certificates.load_serials(lines, act.take_over, by=act.by, at=act.at),
    _K.BANS: _load_bans,
}
