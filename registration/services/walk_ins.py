"""窗口录入: staff key in an application for somebody who came in person, with or without an account (SPEC 13).

The rules are those of applying online: the same bars, the same check of the clause, papers scanned, a photo, the
candidate rules signed, on paper here. What is entered is saved step by step. Nobody keys in themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from registration import policy
from registration.enums import ApplicationState
from registration.models import Application, Candidate, Window
from registration.services import applications, candidates, profile_rows, reviews
from registration.services.candidates import Person
from registration.services.editing import EDITABLE, day_of
from registration.services.profile_rows import Row
from skilleval.accounts import phones
from skilleval.accounts.models import User
from skilleval.catalogue.models import CandidateRules, Offering
from skilleval.core import audit
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.models import AuditEvent
from skilleval.core.policy import require

MISMATCHES_A_DAY = 20
DIFFERS = "walk_in.record_differs"
YOURSELF = "不能为本人录入申报，请在网上申报，或由其他工作人员录入"
IDENTITY = ("name", "id_type", "sex", "born")
FIELD_NAMES = {"name": "姓名", "id_type": "证件类型", "sex": "性别", "born": "出生日期"}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What the person's document says, and how to reach them."""

    name: str
    id_type: str
    id_number: str
    sex: str = ""
    born: date | None = None
    phone: str
    schooling: str = ""
    employer: str = ""


def begin(
    *, offering: Offering, window: Window | None, stated: Stated, fee_published: bool, by: User, at: datetime
) -> Application:
    """A draft for somebody at the desk, or the one that was keyed in for them before; their record is found or made.

    Raises NotAllowed for a stranger to the role and for oneself, Refused naming the field that is wrong, where the
    record under the number says something else, and with the first bar that stops the person (SPEC 5.4).
    """
    require(by, policy.REVIEW, offering.provider)
    on = day_of(at)
    person = candidates.checked(stated.name, stated.id_type, stated.id_number, stated.sex, stated.born, on)
    phone = phones.normalise(stated.phone)
    if phone == by.phone:
        raise NotAllowed("填写的是您本人的手机号码；须填写参评人员的号码，本人不能为自己录入", field="phone")
    _check_record(person, by, on)
    with transaction.atomic():
        candidate = _record(person, stated, phone, by, at)
        return applications.start(
            candidate, offering=offering, window=window, fee_published=fee_published, by=by, at=at, at_desk=True
        )


@transaction.atomic
def set_photo(application: Application, *, upload: File[Any], by: User, at: datetime) -> None:
    """The portrait, taken or scanned at the desk; Refused where the account's person has one of their own."""
    found = at_work(application, by=by)
    if found.candidate.photo_id and found.candidate.user_id:
        raise Refused("该人员已在账号中上传照片，以该照片为准；需要更换的，由本人登录后办理", field="upload")
    candidates.set_photo(found.candidate, upload=upload, by=by, at=at)


@transaction.atomic
def save_row(
    application: Application, *, kind: str, row: Row | None, values: dict[str, Any], by: User, at: datetime
) -> Row:
    """Add a row of the background, or change one; of an account's rows only what staff added is changed."""
    found = at_work(application, by=by)
    if row:
        _check_row(found.candidate, kind, row)
    return profile_rows.save_row(found.candidate, kind=kind, row=row, values=values, by=by, at=at)


@transaction.atomic
def remove_row(application: Application, *, kind: str, row: Row, by: User, at: datetime) -> None:
    """Take a row out again, as `save_row` changes one."""
    found = at_work(application, by=by)
    _check_row(found.candidate, kind, row)
    profile_rows.remove_row(found.candidate, kind=kind, row=row, by=by, at=at)


@transaction.atomic
def sign_rules(application: Application, *, rules: CandidateRules, by: User, at: datetime) -> None:
    """The person has signed the printed candidate rules, in the version in force; the paper stays at the desk."""
    found = at_work(application, by=by)
    applications.accept_rules(found, rules=rules, by=by, at=at)
    audit.record("walk_in.rules_signed", by=by, obj=found, edition=rules.edition)


@transaction.atomic
def submit(application: Application, *, original: bool, fee_published: bool, by: User, at: datetime) -> Application:
    """Hand it in, everything looked at afresh: draft or returned → review; `original`: the signed form is here, too.

    Raises what `applications.submit` does, NotAllowed for a stranger to the role and for one's own.
    """
    found = at_work(application, by=by)
    sent = applications.submit(found, fee_published=fee_published, by=by, at=at)
    if original and sent.original_received_on is None:
        reviews.receive_original(sent, by=by, on=day_of(at))
    return sent


@transaction.atomic
def discard(application: Application, *, by: User, at: datetime) -> None:
    """Give up a draft that was keyed in; what was handed in once is withdrawn instead (Conflict)."""
    applications.discard(at_work(application, by=by), by=by, at=at)


def at_work(application: Application, *, by: User) -> Application:
    """The application as it is now, where `by` may take a step of it for its person; whatever is written locks anew.

    Raises NotAllowed for a stranger to the role, for what wasn't keyed in and for one's own, Conflict where it can't
    be changed any more.
    """
    found = Application.objects.with_names().select_related("candidate__user").get(pk=application.pk)
    require(by, policy.REVIEW, found.offering.provider)
    if found.entered_by_id is None:
        raise NotAllowed("该申报不是窗口录入的，由参评人员本人填写")
    if found.candidate.user_id == by.pk:
        raise NotAllowed(YOURSELF)
    if found.state not in EDITABLE:
        raise Conflict(f"该申报目前为“{ApplicationState(found.state).label}”，不能再修改")
    return found


def may_change(candidate: Candidate, kind: str, row: Row) -> bool:
    """Whether staff may change a row of the background: all of a record without account, else what staff added."""
    if candidate.user_id is None:
        return True
    saved = AuditEvent.objects.filter(
        action="candidate.row_saved",
        object_type=Candidate._meta.label_lower,
        object_id=str(candidate.pk),
        details__kind=kind,
        details__row=row.pk,
    )
    return saved.exclude(actor_id=candidate.user_id).exists()


def _check_record(person: Person, by: User, on: date) -> None:
    """What the record under the number says against the document; asked so many times a day, and each miss is kept."""
    known = Candidate.objects.with_number(person.id_number).first()
    if known is None:
        return
    if known.user_id == by.pk:
        raise NotAllowed(YOURSELF)
    differing = [name for name in IDENTITY if getattr(known, name) != getattr(person, name)]
    if not differing or (known.user_id is None and not candidates.is_locked(known)):
        return
    _count_mismatch(by, on)
    raise Refused(
        f"该证件号码已登记，但登记的{FIELD_NAMES[differing[0]]}与录入的不一致；请核对证件原件，"
        "录入无误的，请先办理登记信息更正再录入",
        field=differing[0],
    )


def _count_mismatch(by: User, on: date) -> None:
    missed = AuditEvent.objects.filter(action=DIFFERS, actor_id=by.pk, details__on=on.isoformat()).count()
    if missed >= MISMATCHES_A_DAY:
        raise Refused(f"今天录入与登记不一致已达 {MISMATCHES_A_DAY} 次，请由其他工作人员办理", field="id_number")
    audit.record(DIFFERS, by=by, obj=by, on=on.isoformat())


def _record(person: Person, stated: Stated, phone: str, by: User, at: datetime) -> Candidate:
    """The person's record: theirs as they keep it, else what the document says now; made where there is none."""
    known = Candidate.objects.select_for_update().with_number(person.id_number).first()
    if known and (known.user_id or candidates.is_locked(known)):
        return known
    candidate = known or Candidate(user=None)
    for name in Person.__annotations__:
        setattr(candidate, name, getattr(person, name))
    candidate.phone, candidate.schooling, candidate.employer = phone, stated.schooling, stated.employer.strip()
    try:
        with transaction.atomic():
            candidate.save()
    except IntegrityError as error:  # somebody else registered the number between the question and this
        raise Conflict("该证件号码刚由他人登记，请再提交一次") from error
    audit.record("walk_in.record_saved", by=by, obj=candidate, made=known is None)
    return candidate


def _check_row(candidate: Candidate, kind: str, row: Row) -> None:
    if row.candidate_id != candidate.pk:
        raise Refused("这条经历不属于该人员")
    if not may_change(candidate, kind, row):
        raise Refused("这条经历由本人在账号中填写，须由本人修改；可以另外添加")
