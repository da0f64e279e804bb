"""The people of earlier business: one person in the whole portal, found by number or made without account (SPEC 5.5).

A record that is there is never changed by a load, and nobody is told anything by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registration.models import Candidate
from registration.queries.standing import among
from registration.rosters.reading import spelled
from registration.services import member_records
from registration.takeovers.lines import Line
from registration.takeovers.reading import PersonFacts
from skilleval.core.crypto import blind_index
from skilleval.core.db import assert_in_transaction
from skilleval.core.policy import Actor

STATED = ("name", "id_type", "sex", "born", "schooling")
DIFFERS = {"name": "姓名", "sex": "性别", "born": "出生日期"}
OWN = "这是您本人的业务，须由其他人员导入"
FROM_DOCUMENT = "请对照证件核对；平台登记有误的，先由本人或评价机构更正"


class Forestalled(Exception):
    """Somebody else made the record of one of these people meanwhile: the chunk is judged again."""


def find(lines: Iterable[Line], *, by: Actor, hold: bool) -> None:
    """Set the records of the people known to the portal, and note at a line where its record says otherwise.

    With `hold` they are locked in a fixed order until the caller's transaction ends.
    """
    people = [line for line in lines if line.checked.sound]
    keys = {line: blind_index(line.facts.person.id_number) for line in people}
    known = _records(keys.values(), hold=hold)
    strangers: dict[bytes, PersonFacts] = {}
    for line, key in keys.items():
        person, line.record = line.facts.person, known.get(key)
        if line.record:
            _compare(line, line.record, person, by)
        elif _identity(strangers.setdefault(key, person)) != _identity(person):
            line.stop("name", "identity", "与前面同一证件号码的行不是同一人", "请对照证件核对姓名和证件号码")


def make(lines: Sequence[Line]) -> int:
    """Records for the people of new lines whom the portal doesn't know; returns how many. In the caller's transaction.

    Raises Forestalled where somebody else made one of them first.
    """
    assert_in_transaction()
    strangers = {blind_index(one.facts.person.id_number): one.facts.person for one in lines if one.record is None}
    made, there = member_records.make_records({key: _record(person) for key, person in strangers.items()})
    if there:
        raise Forestalled
    for line in lines:
        if line.record is None:
            line.record = made[blind_index(line.facts.person.id_number)]
    return len(made)


def _records(keys: Iterable[bytes], *, hold: bool) -> dict[bytes, Candidate]:
    wanted = list(keys)
    if hold:
        return member_records.lock(wanted)
    rows = Candidate.objects.filter(id_index__in=among(wanted))
    return {bytes(row.id_index or b""): row for row in rows}


def _compare(line: Line, record: Candidate, person: PersonFacts, by: Actor) -> None:
    """What the record says otherwise than the row; neither is told here."""
    if record.user_id == by.id:
        line.stop("id_number", "identity", OWN, "请由另一位有权限的人员导入该行")
    if record.id_type != person.id_type:
        line.stop("id_type", "identity", "证件类型与平台登记的不一致", FROM_DOCUMENT)
    said = {"name": spelled(record.name) == spelled(person.name)}
    said |= {key: getattr(record, key) == getattr(person, key) for key in ("sex", "born")}
    for key, same in said.items():
        if not same:
            line.stop(key, "identity", f"{DIFFERS[key]}与平台登记的不一致", FROM_DOCUMENT)
    if record.user_id is None and person.phone and record.phone and record.phone != person.phone:
        line.stop("phone", "phone", "手机号码与平台登记的不一致", "请与本人核实；平台登记有误的，由本人认领档案后更正")


def _identity(person: PersonFacts) -> tuple[object, ...]:
    return person.name, person.id_type, person.sex, person.born


def _record(person: PersonFacts) -> Candidate:
    candidate = Candidate(**{field: getattr(person, field) for field in STATED})
    candidate.id_number, candidate.phone = person.id_number, person.phone
    return candidate
