"""The whole check of roster rows: their cells, what the database knows of the people, and doubles (SPEC 5.2).

It is the same for rows of a file that aren't kept yet, for one that is mended, and for those about to be passed or
handed in. However many rows there are, the database is asked a handful of questions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import transaction

from registration.enums import ApplicationState, RowState
from registration.models import Application, Group, RosterRow
from registration.models.groups import RosterRowQuerySet
from registration.queries import backgrounds, standing
from registration.queries.conditions import asked_of
from registration.queries.credits import subjects_of
from registration.rosters import duplicates
from registration.rosters.checks import Checked, RosterRules, age_faults, person_faults
from registration.rosters.columns import SEALED
from registration.rosters.duplicates import Member
from registration.rosters.faults import Fault
from registration.rosters.reading import in_order
from registration.services.row_editing import locked
from skilleval.catalogue.models import Occupation
from skilleval.core.bulk import save_many
from skilleval.core.crypto import blind_index
from skilleval.core.errors import Refused

RECHECK = "registration.recheck_group"
NO_CONDITIONS = "本项目的申报条件尚未载入，暂时不能核对名册；请联系评价机构"
ROWS_AT_ONCE = 1000
#: Rows that aren't passed: the check alone says what they are.
WAITING = (RowState.FAULTY, RowState.CLEAR)
JUDGED_FIELDS = ("faults", "kinds", "state", "passed", "checked_on", "id_key")
EDITED_FIELDS = (
    *("cells", "lossy", *SEALED.values(), "photo", "edited_by_label", "edited_at"),
    *JUDGED_FIELDS,
)


class Entry(NamedTuple):
    """A row as the check sees it, kept or not: all its filled cells, and who it is among the group's rows.

    `id_key` is what it is kept under, which an edit may change.
    """

    member: Member
    cells: Mapping[str, str]
    lossy: Collection[str] = ()
    has_photo: bool = False
    application: int | None = None
    id_key: bytes | None = None


class Verdict(NamedTuple):
    """What the check found: the facts of the row where it is sound, all its faults, and whose number it bears."""

    checked: Checked
    faults: tuple[Fault, ...]
    id_key: bytes | None

    @property
    def clear(self) -> bool:
        """Whether nothing stops the row; hints may be left."""
        return not any(fault.stops for fault in self.faults)

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(fault.kind for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Judged:
    """A kept row and what the check finds on it now; nothing is written yet."""

    row: RosterRow
    verdict: Verdict

    @property
    def checked(self) -> Checked:
        return self.verdict.checked

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self.verdict.faults

    @property
    def kinds(self) -> list[str]:
        return self.verdict.kinds

    @property
    def clear(self) -> bool:
        return self.verdict.clear

    def faulted(self, fault: Fault) -> Judged:
        """The same with one more fault, found by whoever goes on with the row."""
        return Judged(self.row, self.verdict._replace(faults=(*self.faults, fault)))


def judge(rows: Sequence[RosterRow], *, on: date) -> list[Judged]:
    """Check rows of one group as of a day, as they stand in memory; writes nothing (see `write`)."""
    if not rows:
        return []
    group = Group.objects.with_names().select_related("offering__rule_set").get(pk=rows[0].group_id)
    return _judge(group, rows, rules_of(group, on), on)


def write(judged: Iterable[Judged], *, on: date, edited: Sequence[RosterRow] = ()) -> None:
    """Keep what the check found: a row that something stops becomes 待修改, another one 核对通过 or stays 已初审.

    In the caller's transaction, with the group locked; of `edited` rows everything is written. First those that give a
    document number up, then those that take one over.
    """
    found = list(judged)
    for one in found:
        _note(one, on)
    whole = {row.pk for row in edited}
    for stands in (False, True):
        part = [one.row for one in found if one.clear is stands]
        save_many([row for row in part if row.pk in whole], EDITED_FIELDS)
        save_many([row for row in part if row.pk not in whole], JUDGED_FIELDS)


def judge_changed(group: Group, rows: Sequence[RosterRow], *, before: Collection[bytes], on: date) -> list[Judged]:
    """Check changed rows, and the others of the group that their numbers, now or `before`, free or double.

    In the caller's transaction, with the group locked.
    """
    rules = rules_of(group, on)
    keys = {key for key in (_key(rules.check(cells_of(row), has_photo=True)) for row in rows) if key}
    others = (
        _waiting(group)
        .filter(id_key__in=standing.among(keys | set(before)))
        .exclude(pk__in=[row.pk for row in rows if row.pk])
    )
    return _judge(group, [*rows, *others], rules, on)


def free_doubles(group: Group, keys: Collection[bytes], *, on: date) -> None:
    """Check the rows again that bear numbers which another row has given up."""
    if keys:
        write(judge_changed(group, [], before=keys, on=on), on=on)


def recheck(group: Group, *, on: date, after_each: Callable[[], None] = lambda: None) -> int:
    """Check the rows of a group again that aren't passed, as of a day; how many there were.

    `after_each` is called in the transaction of each chunk.
    """
    pks = list(group.rows.filter(state__in=WAITING).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), ROWS_AT_ONCE):
        with transaction.atomic():
            found = _waiting(locked(group)).filter(pk__in=pks[start : start + ROWS_AT_ONCE])
            write(judge(list(found), on=on), on=on)
            after_each()
    return len(pks)


def _waiting(group: Group) -> RosterRowQuerySet:
    """The group's rows that aren't passed yet, locked in their order."""
    rows = RosterRow.objects.select_for_update(of=("self",)).select_related("roster")
    return rows.filter(group=group, state__in=WAITING).order_by("pk")


def rules_of(group: Group, on: date) -> RosterRules:
    """The rules of a group's offering on a day; raises Refused where no edition of the conditions is loaded."""
    edition = backgrounds.rule_set_row(group.offering)
    if edition is None:
        raise Refused(NO_CONDITIONS)
    return RosterRules(
        target=backgrounds.target_of(group.offering),
        rule_set=backgrounds.rules_of(edition),
        subjects=tuple(subjects_of(group.offering)),
        occupations=dict(Occupation.objects.values_list("code", "name")),
        on=on,
        extra=asked_of(group.offering, on),
    )


def cells_of(row: RosterRow) -> dict[str, str]:
    """All cells of a kept row by column key, the sealed ones opened."""
    return {**row.cells, **{key: getattr(row, field) for key, field in SEALED.items()}}


def judge_entries(group: Group, entries: Sequence[Entry], rules: RosterRules, on: date) -> list[Verdict]:
    """Check rows of a group, those that aren't kept yet behind the others and in their order."""
    checked = [rules.check(entry.cells, lossy=entry.lossy, has_photo=entry.has_photo) for entry in entries]
    keys = [_key(one) for one in checked]
    numbers = {one.facts.stated.held_number for one in checked if one.facts} - {""}
    own = [entry.application for entry in entries if entry.application]
    persons = standing.persons(group, {key for key in keys if key}, numbers, on, but=own)
    verdicts = []
    first = _first_handed_in(own) if rules.extra else {}
    for entry, one, key in zip(entries, checked, keys, strict=True):
        known = person_faults(persons[key], one.facts, rules) if key and one.facts else ()
        known += age_faults(one.facts, rules, first.get(entry.application or 0, on)) if one.facts else ()
        verdicts.append(Verdict(one, in_order(*one.faults, *known) if known else one.faults, key))
    return _with_doubles(group, entries, verdicts)


def _first_handed_in(applications: Collection[int]) -> dict[int, date]:
    """The days that corrections are judged by: those of the first submission (SPEC 13)."""
    back = Application.objects.filter(pk__in=applications, state=ApplicationState.RETURNED, submitted_on__isnull=False)
    return {pk: day for pk, day in back.values_list("pk", "submitted_on") if day}


def _judge(group: Group, rows: Sequence[RosterRow], rules: RosterRules, on: date) -> list[Judged]:
    verdicts = judge_entries(group, [_entry(row) for row in rows], rules, on)
    return [Judged(row, verdict) for row, verdict in zip(rows, verdicts, strict=True)]


def _key(checked: Checked) -> bytes | None:
    return blind_index(checked.id_number) if checked.id_number else None


def _with_doubles(group: Group, entries: Sequence[Entry], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Tell the rows for whose person another one stands."""
    found = standing.members(group, {verdict.id_key for verdict in verdicts if verdict.id_key})
    judged = {entry.member.pk for entry in entries}
    rivals = {key: [member for member in rows if member.pk not in judged] for key, rows in found.items()}
    for entry, verdict in zip(entries, verdicts, strict=True):
        if verdict.id_key:
            fallen = entry.member.stands and not (verdict.clear and entry.id_key == verdict.id_key)
            rivals.setdefault(verdict.id_key, []).append(
                entry.member._replace(state=RowState.FAULTY) if fallen else entry.member
            )
    keepers = {key: duplicates.keeper(rows) for key, rows in rivals.items()}
    return [
        _doubled(verdict, entry.member, keepers[verdict.id_key]) if verdict.id_key else verdict
        for entry, verdict in zip(entries, verdicts, strict=True)
    ]


def _doubled(verdict: Verdict, member: Member, keeper: Member) -> Verdict:
    if keeper.place == member.place:
        return verdict
    return verdict._replace(faults=in_order(*verdict.faults, duplicates.fault(member, keeper)))


def _entry(row: RosterRow) -> Entry:
    member = Member(row.pk, row.roster_id, row.roster.name, row.number, row.state)
    held = bytes(row.id_key) if row.id_key else None
    return Entry(member, cells_of(row), row.lossy, row.photo_id is not None, row.application_id, held)


def _note(judged: Judged, on: date) -> None:
    row, verdict = judged.row, judged.verdict
    row.faults, row.kinds = [fault.kept() for fault in verdict.faults], verdict.kinds
    row.id_key, row.checked_on = verdict.id_key, on
    if not verdict.clear:
        row.state, row.passed = RowState.FAULTY, None
    elif row.state != RowState.PASSED:
        row.state = RowState.CLEAR
