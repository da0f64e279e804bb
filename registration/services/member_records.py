"""The people of a roster as records: one person in the whole portal, whoever enters them (SPEC 5.2, 5.5, 5.8).

A record is found by its document number, or made. What somebody with an account keeps is theirs and never overwritten;
a record that only one institution's rosters made follows its newest one while nothing else relies on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from registration.models import Application, Candidate, RosterRow
from registration.models.applications import HANDED_IN
from registration.models.candidates import CandidateQuerySet
from registration.rosters.checks import RowFacts
from registration.services import portraits
from registration.services.candidates import LOCKING_STATES
from registration.services.judging import Judged
from skilleval.accounts.models import Institution
from skilleval.core.bulk import save_many
from skilleval.core.copying import copy_new
from skilleval.core.db import assert_in_transaction
from skilleval.core.models import StoredFile

#: What a roster states of a person.
STATED = ("name", "id_type", "sex", "born", "schooling")


@dataclass(frozen=True)
class Stated:
    """A sound row, what it says, and the index of the document number."""

    row: RosterRow
    facts: RowFacts
    key: bytes

    @classmethod
    def of(cls, judged: Judged) -> Stated:
        facts, key = judged.checked.facts, judged.verdict.id_key
        if facts is None or key is None:
            raise ValueError(f"row {judged.row.pk} isn't sound")
        return cls(judged.row, facts, key)


def lock(keys: Collection[bytes], others: Collection[int] = ()) -> dict[bytes, Candidate]:
    """The records with some document numbers, by their index, fresh and locked in a fixed order until the caller ends.

    `others` are further records to lock with them. Locked before everything else, as starting and handing in do.
    """
    assert_in_transaction()
    wanted = Candidate.objects.filter(id_index__in=keys) | Candidate.objects.filter(pk__in=others)
    locked = _by_index(wanted)
    return {key: locked[key] for key in locked.keys() & set(keys)}


def make(strangers: Iterable[Stated]) -> tuple[dict[bytes, Candidate], dict[bytes, Candidate]]:
    """Records for people the portal doesn't know, by their index: those made, and those somebody else made meanwhile.

    In the order of the index, so that two rosters with the same people wait for each other instead of blocking.
    """
    return make_records({one.key: _record(one) for one in strangers})


def make_records(new: Mapping[bytes, Candidate]) -> tuple[dict[bytes, Candidate], dict[bytes, Candidate]]:
    """The same for records at hand, by the index of their document numbers."""
    assert_in_transaction()
    if not new:
        return {}, {}
    copy_new([new[key] for key in sorted(new)])
    made = {key: candidate for key, candidate in new.items() if candidate.pk}
    there = new.keys() - made.keys()
    return made, _by_index(Candidate.objects.filter(id_index__in=there)) if there else {}


def refresh(known: Iterable[tuple[Candidate, Stated]], *, institution: Institution, but: Collection[int]) -> list[int]:
    """Bring records without account up to what the institution's newest roster says; the ids of those that changed.

    Not while another application than `but` relies on who the person is (SPEC 5.5), and never once somebody but the
    institution handed one in: whoever holds the record's telephone may come to read it (SPEC 5.8). The person keeps
    their photo where the row has none.
    """
    assert_in_transaction()
    pairs = [(candidate, stated) for candidate, stated in known if candidate.user_id is None]
    others = Application.objects.filter(candidate__in=[one.pk for one, _ in pairs]).exclude(pk__in=but)
    relied_on = others.filter(Q(state__in=LOCKING_STATES) | HANDED_IN & ~Q(institution=institution))
    fixed = set(relied_on.values_list("candidate_id", flat=True))
    before: list[StoredFile] = []
    changed = [one for one, stated in pairs if one.pk not in fixed and _restate(one, stated, before)]
    save_many(changed, [*STATED, "phone_cipher", "photo"])
    if before:
        portraits.let_go(before)
    return [candidate.pk for candidate in changed]


def _by_index(candidates: CandidateQuerySet) -> dict[bytes, Candidate]:
    rows = candidates.select_related("user", "photo").order_by("pk").select_for_update(of=("self",), no_key=True)
    return {bytes(candidate.id_index or b""): candidate for candidate in rows}


def _record(stated: Stated) -> Candidate:
    facts = stated.facts
    candidate = Candidate(**{field: getattr(facts, field) for field in STATED}, photo_id=stated.row.photo_id)
    candidate.id_number, candidate.phone = facts.id_number, facts.phone
    return candidate


def _restate(candidate: Candidate, stated: Stated, before: list[StoredFile]) -> bool:
    """Whether the record says something else now; a photo it shows no longer goes to `before`."""
    facts, photo = stated.facts, stated.row.photo_id or candidate.photo_id
    fresh = {field: getattr(facts, field) for field in STATED} | {"phone": facts.phone, "photo_id": photo}
    changed = {field: value for field, value in fresh.items() if getattr(candidate, field) != value}
    if "photo_id" in changed and candidate.photo:
        before.append(candidate.photo)
    for field, value in changed.items():
        setattr(candidate, field, value)
    return bool(changed)
