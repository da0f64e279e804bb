"""Tickets that go together into one file, and the files made of them (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from registration.models import Window
from scheduling.enums import BundleKind, BundleState
from scheduling.models import AdmissionTicket, ExamSession, SheetBundle, TicketBundle
from skilleval.accounts.models import Institution
from skilleval.catalogue.models import Provider
from skilleval.core.enums import JobState
from skilleval.core.models import Job


@dataclass(frozen=True)
class Scope:
    """Whose tickets: a session's, or an institution's at a provider in a window."""

    provider: Provider
    session: ExamSession | None = None
    institution: Institution | None = None
    window: Window | None = None

    @property
    def fields(self) -> dict[str, Any]:
        names = ("provider", "session", "institution", "window")
        return {name: getattr(self, name) for name in names}

    def tickets(self) -> QuerySet[AdmissionTicket]:
        """The tickets in force, in the order in which they are printed."""
        rows = AdmissionTicket.objects.in_force()
        if self.session:
            return rows.filter(session=self.session).order_by("number")
        of_window = Q(session__batch__window=self.window, session__batch__offering__provider=self.provider)
        rows = rows.filter(of_window, application__institution=self.institution)
        return rows.order_by("session__held_on", "session", "number")


@dataclass(frozen=True)
class Made:
    """The newest file of one form: being made, ready, or not made; `stale` when it no longer has what is in force."""

    kind: str
    bundle: TicketBundle | None
    stale: bool = False
    stuck: bool = False
    left_out: Sequence[tuple[str, str]] = ()  # number of a ticket and why it couldn't be made

    @property
    def label(self) -> str:
        return str(BundleKind(self.kind).label)

    @property
    def count(self) -> int:
        """How many tickets the file holds."""
        return self.bundle.total - len(self.left_out) if self.bundle else 0

    @property
    def waiting(self) -> bool:
        return bool(self.bundle and self.bundle.state == BundleState.WAITING and not self.stuck)

    @property
    def ready(self) -> bool:
        return bool(self.bundle and self.bundle.state == BundleState.READY and not self.stale)


def made_of(scope: Scope) -> list[Made]:
    """The newest file of either form."""
    in_force = list(scope.tickets().values_list("pk", flat=True))
    newest: dict[str, TicketBundle] = {}
    for bundle in TicketBundle.objects.filter(**scope.fields).order_by("pk"):
        newest[bundle.kind] = bundle
    numbers = _numbers(newest.values())
    return [_made(kind, newest.get(kind), in_force, numbers) for kind in BundleKind.values]


def is_stuck(bundle: TicketBundle | SheetBundle) -> bool:
    """Whether the work on it was given up after several tries."""
    return Job.objects.filter(key=job_key(bundle), state=JobState.QUARANTINED).exists()


def job_key(bundle: TicketBundle | SheetBundle) -> str:
    """The key of the job that makes it."""
    return f"{'ticket' if isinstance(bundle, TicketBundle) else 'sheet'}-bundle:{bundle.pk}"


def _made(kind: str, bundle: TicketBundle | None, in_force: list[int], numbers: dict[int, str]) -> Made:
    if bundle is None:
        return Made(kind, None)
    left_out = tuple((numbers.get(one["ticket"], ""), one["why"]) for one in bundle.left_out)
    stuck = bundle.state == BundleState.WAITING and is_stuck(bundle)
    return Made(kind, bundle, stale=bundle.tickets != in_force, stuck=stuck, left_out=left_out)


def _numbers(bundles: Iterable[TicketBundle]) -> dict[int, str]:
    ids = [one["ticket"] for bundle in bundles for one in bundle.left_out]
    return dict(AdmissionTicket.objects.filter(pk__in=ids).values_list("pk", "number")) if ids else {}
