"""An institution registers itself, and the administrator approves it or says why not (SPEC 12).

One institution for one 统一社会信用代码. The applicant becomes its first officer at the approval, not before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction

from skilleval.accounts import credit_codes, names, phones
from skilleval.accounts.enums import INSTITUTION_TONES, InstitutionKind, InstitutionState, Role
from skilleval.accounts.models import Institution, Membership, User
from skilleval.accounts.policy import INSTITUTIONS_DECIDE
from skilleval.accounts.telling import tell
from skilleval.core import audit, files
from skilleval.core.enums import FileKind
from skilleval.core.errors import Conflict, Refused
from skilleval.core.policy import require
from skilleval.core.transitions import begin, move

_S = InstitutionState
#: What a move of the log was, by where it led, unless where it came from makes a difference.
DONE: dict[tuple[str, str], str] = {
    ("", _S.APPLIED): "提交登记申请",
    (_S.REFUSED, _S.APPLIED): "更正后重新提交",
    ("", _S.REFUSED): "未核准",
    ("", _S.APPROVED): "核准",
    ("", _S.SUSPENDED): "暂停办理",
    (_S.SUSPENDED, _S.APPROVED): "恢复办理",
}
MOST_WAITING = 3  # applications of one account
LONGEST_REASON = 300
REGISTERED = "该单位已登记。请向本单位经办人要一份邀请，收到后即可加入；不清楚经办人的，请联系平台管理员"
BEING_JUDGED = "该单位的登记申请正在核准。请待核准后由本单位申请人邀请您；不清楚申请人的，请联系平台管理员"


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What an institution states of itself; `checked` has it in its one spelling."""

    name: str
    kind: str
    credit_code: str
    contact_name: str
    contact_phone: str
    address: str = ""

    def checked(self) -> Particulars:
        """Raises Refused with the field and the cure."""
        if self.kind not in InstitutionKind.values:
            raise Refused("请选择单位类别", field="kind")
        return replace(
            self,
            name=names.institution_name(self.name),
            credit_code=credit_codes.check(self.credit_code),
            contact_name=names.person_name(self.contact_name),
            contact_phone=phones.normalise(self.contact_phone, field="contact_phone"),
            address=names.address(self.address),
        )


@transaction.atomic
def register(user: User, *, stated: Particulars, licence: File[Any], at: datetime) -> Institution:
    """Apply for an institution; sent twice it is one application. A code once refused may be applied for by anybody.

    Raises Refused for a code that is taken, too many applications of one account, and what is stated wrongly.
    """
    stated = stated.checked()
    found = _of_code(stated.credit_code)
    if found is None and (made := _inserted(user, stated, at)):
        return _apply(made, stated, licence, user, at)
    found = found or _of_code(stated.credit_code)
    if found is None:
        raise Conflict()
    if found.state == _S.APPLIED and found.applied_by_id == user.pk:
        return found
    if found.state != _S.REFUSED:
        raise _taken(found)
    _check_few(user)
    _name(user, stated)
    return _apply(found, stated, licence, user, at)


@transaction.atomic
def correct(
    institution: Institution, *, stated: Particulars, licence: File[Any] | None = None, by: User, at: datetime
) -> Institution:
    """未核准 → 待核准: the applicant mends what was refused; without a new licence the one handed in stays.

    Raises Conflict when it isn't refused any more, Refused for a code of another institution.
    """
    stated, found = stated.checked(), _locked(institution)
    if found.state != _S.REFUSED or found.applied_by_id != by.pk:
        raise Conflict()
    other = _of_code(stated.credit_code)
    if other is not None and other.pk != found.pk:
        raise _taken(other)
    return _apply(found, stated, licence, by, at)


@transaction.atomic
def approve(institution: Institution, *, seen: str, by: User, at: datetime) -> Institution:
    """待核准 → 已核准: the applicant becomes the first officer. `seen` is `mark_of` what the administrator read.

    Raises NotAllowed without the role, Refused for one's own application, Conflict when somebody was quicker.
    """
    found = _to_decide(institution, seen=seen, by=by)
    move(found, _S.APPROVED, by=by, at=at, decided_by_label=by.label, decided_at=at)
    applicant = _applicant(found)
    Membership.objects.create(user=applicant, role=Role.OFFICER, institution=found, granted_by_label=by.label)
    audit.record("institution.approved", by=by, obj=found, officer=applicant.pk)
    _tell(
        found,
        [applicant],
        subject="单位登记已核准",
        body=f"{found.name}的登记已核准，您是该单位的经办人。现在可以邀请同事、办理团体申报。",
    )
    return found


@transaction.atomic
def refuse(institution: Institution, *, reason: str, seen: str, by: User, at: datetime) -> Institution:
    """待核准 → 未核准, with the reason the applicant mends it by."""
    reason = _reason(reason)
    found = _to_decide(institution, seen=seen, by=by)
    move(found, _S.REFUSED, by=by, at=at, reason=reason, state_reason=reason, decided_by_label=by.label, decided_at=at)
    audit.record("institution.refused", by=by, obj=found)
    _tell(
        found,
        [_applicant(found)],
        subject="单位登记未核准",
        body=f"{found.name}的登记未核准：{reason}。请更正后重新提交。",
    )
    return found


@transaction.atomic
def suspend(institution: Institution, *, reason: str, by: User, at: datetime) -> Institution:
    """已核准 → 已暂停: its officers can do nothing for it until it is reinstated; what was handed in goes on."""
    require(by, INSTITUTIONS_DECIDE)
    reason, found = _reason(reason), _locked(institution)
    move(found, _S.SUSPENDED, by=by, at=at, reason=reason, state_reason=reason)
    audit.record("institution.suspended", by=by, obj=found)
    _tell(
        found,
        officers_of(found),
        subject="单位已暂停办理",
        body=f"{found.name}已暂停办理：{reason}。已提交的申报不受影响；恢复前不能办理新的事项。",
    )
    return found


@transaction.atomic
def reinstate(institution: Institution, *, by: User, at: datetime) -> Institution:
    """已暂停 → 已核准."""
    require(by, INSTITUTIONS_DECIDE)
    found = _locked(institution)
    move(found, _S.APPROVED, by=by, at=at, state_reason="")
    audit.record("institution.reinstated", by=by, obj=found)
    _tell(found, officers_of(found), subject="单位已恢复办理", body=f"{found.name}已恢复办理，可以继续团体申报。")
    return found


def officers_of(institution: Institution) -> list[User]:
    """The accounts that act for an institution, the longest first."""
    members = Membership.objects.filter(institution=institution, role=Role.OFFICER).select_related("user")
    return [member.user for member in members.order_by("pk")]


def history_of(institution: Institution) -> list[dict[str, Any]]:
    """What was done with it, newest first, as a timeline shows it."""
    return [
        {
            "at": row.at,
            "title": DONE.get((row.from_state, row.to_state)) or DONE["", row.to_state],
            "note": row.reason,
            "who": row.by_label,
            "tone": INSTITUTION_TONES[row.to_state],
        }
        for row in institution.log.order_by("-pk")
    ]


def mark_of(institution: Institution) -> str:
    """Which application somebody read: another one after a refusal has another mark."""
    return institution.applied_at.isoformat() if institution.applied_at else ""


def _inserted(user: User, stated: Particulars, at: datetime) -> Institution | None:
    """A row for the code; None if somebody makes one at the same moment."""
    _check_few(user)
    _name(user, stated)
    made = Institution(credit_code=stated.credit_code, name=stated.name, applied_by=user, applied_at=at)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        return None
    begin(made, by=user, at=at)
    return made


def _apply(found: Institution, stated: Particulars, licence: File[Any] | None, user: User, at: datetime) -> Institution:
    """Take down what is stated, the licence with it; what a licence replaces is erased."""
    replaced = found.licence if licence else None
    if licence:
        found.licence = files.store(licence, kind=FileKind.DOCUMENT, by=user, owner_label=f"institution {found.pk}")
    found.name, found.kind, found.credit_code = stated.name, stated.kind, stated.credit_code
    found.address, found.contact_name, found.contact_phone = stated.address, stated.contact_name, stated.contact_phone
    _save(found)
    if found.state == _S.REFUSED:
        move(found, _S.APPLIED, by=user, at=at, state_reason="", applied_by=user, applied_at=at)
    if replaced:
        files.remove(replaced)
    audit.record("institution.applied", by=user, obj=found)
    return found


def _name(user: User, stated: Particulars) -> None:
    """An account without a name goes by that of the contact from now on."""
    if not user.name:
        user.name = stated.contact_name
        user.save(update_fields=["name"])


def _save(institution: Institution) -> None:
    try:
        with transaction.atomic():
            institution.save()
    except IntegrityError as error:  # the code it was changed to was entered at the same moment
        raise Refused(BEING_JUDGED, field="credit_code") from error


def _taken(institution: Institution) -> Refused:
    """What to do about a code that is taken; never who took it."""
    waits = institution.state == _S.APPLIED
    return Refused(BEING_JUDGED if waits else REGISTERED, field="credit_code")


def _to_decide(institution: Institution, *, seen: str, by: User) -> Institution:
    require(by, INSTITUTIONS_DECIDE)
    found = _locked(institution)
    if found.state != _S.APPLIED or mark_of(found) != seen:
        raise Conflict("该申请刚被处理或重新提交，请刷新后再看")
    if found.applied_by_id == by.pk:
        raise Refused("不能核准自己提交的登记申请，请由另一位平台管理员办理")
    return found


def _applicant(institution: Institution) -> User:
    if institution.applied_by is None:  # which the database allows of approved ones alone
        raise Conflict()
    return institution.applied_by


def _check_few(user: User) -> None:
    waiting = Institution.objects.filter(applied_by=user, state=_S.APPLIED).count()
    if waiting >= MOST_WAITING:
        raise Refused(f"您已有 {waiting} 份登记申请待核准，请待核准后再提交")


def _of_code(credit_code: str) -> Institution | None:
    return Institution.objects.select_for_update(no_key=True).filter(credit_code=credit_code).first()


def _locked(institution: Institution) -> Institution:
    return Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)


def _reason(reason: str) -> str:
    reason = reason.strip().rstrip("。；")
    if not reason:
        raise Refused("请写明理由，申请单位可以看到", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"理由不超过 {LONGEST_REASON} 字，现有 {len(reason)} 字，请精简", field="reason")
    return reason


def _tell(institution: Institution, users: list[User], *, subject: str, body: str) -> None:
    """Once for each decision, by the row of the log that it left."""
    logged = institution.log.latest("pk")
    tell(
        users,
        cause=f"institution:{institution.pk}:{logged.pk}",
        subject=subject,
        body=body,
        link=institution.get_absolute_url(),
    )
