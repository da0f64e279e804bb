"""认领: somebody comes to the record that bears their document number (SPEC 5.8).

Who typed a whole number that is taken begins a claim. A record that rosters made is claimed by a code to its phone, if
the name agrees and every institution gave that phone; everything else is compared with the document by a person, who
records it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import ProtectedError

from registration import names, policy
from registration.enums import ClaimState
from registration.models import Application, Candidate, Claim
from registration.services import portraits, stated_phones
from skilleval.accounts import telling
from skilleval.accounts.models import User
from skilleval.catalogue.models import Provider
from skilleval.core import audit, files, identity, outbox
from skilleval.core.crypto import blind_index
from skilleval.core.enums import Channel, FileKind
from skilleval.core.errors import Conflict, NotAllowed, Refused
from skilleval.core.identity import IdentityType
from skilleval.core.policy import require

CODE_IS_FRESH = timedelta(minutes=15)
BETWEEN_CODES = timedelta(seconds=60)
CODES_A_DAY = 3  # to one record's phone, whoever asks
TRIES = 5
SENT = "claim.code_sent"
BY_DOCUMENT = "该档案不能用手机验证码认领，请上传证件照片申请人工核对"
ELSEWHERE = "该档案刚由他人认领；如有疑问，请改用“人工核对”"
OWN_RECORD = "您的账号已有另一份参评人员资料和申报，不能再认领；请联系受理申报的评价机构更正"


@transaction.atomic
def begin(user: User, *, name: str, id_type: str, id_number: str, at: datetime) -> Claim:
    """The open claim of an account on the record with a number that it typed whole; an earlier one ends.

    The caller has counted the try (`candidates.save_candidate` did). Raises Refused where there is no such record.
    """
    number = identity.normalise(id_number, IdentityType(id_type))
    User.objects.select_for_update().get(pk=user.pk)  # two tabs begin one claim
    candidate = Candidate.objects.select_for_update(of=("self",)).with_number(number).exclude(user=user).first()
    if candidate is None:
        raise Refused("没有找到需要认领的档案，请返回个人资料核对证件号码", field="id_number")
    for earlier in Claim.objects.select_for_update().open().filter(user=user):
        if earlier.candidate_id == candidate.pk:
            return earlier
        _end(earlier, ClaimState.ENDED)
    agrees = names.normalise(name) == candidate.name
    claim = Claim.objects.create(
        candidate=candidate, user=user, by_phone=agrees and candidate.user_id is None, created_at=at
    )
    audit.record("claim.begun", by=user, obj=claim, candidate=candidate.pk)
    return claim


def open_claim(user: User) -> Claim | None:
    """The claim an account has under way."""
    claims = Claim.objects.open().filter(user_id=user.pk)
    return claims.select_related("candidate__user", "user", "provider").first()


def can_use_phone(claim: Claim) -> bool:
    """Whether a code to the record's phone would do: a roster's record, under the name that was typed.

    Not where institutions gave different phones for the person: then nobody knows whose this one is.
    """
    roster_made = claim.by_phone and claim.candidate.user_id is None and bool(claim.candidate.phone)
    return roster_made and stated_phones.vouched_for(claim.candidate)


@transaction.atomic
def send_code(claim: Claim, *, by: User, at: datetime) -> Claim:
    """Send a new code to the phone of the record; an earlier code is void. Raises Refused where one has to wait."""
    claim = _locked(claim, by=by)
    if not can_use_phone(claim):
        raise Refused(BY_DOCUMENT)
    if claim.code_sent_at and at < claim.code_sent_at + BETWEEN_CODES:
        raise Refused("验证码刚刚发送，请 1 分钟后再试")
    sent = Claim.objects.filter(candidate=claim.candidate, code_sent_at__gt=at - timedelta(days=1))
    if sum(sent.values_list("codes_sent", flat=True)) >= CODES_A_DAY:
        raise Refused("向该手机发送验证码的次数已达上限，请明天再试，或申请人工核对")
    code = f"{secrets.randbelow(10**6):06d}"
    claim.code_hash, claim.code_sent_at, claim.tries = _hash(claim, code), at, 0
    claim.codes_sent += 1
    claim.save(update_fields=["code_hash", "code_sent_at", "codes_sent", "tries"])
    outbox.send(
        key=f"claim:{claim.pk}:{claim.codes_sent}",
        channel=Channel.SMS,
        subject="认领验证码",
        body=f"您的认领验证码是 {code}，15 分钟内有效。有人正在认领您的参评人员档案；如非本人操作，请勿告诉他人。",
        address=claim.candidate.phone,
    )
    audit.record(SENT, by=by, obj=claim)
    return claim


def verify(claim: Claim, *, code: str, by: User, at: datetime) -> Candidate:
    """The code is right: the record is the account's from now on. A wrong one counts, five of them void it."""
    with transaction.atomic():
        claim = _locked(claim, by=by)
        if not claim.code_hash or claim.code_sent_at is None or at > claim.code_sent_at + CODE_IS_FRESH:
            raise Refused("验证码已过期，请重新获取", field="code")
        if not can_use_phone(claim):
            raise Conflict(ELSEWHERE if claim.candidate.user_id else BY_DOCUMENT)
        if hmac.compare_digest(claim.code_hash, _hash(claim, code.strip())):
            return _hand_over(claim, by=by, at=at)
        claim.tries += 1
        claim.code_hash = "" if claim.tries >= TRIES else claim.code_hash
        claim.save(update_fields=["tries", "code_hash"])
    if not claim.code_hash:
        raise Refused(f"验证码已错 {TRIES} 次，请重新获取", field="code")
    raise Refused(f"验证码不正确，请核对短信；还可再试 {TRIES - claim.tries} 次", field="code")


@transaction.atomic
def ask(claim: Claim, *, upload: File[Any], said: str, by: User, at: datetime) -> Claim:
    """申请人工核对: the document's picture goes to a reviewer of the provider that the person last applied to."""
    claim = _locked(claim, by=by)
    if claim.state == ClaimState.ASKED:
        raise Conflict("您已申请人工核对，请等待结果")
    claim.document = files.store(upload, kind=FileKind.DOCUMENT, by=by, owner_label=f"claim {claim.pk}")
    claim.said, claim.provider, claim.state, claim.code_hash = said.strip(), _who_compares(claim), ClaimState.ASKED, ""
    claim.save(update_fields=["document", "said", "provider", "state", "code_hash"])
    audit.record("claim.asked", by=by, obj=claim, provider=claim.provider_id)
    return claim


@transaction.atomic
def give_up(claim: Claim, *, by: User, at: datetime) -> None:
    """The account's owner doesn't go on, for instance because the number was mistyped."""
    claim = _locked(claim, by=by)
    _end(claim, ClaimState.ENDED)
    audit.record("claim.ended", by=by, obj=claim)


@transaction.atomic
def grant(claim: Claim, *, id_number: str, by: User, at: datetime) -> Candidate:
    """核对一致: who compared types the number as they read it on the document; it has to be the record's.

    Raises NotAllowed for a stranger to the role and for one's own claim, Refused where the numbers differ.
    """
    claim = _for_decision(claim, by=by)
    kind = IdentityType(claim.candidate.id_type)
    if blind_index(identity.normalise(id_number, kind)) != bytes(claim.candidate.id_index or b""):
        raise Refused("所填号码与档案不一致，请再次对照证件照片；确不一致的，请选择“不予认领”", field="id_number")
    claim.decided_by_id, claim.decided_by_label, claim.decided_at = by.pk, by.label, at
    claim.save(update_fields=["decided_by_id", "decided_by_label", "decided_at"])
    return _hand_over(claim, by=by, at=at)


@transaction.atomic
def refuse(claim: Claim, *, reason: str, by: User, at: datetime) -> Claim:
    """核对不一致: the claim ends with a reason that its owner reads. Raises what `grant` raises."""
    reason = reason.strip()
    if not reason:
        raise Refused("请写明不予认领的原因，申请人将看到", field="reason")
    claim = _for_decision(claim, by=by)
    claim.decided_by_id, claim.decided_by_label, claim.decided_at, claim.reason = by.pk, by.label, at, reason[:300]
    claim.save(update_fields=["decided_by_id", "decided_by_label", "decided_at", "reason"])
    _end(claim, ClaimState.REFUSED)
    audit.record("claim.refused", by=by, obj=claim)
    _tell(claim.user, claim, "refused", "您的认领申请未通过", f"核对结果：{claim.reason}。请核对证件后重新申请。")
    return claim


def _hand_over(claim: Claim, *, by: User, at: datetime) -> Candidate:
    """The record becomes the account's. An empty record that the account began under another number gives way."""
    candidate, before = claim.candidate, claim.candidate.user
    own = Candidate.objects.select_for_update(of=("self",)).filter(user=claim.user).first()
    if own is not None:
        _give_way(own, by=by)
    candidate.user = claim.user
    candidate.save(update_fields=["user"])
    _end(claim, ClaimState.GRANTED)
    for other in Claim.objects.select_for_update().open().filter(candidate=candidate):
        _end(other, ClaimState.ENDED)
    audit.record("claim.granted", by=by, obj=claim, candidate=candidate.pk, before=before.pk if before else None)
    _tell(claim.user, claim, "granted", "档案已认领", "您的参评人员档案已认领，名下的申报现在都可以在“我的申报”查看。")
    if before is not None:
        told = "经核对证件，您账号下的参评人员档案已转到本人的另一账号。如有疑问，请尽快联系评价机构。"
        _tell(before, claim, "moved", "您的参评人员档案已转出", told)
    return candidate


def _give_way(own: Candidate, *, by: User) -> None:
    """Only a record on which nothing rests: bans, credits and applications protect theirs.

    Others' claims on it don't, so that nobody can hold it fast by claiming a mistyped number: they go with it, and
    the audit trail keeps who decided about them. Whoever waits reads that the number is free.
    """
    photo = own.photo
    if own.heldcertificate_rows.filter(recorded=True).exists():
        raise Refused(OWN_RECORD)
    others = Claim.objects.filter(candidate=own).exclude(state=ClaimState.GRANTED)
    for claim in others.open().select_related("user").select_for_update(of=("self",)):
        _end(claim, ClaimState.ENDED)
        audit.record("claim.ended", by=by, obj=claim)
        _tell(claim.user, claim, "free", "证件号码可以登记了", "您申请认领的档案已撤销，请直接在“个人资料”中登记。")
    others.delete()
    try:
        own.delete()
    except ProtectedError as error:
        raise Refused(OWN_RECORD) from error
    if photo:
        portraits.let_go([photo])


def _who_compares(claim: Claim) -> Provider | None:
    known = Application.objects.handed_in().filter(candidate=claim.candidate)
    newest = known.select_related("offering__provider").order_by("-pk").first()
    return newest.offering.provider if newest else None


def _locked(claim: Claim, *, by: User) -> Claim:
    """The claim, still open and the account's own, its record locked before it."""
    locked = _open(claim)
    if locked.user_id != by.pk:
        raise NotAllowed("只能由申请人本人办理")
    return locked


def _for_decision(claim: Claim, *, by: User) -> Claim:
    locked = _open(claim)
    require(by, policy.COMPARE, locked.provider)
    if locked.user_id == by.pk or locked.candidate.user_id == by.pk:
        raise NotAllowed("这涉及您本人的档案，须由其他人员核对")
    if locked.state != ClaimState.ASKED:
        raise Conflict()
    return locked


def _open(claim: Claim) -> Claim:
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("user").get(pk=claim.candidate_id)
    locked = Claim.objects.select_for_update(of=("self",)).select_related("user", "provider").get(pk=claim.pk)
    locked.candidate = candidate
    if locked.state not in (ClaimState.CODE, ClaimState.ASKED):
        raise Conflict(f"该认领申请{locked.get_state_display()}，请刷新后查看")
    return locked


def _end(claim: Claim, state: ClaimState) -> None:
    """Ended: the picture of the document isn't needed any more."""
    document, claim.document = claim.document, None
    claim.state, claim.code_hash = state, ""
    claim.save(update_fields=["state", "code_hash", "document"])
    if document:
        files.remove(document)


def _hash(claim: Claim, code: str) -> str:
    return blind_index(f"claim:{claim.uuid}:{code}").hex()


def _tell(user: User, claim: Claim, cause: str, subject: str, body: str) -> None:
    telling.tell([user], cause=f"claim-{cause}:{claim.pk}", subject=subject, body=body)
