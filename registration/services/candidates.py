"""A candidate's record: who they are, and the background that eligibility is judged by (SPEC 5.1, 5.5).

A person is one person in the whole portal, so a document number is held once, whatever the account or channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from registration import names
from registration.enums import OPEN_STATES, ApplicationState
from registration.models import Application, Candidate
from registration.rosters.words import clean
from registration.services import portraits
from skilleval.accounts import phones
from skilleval.accounts.models import User
from skilleval.core import audit, files, identity
from skilleval.core.clock import SHANGHAI
from skilleval.core.enums import FileKind
from skilleval.core.errors import Refused
from skilleval.core.identity import EARLIEST_BIRTH, IdentityType
from skilleval.core.models import AuditEvent
from skilleval.core.policy import Actor

TRIES_A_DAY = 5
TRIED = "candidate.number_tried"
TAKEN = "该证件号码已被登记，请申请认领"


class NumberTaken(Refused):
    """Another record bears the number, whosesoever it is: the way on is a claim (`services.claims`)."""

    def __init__(self) -> None:
        super().__init__(TAKEN, field="id_number")


LOCKED = (
    "您有申报正在办理或已完成评价，姓名、证件、性别、出生日期和照片不能自行修改；如有错误，请联系受理申报的评价机构更正"
)
#: A record doesn't change under those who work with it; a returned application is there to be corrected.
LOCKING_STATES = (*(s for s in OPEN_STATES if s != ApplicationState.RETURNED), ApplicationState.COMPLETED)


@dataclass(frozen=True)
class Person:
    """What a person states of themselves, checked and in one spelling."""

    name: str
    id_type: str
    id_number: str
    sex: str
    born: date


def save_candidate(
    user: User,
    *,
    name: str,
    id_type: str,
    id_number: str,
    sex: str = "",
    born: date | None = None,
    phone: str,
    schooling: str = "",
    employer: str = "",
    by: Actor | None,
    at: datetime,
) -> Candidate:
    """Make or change the record of an account's person; returns it.

    Sex and birth date may be left out where the document number tells them. Raises Refused naming the field: a bad
    name, number, date or phone, a number that another account holds (asked at most five times a day), a record that
    an application under way relies on.
    """
    on = at.astimezone(SHANGHAI).date()
    person = checked(name, id_type, id_number, sex, born, on)
    contact = {"phone": phones.normalise(phone), "schooling": schooling, "employer": clean(employer)}
    mine = of_user(user)
    if mine is None or mine.id_number != person.id_number:
        _count_try(user, on)
    return _save(user, person, contact, by, at)


def of_user(user: Any) -> Candidate | None:
    """The record of an account's person, None before there is one."""
    return Candidate.objects.select_related("photo").filter(user_id=user.pk).first()


def is_locked(candidate: Candidate) -> bool:
    """Whether applications under way or done rely on who the person is."""
    return Application.objects.filter(candidate=candidate, state__in=LOCKING_STATES).exists()


@transaction.atomic
def set_photo(candidate: Candidate, *, upload: File[Any], by: Actor | None, at: datetime) -> None:
    """Keep a portrait, re-encoded; raises Refused for what is no photo or while the record is locked."""
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if candidate.photo_id and is_locked(candidate):
        raise Refused(LOCKED, field="upload")
    before, upload.name = candidate.photo, portraits.NAME
    candidate.photo = files.store(upload, kind=FileKind.PHOTO, by=by, owner_label=f"candidate {candidate.pk}")
    candidate.save(update_fields=["photo"])
    if before:
        portraits.let_go([before])
    audit.record("candidate.photo_set", by=by, obj=candidate)


def checked(name: str, id_type: str, id_number: str, sex: str, born: date | None, on: date) -> Person:
    """What is stated of somebody, in one spelling; raises Refused naming the field that is wrong (SPEC 5.5)."""
    name = names.normalise(name)
    if fault := names.fault(name):
        raise Refused(fault, field="name")
    kind = IdentityType(id_type)
    codes = identity.check(id_number, kind, as_of=on, sex=sex or None, born=born)
    if codes:
        field = {identity.SEX_MISMATCH: "sex", identity.BORN_MISMATCH: "born"}.get(codes[0], "id_number")
        raise Refused(identity.message(codes[0], kind), field=field)
    known = identity.facts(id_number, kind)
    sex, born = sex or (known.sex or ""), born or known.born
    if not sex:
        raise Refused("请选择性别，应与证件一致", field="sex")
    if born is None:
        raise Refused("请填写出生日期，应与证件一致", field="born")
    if not EARLIEST_BIRTH <= born <= on:
        raise Refused("出生日期不合理：须在 1900 年以后、今天以前，请核对证件", field="born")
    return Person(name, kind.value, identity.normalise(id_number, kind), str(sex), born)


def _count_try(user: User, on: date) -> None:
    """Note that the account asks whether a number is free; kept although the request may then be refused."""
    with transaction.atomic():
        asking = User.objects.select_for_update().get(pk=user.pk)
        tried = AuditEvent.objects.filter(
            action=TRIED, object_type=User._meta.label_lower, object_id=str(user.pk), details__on=on.isoformat()
        )
        if tried.count() >= TRIES_A_DAY:
            raise Refused(
                f"今天核对证件号码已达 {TRIES_A_DAY} 次，请核对原件后明天再试",
                field="id_number",
                from_on=on + timedelta(days=1),
            )
        audit.record(TRIED, by=asking, obj=asking, on=on.isoformat())


@transaction.atomic
def _save(user: User, person: Person, contact: dict[str, str], by: Actor | None, at: datetime) -> Candidate:
    candidate = Candidate.objects.select_for_update().filter(user=user).first() or Candidate(user=user)
    changed = [field for field in Person.__annotations__ if getattr(candidate, field) != getattr(person, field)]
    if candidate.pk and changed and is_locked(candidate):
        raise Refused(LOCKED, field=changed[0])
    if Candidate.objects.with_number(person.id_number).exclude(pk=candidate.pk).exists():
        raise NumberTaken
    for field in Person.__annotations__:
        setattr(candidate, field, getattr(person, field))
    for field, value in contact.items():
        setattr(candidate, field, value)
    try:
        with transaction.atomic():
            candidate.save()
    except IntegrityError as error:  # somebody else saved the number between the question and this
        raise NumberTaken from error
    audit.record("candidate.saved", by=by, obj=candidate, fields=sorted(changed))
    return candidate
