"""报名表 for a group's people to sign: each states what the roster does, never what somebody's own record says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registration.models import Application, RosterRow, Submission
from registration.models.groups import RosterRowQuerySet
from registration.rosters.checks import RosterRules
from registration.services.judging import cells_of, rules_of
from skilleval.core.errors import Refused
from skilleval.core.identity import IdentityType
from skilleval.journeys.applying.form_pdf import Holder

#: How many forms one PDF holds: few enough to be made while somebody waits.
A_PART = 10
CHANGED = "名册内容刚有变化，请改好、重新初审后再下载报名表"


def rows_of(submission: Submission) -> RosterRowQuerySet:
    """Whose application was handed in with a submission last, in the order of the rosters."""
    rows = RosterRow.objects.filter(application__submission=submission).select_related("group__offering", "photo")
    return rows.order_by("roster_id", "number")


def parts_of(submission: Submission) -> list[tuple[int, int]]:
    """The parts that a submission's forms come in: the first and the last place of each."""
    people = rows_of(submission).count()
    return [(first, min(first + A_PART - 1, people)) for first in range(1, people + 1, A_PART)]


def part_of(submission: Submission, part: int) -> list[RosterRow]:
    """The rows of a part, counted from 1; none past the last one."""
    return list(rows_of(submission)[(part - 1) * A_PART : part * A_PART]) if part > 0 else []


def application_of(row: RosterRow) -> Application:
    """The row's application with everything that its form prints."""
    applications = Application.objects.with_names().select_related("first_window", "rule_set", "group", "institution")
    return applications.get(pk=row.application_id)


def stated_in(rows: Sequence[RosterRow], on: date) -> list[Holder]:
    """The people of some rows of one group as the roster states them; what it leaves to the number comes from there."""
    if not rows:
        return []
    rules = rules_of(rows[0].group, on)
    return [_holder(row, rules) for row in rows]


def _holder(row: RosterRow, rules: RosterRules) -> Holder:
    facts = rules.check(cells_of(row), lossy=row.lossy, has_photo=True).facts
    if facts is None:
        raise Refused(CHANGED)
    return Holder(
        name=facts.name,
        sex=facts.sex,
        born=facts.born,
        id_type=IdentityType(facts.id_type).label,
        id_number=facts.id_number,
        phone=facts.phone,
        photo=row.photo,
    )
