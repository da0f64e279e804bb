"""Accounts opened by the portal rather than by their owner, and telephones that belong to one account each."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from skilleval.accounts import phones
from skilleval.accounts.models import User
from skilleval.core import audit
from skilleval.core.crypto import blind_index
from skilleval.core.errors import Refused
from skilleval.core.policy import Actor

TAKEN = "该手机号码或电子邮箱已有账号，请直接登录"


@transaction.atomic
def open_account(*, email: str = "", phone: str = "", password: str, name: str = "", by: Actor | None) -> User:
    """An account whose e-mail and telephone count as verified, for staff and demo people; raises Refused if taken."""
    phone = phones.normalise(phone) if phone else ""
    email = email.strip().lower()
    taken = (email and User.objects.filter(email=email).exists()) or (phone and User.objects.by_phone(phone).exists())
    if taken:
        raise Refused(TAKEN)
    user = User.objects.create_user(email=email or None, phone=phone or None, password=password, name=name)
    if phone:
        user.phone_verified = True
        user.save(update_fields=["phone_verified"])
    if email:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.record("account.opened", by=by, obj=user)
    return user


@transaction.atomic
def set_phone(user: User, *, phone: str, verified: bool) -> None:
    """Give an account a telephone (E.164). A number that somebody else left unverified is theirs no longer.

    Raises Refused when another account has verified it.
    """
    others = User.objects.select_for_update().filter(phone_index=blind_index(phone)).exclude(pk=user.pk)
    for other in others:
        if other.phone_verified:
            raise Refused(TAKEN, field="phone")
        other.phone = ""
        other.save(update_fields=["phone_cipher", "phone_index"])
    user.phone, user.phone_verified = phone, verified
    user.save(update_fields=["phone_cipher", "phone_index", "phone_verified"])
    audit.record("account.phone_set", by=user, obj=user, verified=verified)
