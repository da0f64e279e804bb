"""The people of a group as their rosters state them, for workbooks and papers (SPEC 5.2, 14).

What leaves the portal for an institution comes from its own rows, never from a person's record: a name that differs
would tell that there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registration.enums import ApplicationState, RowState
from registration.models import Application, Group, OriginalsReceipt, RosterRow, Submission
from registration.models.groups import RosterRowQuerySet
from registration.queries.backgrounds import rule_set_row, rules_of as parsed
from registration.queries.groups import OVER, WITH_OFFICER
from registration.rosters.checks import RowFacts
from registration.rule_sets import Clause
from registration.services.judging import cells_of, rules_of
from skilleval.catalogue.models import Offering
from skilleval.core.identity import mask, mask_phone

#: No part of their submission any more.
GONE = (*OVER, ApplicationState.RETURNED)


@dataclass(frozen=True)
class Person:
    """A row with its application, and what it says in the portal's own words; None if it can't be read any more."""

    row: RosterRow
    application: Application
    facts: RowFacts | None

    @property
    def name(self) -> str:
        return (self.facts.name if self.facts else "") or self.row.cells.get("name", "")

    @property
    def sex(self) -> str:
        return self.facts.sex if self.facts else self.row.cells.get("sex", "")

    @property
    def masked_id(self) -> str:
        return mask(self.facts.id_number) if self.facts else self.row.masked_id

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.facts.phone) if self.facts and self.facts.phone else self.row.masked_phone


def handed_in(submission: Submission, on: date) -> list[Person]:
    """Who was handed in with a submission and still belongs to it: neither returned nor gone."""
    rows = RosterRow.objects.filter(application__submission=submission)
    return _people(submission.group, rows.exclude(application__state__in=GONE), on)


def passed(group: Group, on: date) -> list[Person]:
    """Who has passed the preliminary review and isn't handed in, or not again, yet."""
    rows = RosterRow.objects.filter(group=group, state=RowState.PASSED)
    return _people(group, rows.filter(application__state__in=WITH_OFFICER), on)


def received(receipt: OriginalsReceipt, on: date) -> list[Person]:
    """Whose signed originals a receipt is for."""
    return _people(receipt.group, RosterRow.objects.filter(application__originals_receipt=receipt), on)


def clauses_of(offering: Offering) -> dict[str, Clause]:
    """The clauses of an offering's level by code; nothing where no edition is loaded."""
    row = rule_set_row(offering)
    known = parsed(row).of_level(offering.level) if row else ()
    return {clause.code: clause for clause in known}


def _people(group: Group, rows: RosterRowQuerySet, on: date) -> list[Person]:
    rules = rules_of(group, on)
    listed: Iterable[RosterRow] = rows.select_related("application", "passed").order_by("roster_id", "number")
    return [
        Person(row, row.application, rules.check(cells_of(row), lossy=row.lossy, has_photo=True).facts)
        for row in listed
        if row.application
    ]
